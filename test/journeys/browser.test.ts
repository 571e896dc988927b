// A real browser: Chromium logs in at the BFF on localhost, with the mock on 127.0.0.1 or there too, sees its name and logs out. And
// the promise of a BFF, kept or broken: no token that the mock issued is anywhere that the browser could see.

import { execFile } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { fastify } from 'fastify'
import type { BrowserContext, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { startBff } from '../../src/bff/start.ts'
import { startDemo } from '../../src/demo/start.ts'
import { startMocknito } from '../../src/start.ts'
import { launchChromium, logInAt, signInAsAlice } from '../support/chromium.ts'
import { overhear } from '../support/overhear.ts'

const run = promisify(execFile)
const chromium = await launchChromium()
t.teardown(() => chromium.close())

/** Everything that a page, an extension or a person at the keyboard could read, gathered while the story goes on. */
function watch(context: BrowserContext) {
  const seen: string[] = []
  const unfinished: Promise<void>[] = []
  context.on('request', (request) => {
    seen.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? '')
  })
  context.on('response', (response) => {
    unfinished.push(
      (async () => {
        seen.push(JSON.stringify(await response.allHeaders()))
        // A redirect has no body, and the browser says so by failing.
        seen.push(await response.text().catch(() => ''))
      })(),
    )
  })
  return {
    async everything(page: Page): Promise<string> {
      await Promise.all(unfinished)
      const storage = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
      const cookies = JSON.stringify(await context.cookies())
      return [...seen, storage, cookies, page.url(), await page.content()].join('\n')
    },
  }
}

/** A BFF on localhost, and its mock: the demo, or, on the same host name, the two by themselves. */
async function started(t: Test, hostname: '127.0.0.1' | 'localhost') {
  if (hostname === '127.0.0.1') {
    const { mock, bff, close } = await startDemo({ port: 0, bffPort: 0 })
    t.teardown(close)
    return { bffUrl: bff.url, mockUrl: mock.url }
  }
  const mock = await startMocknito()
  t.teardown(mock.close)
  const mockUrl = `http://${hostname}:${mock.port}`
  const { id, secret, register } = mock.pool.client('web')
  const bff = await startBff({
    COGNITO_ISSUER: `${mockUrl}/${mock.pool.id}`,
    COGNITO_CLIENT_ID: id,
    COGNITO_CLIENT_SECRET: secret,
    BFF_PORT: '0',
  })
  t.teardown(bff.close)
  await register({ callbackUrls: [`${bff.url}/auth/callback`], logoutUrls: [`${bff.url}/`] })
  return { bffUrl: bff.url, mockUrl }
}

for (const hostname of ['127.0.0.1', 'localhost'] as const)
  t.test(
    `log in at the BFF, see a name, log out, with the mock on ${hostname}; and no token ever reaches the browser`,
    async (t) => {
      const issued = overhear(t)
      const { bffUrl, mockUrl } = await started(t, hostname)
      const context = await chromium.newContext()
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      const browser = watch(context)

      await page.goto(bffUrl)
      await page.getByRole('link', { name: 'Log in' }).click()
      await page.waitForURL(`${mockUrl}/login?**`)
      await page.locator('input[name="username"]:visible').fill('alice')
      await page.locator('input[name="password"]:visible').fill('wrong')
      await page.locator('input[name="signInSubmitButton"]:visible').click()
      await page.getByText('Incorrect username or password.').last().waitFor()
      await page.locator('input[name="password"]:visible').fill('Passw0rd!')
      await page.locator('input[name="password"]:visible').press('Enter')
      await page.waitForURL(`${bffUrl}/`)
      await page.getByText('You have logged in as alice').waitFor()
      t.pass('the page knows the name')

      const whenLoggedIn = await browser.everything(page)
      const cookies = await context.cookies()
      t.match(
        cookies.find(({ name }) => name === '__Host-bff-sid'),
        { httpOnly: true, secure: true, sameSite: 'Strict', domain: 'localhost' },
      )
      t.match(
        cookies.find(({ name }) => name === 'cognito'),
        { httpOnly: true, domain: hostname },
      )

      await page.reload()
      await page.getByText('You have logged in as alice').waitFor()
      await page.getByRole('button', { name: 'Log out', exact: true }).click()
      await page.getByRole('link', { name: 'Log in' }).waitFor()
      t.equal(new URL(page.url()).origin, bffUrl)
      await page.getByRole('link', { name: 'Log in' }).click()
      await page.waitForURL(`${mockUrl}/login?**`)
      t.pass('after the logout the page is shown again')
      const atTheEnd = await browser.everything(page)

      t.equal(issued.length, 3, 'an ID, an access and a refresh token')
      for (const token of issued) {
        t.ok(token.length > 100)
        for (const place of [whenLoggedIn, atTheEnd]) {
          t.notOk(place.includes(token), 'no token')
          t.notOk(place.includes(token.slice(-40)), 'nor the end of one')
        }
      }
      t.match(whenLoggedIn, /code=[0-9a-f-]{36}/, 'the search does find what the browser may see')
      t.same(
        complaints.filter((each) => !each.includes('404')),
        [],
        'and no page breaks its own content security policy',
      )
    },
  )

/** In seconds. In milliseconds it is more than a timer of a browser can hold. */
const thirtyDays = String(30 * 24 * 3600)

/** Whatever is wider than its place: than the page, or than the padding of its panel. What scrolls may be. */
const whatSticksOut = `[...document.querySelectorAll('body *')]
  .filter((each) => !each.closest('pre, .scroll, .unseen, .skip') && each.checkVisibility())
  .filter((each) => {
    const panel = (each.parentElement.closest('.panel') ?? document.documentElement)
    const { paddingRight } = getComputedStyle(panel)
    const { right } = panel.getBoundingClientRect()
    return each.getBoundingClientRect().right > right - parseFloat(paddingRight) + 1
  })
  .map((each) => each.outerHTML.slice(0, 80))`

t.test('everything on the page, and no token in any of it', async (t) => {
  const issued = overhear(t)
  const demo = await startDemo({
    port: 0,
    bffPort: 0,
    environment: { BFF_SESSION_IDLE: thirtyDays, BFF_SESSION_ABSOLUTE: thirtyDays },
  })
  t.teardown(demo.close)
  const context = await chromium.newContext()
  const page = await context.newPage()
  const browser = watch(context)
  await logInAt(page, demo.bff.url)

  await page.getByRole('heading', { name: /^Welcome\./ }).waitFor()
  await page.getByText('Here is your resource: Protected Resource Retrieved from DB.').waitFor()
  const evidence = page.getByRole('log').getByRole('listitem')
  const exchange = (request: string) => evidence.filter({ has: page.getByText(request, { exact: true }) })
  /** What the evidence says of one exchange: the number of its step, its status, and who cannot see it. */
  async function told(request: string) {
    await exchange(request).waitFor()
    return exchange(request).locator('.step, .badge, .hop').allInnerTexts()
  }
  const outOfSight = 'BFF → provider, out of the browser’s sight'
  for (const [request, ...seen] of [
    ['GET /', '1', '200'],
    ['GET /auth/status?slide=1', '2', '200'],
    ['GET /api/resource', '3', '200'],
    ['GET /oauth2/authorize', '4', '302', 'browser → provider'],
    ['POST /oauth2/token', '7', '200', outOfSight],
    ['GET /oauth2/userInfo', '9', '200', outOfSight],
  ] as const)
    t.strictSame(await told(request), seen)
  t.strictSame(await page.locator('#exchanges .secret .step').allInnerTexts(), ['9', '7'], 'newest first')
  const steps = await page
    .locator('#workflows [data-step]')
    .evaluateAll((all) => all.map((each) => each.getAttribute('data-step')))
  t.strictSame([...new Set(steps)], ['1', '2', '3', '4', '5–6', '7–9', '10–11', '12'], 'of the article')
  t.equal(await page.locator('#unsafe').isVisible(), false)
  await page.locator('#curl').waitFor()
  const asked = await evidence.filter({ hasText: 'GET /auth/status' }).count()
  t.equal(asked, 1, 'nor is the end of a long session waited for by asking all the time')

  await page.getByRole('button', { name: 'Who am I to it?' }).click()
  await page.getByText('"clientId": "mockwebclient0000000000001"').first().waitFor()
  await page.getByLabel('Order something').fill('A lamp')
  await page.getByRole('button', { name: 'Order', exact: true }).click()
  await page.getByText('"item": "A lamp"').first().waitFor()
  await page.getByRole('button', { name: 'Show the orders' }).click()
  await page.locator('#api-answer').getByText('GET /api/orders').waitFor()
  t.match(await page.locator('#api-answer').innerText(), /^GET \/api\/orders 200\n.*"item": "A lamp"/s)

  await context.setOffline(true)
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
  await page.getByText('The server does not answer. Is it running?').waitFor()
  await context.setOffline(false)
  await page.getByRole('button', { name: 'Ask again' }).click()
  await page.getByText('You have logged in as alice').waitFor()

  await t.test('the same with curl: a script without the secret, to copy and to run', async (t) => {
    const { id, secret } = demo.mock.pool.client('web')
    const script = await page.locator('#curl-script').innerText()
    const [first] = script.split('\n')
    t.equal(first, 'CLIENT_SECRET=…  # mocknito demo prints it; a browser is never told')
    t.match(script, `-u "${id}:$CLIENT_SECRET"`)
    t.match(
      script,
      encodeURIComponent(`${demo.bff.url}/auth/callback`),
      'and what one would see at the end is here',
    )
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByText('Copied.').waitFor()
    const copied = String(await page.evaluate('navigator.clipboard.readText()'))
    t.equal(copied.trim(), script.trim())
    const { stdout } = await run('sh', ['-c', copied.replace('=…', `=${secret}`)])
    t.match(stdout, /^tokens: \{"id_token":"ey/m)
    t.match(stdout, /^revoked: 200$/m)

    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject()')
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByText('The text is selected').waitFor()
    t.equal(String(await page.evaluate('String(getSelection())')).trim(), script.trim())
  })

  for (const [button, said] of [
    ['New secret', 'A second secret is active'],
    ['Delete the old one', 'The old secret is deleted'],
    ['New client id', 'The next login uses another client id'],
  ] as const) {
    await page.getByRole('button', { name: button }).click()
    await page.getByText(said).waitFor()
  }

  for (const [button, said] of [
    ['Use one twice', 'a code works once'],
    ['Use one after five minutes', 'a code lives for five minutes'],
  ] as const) {
    await page.getByRole('button', { name: button }).click()
    await page.locator('#code-answer').getByText(said).waitFor()
    await page.locator('#code-answer').getByText('"error": "invalid_grant"').waitFor()
  }

  const second = await chromium.newContext()
  const phone = await second.newPage()
  await logInAt(phone, demo.bff.url)
  await page.reload()
  await page.getByRole('button', { name: /^End the session on/ }).click()
  await page.getByRole('button', { name: /^End the session on/ }).waitFor({ state: 'detached' })
  await phone.reload()
  await phone.getByText('It was ended from another device.').waitFor()
  await phone.getByRole('link', { name: 'Log in' }).click()
  await phone.getByText('You have logged in as alice').waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'End all others' }).click()
  await page.getByRole('button', { name: /^End the session on/ }).waitFor({ state: 'detached' })
  await phone.getByRole('button', { name: 'Who am I to it?' }).click()
  await phone.getByText('It was ended from another device.').waitFor()

  await t.test('nothing sticks out of a small screen', async (t) => {
    await page.getByRole('button', { name: 'Use one twice' }).click()
    await page.locator('#code-answer').getByText('a code works once').waitFor()
    for (const width of [320, 360, 390]) {
      await page.setViewportSize({ width, height: 800 })
      t.strictSame(await page.evaluate(whatSticksOut), [], `${width} px`)
    }
    await page.setViewportSize({ width: 1280, height: 720 })
  })

  await page.getByRole('button', { name: 'Log out only here' }).click()
  await page.getByText('You are not logged in.').waitFor()
  t.strictSame(await told('POST /auth/logout?local=1'), ['12', '200'])
  t.strictSame(await told('POST /oauth2/revoke'), ['12', '200', outOfSight])
  t.equal(page.url(), `${demo.bff.url}/`)
  await page.getByRole('link', { name: 'Log in' }).click()
  await page.getByText('You have logged in as alice').waitFor()
  t.pass('and the provider, where nobody has logged out, asks for no password')

  for (const path of [
    '/auth/refresh',
    '/nothing',
    '/auth/callback?state=x',
    '/auth/sessions',
    '/health',
    '/ready',
  ])
    await page.evaluate(
      `fetch('${path}', { method: '${path.endsWith('refresh') ? 'POST' : 'GET'}', headers: { 'x-csrf': '1' } }).then(a => a.text())`,
    )
  await page.getByRole('button', { name: 'Log out everywhere' }).click()
  await page.getByText('You are not logged in.').waitFor()
  t.strictSame(
    await told('POST /oauth2/revoke'),
    ['12', '200', outOfSight],
    'also after the way to the provider',
  )
  t.equal(await page.evaluate('sessionStorage.length'), 0)

  const all = await browser.everything(page)
  t.match(all, '"item":"A lamp"', 'the search does find what the browser may see')
  t.ok(issued.length >= 8, 'ID, access and refresh tokens of two logins and a refresh')
  for (const token of issued.filter(Boolean)) t.notOk(all.includes(token.slice(-40)))
  for (const { secrets } of demo.mock.pool.clients)
    for (const secret of secrets) t.notOk(all.includes(secret), 'nor a secret')
})

t.test(
  'the implicit grant in the same browser, as the contrast: there the script of a page has the token',
  async (t) => {
    const demo = await startDemo({ port: 0, bffPort: 0 })
    t.teardown(demo.close)
    const page = await (await chromium.newContext()).newPage()
    await page.goto(`${demo.bff.url}/demo/compare`)
    await page.getByText('Log in first').waitFor()
    await page.getByRole('link', { name: 'Log in' }).click()
    await signInAsAlice(page)
    const [implicit, code] = [page.locator('[data-grant=implicit]'), page.locator('[data-grant=code]')]
    await code.locator('mark.code').waitFor()
    t.equal(await code.locator('mark.token').count(), 0)
    t.equal(await implicit.locator('mark.token').count(), 2, 'an ID token and an access token')
    t.equal(await page.locator('#here').isVisible(), false)
    await page.getByRole('table', { name: 'Who can read what' }).waitFor()
    for (const [column, found] of [
      ['Implicit', ['the token', 'the token', 'nothing']],
      ['Code', ['a code, used up', 'nothing', 'a code, used up']],
    ] as const) {
      const cells = page.locator(`#place-rows td:nth-child(${column === 'Code' ? 3 : 2})`)
      t.strictSame(await cells.allInnerTexts(), found, column)
      t.strictSame(
        await cells.evaluateAll((all) => all.map((each) => each.matches('.found.token'))),
        found.map((each) => each === 'the token'),
      )
    }
    t.equal(await colourOf(page, '#place-rows .token', 'color'), await danger(page))
    await implicit.getByRole('link', { name: 'Walk it in this browser' }).click()
    const read = await page.locator('#here-token').innerText()
    t.match(page.url(), `#id_token=`)
    t.ok(page.url().includes(read))
    t.match(read, /^eyJ/)
    await code.getByRole('link', { name: 'Walk it in this browser' }).click()
    await page.waitForURL(`${demo.bff.url}/demo/compare`)
    await code.locator('mark.code').waitFor()
    t.equal(await page.locator('#here').isVisible(), false)
  },
)

/** As the page shows the first that fits. */
const colourOf = async (page: Page, selector: string, property: string): Promise<string> =>
  String(
    await page.evaluate(
      `getComputedStyle(document.querySelector('${selector}')).getPropertyValue('${property}')`,
    ),
  )

/** What the pages call danger, which has to be a red. */
async function danger(page: Page): Promise<string> {
  await page.evaluate("document.body.append(Object.assign(document.createElement('i'), { id: 'probe' }))")
  await page.evaluate("document.querySelector('#probe').style.color = 'var(--danger)'")
  const colour = await colourOf(page, '#probe', 'color')
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number)
  if (red < 2 * Math.max(green, blue, 1)) throw new Error(`${colour} is no red`)
  return colour
}

/** What the sample's client does, on its own origin; `bff` is the one constant that was changed. */
const clientOfTheSample = (bff: string) => `<!doctype html><title>Home</title><h1>Welcome</h1>
  <button id="login">Login</button> <button id="logout">Logout</button> <p id="who"></p> <p id="resource"></p>
  <script type="module">
    const base = '${bff}/apis/authentication'
    const session = new URL(location.href).searchParams.get('session')
    const ask = (path) => fetch(base + path, { headers: { authorization: 'Bearer ' + session } })
    const say = (id, text) => { document.getElementById(id).textContent = text }
    async function show() {
      const { username } = await (await ask('/status')).json()
      say('who', username ? 'You have logged in as ' + username : 'Nobody')
      say('resource', username ? 'Here is your resource: ' + await (await ask('/resource')).text() : '')
    }
    document.getElementById('login').onclick = async () => { location.href = await (await ask('/login')).text() }
    document.getElementById('logout').onclick = async () => { await ask('/logout'); await show() }
    await show()
  </script>`

t.test('the sample’s own client, on another origin, after one constant was changed', async (t) => {
  let bffUrl = ''
  const client = fastify({ forceCloseConnections: true })
  client.get('/', async (_request, reply) => reply.type('text/html').send(clientOfTheSample(bffUrl)))
  await client.listen({ host: 'localhost', port: 0 })
  t.teardown(() => client.close())
  const home = `http://localhost:${(client.server.address() as AddressInfo).port}`
  const environment = {
    BFF_PROFILE: 'series',
    LOGIN_REDIRECT_URL: `${home}/`,
    CORS_ALLOW_ORIGIN: home,
  }
  const issued = overhear(t)
  const demo = await startDemo({ port: 0, bffPort: 0, environment })
  t.teardown(demo.close)
  bffUrl = demo.bff.url
  const context = await chromium.newContext()
  const page = await context.newPage()
  const browser = watch(context)

  await page.goto(home)
  await page.getByText('Nobody').waitFor()
  await page.getByRole('button', { name: 'Login' }).click()
  await signInAsAlice(page)
  await page.getByText('You have logged in as alice').waitFor()
  await page.getByText('Here is your resource: Protected Resource Retrieved from DB.').waitFor()
  t.match(
    new URL(page.url()).searchParams.get('session'),
    /^[\w-]{43}$/,
    'as the article has it, for all to see',
  )
  await page.getByRole('button', { name: 'Logout' }).click()
  await page.getByText('Nobody').waitFor()
  const all = await browser.everything(page)
  t.equal(issued.length, 3)
  for (const token of issued) t.notOk(all.includes(token.slice(-40)), 'but for no token')

  await page.goto(demo.bff.url)
  const warned = page.getByRole('region', { name: 'What is unsafe here' })
  await warned.getByText('the session id travels in a URL').waitFor()
  t.equal(await warned.getByText('UNSAFE', { exact: true }).count(), 3)
  t.equal(await colourOf(page, '#unsafe .badge', 'background-color'), await danger(page))
})
