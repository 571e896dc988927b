// What only real browsers know: which cookies go along between sites, and what another site can make them do.
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import type { Request } from 'playwright-core'
import t, { type Test } from 'tap'
import { startBff } from '../../src/bff/start.ts'
import { startDemo } from '../../src/demo/start.ts'
import { startMocknito } from '../../src/start.ts'
import { launchChromium, logInAt, signInAsAlice } from '../support/chromium.ts'
import { launchFirefox } from '../support/firefox.ts'

const [chromium, firefox] = await Promise.all([launchChromium(), launchFirefox()])
t.teardown(() => Promise.all([chromium.close(), firefox.close()]))

/** They disagree on one thing: whether a way over another site and back, on which nobody is asked, keeps a Strict cookie. */
const browsers = [
  { name: 'Chromium', browser: chromium, keepsStrict: true },
  { name: 'Firefox', browser: firefox, keepsStrict: false },
]

/** A page that means no good, as a site of its own sees it: on this host name. */
async function evilPage(t: Test, bffUrl: string, hostname: string): Promise<string> {
  const evil = fastify({ forceCloseConnections: true })
  evil.get('/', async (_request, reply) =>
    reply.type('text/html').send(`<!doctype html><title>evil</title>
      <img src="${bffUrl}/auth/logout"><img src="${bffUrl}/auth/logout?sid=guessed">
      <form id="logout" method="post" action="${bffUrl}/auth/logout"></form>
      <form id="order" method="post" enctype="text/plain" action="${bffUrl}/api/orders"><input name='{"item":"x' value='"}'></form>`),
  )
  await evil.listen({ host: hostname, port: 0 })
  t.teardown(() => evil.close())
  return `http://${hostname}:${(evil.server.address() as AddressInfo).port}`
}

for (const { name, browser, keepsStrict } of browsers) {
  for (const [where, hostname, cookieGoesAlong] of [
    ['another site', '127.0.0.1', false],
    // SameSite protects from nothing here: the proof of the log-out, Origin and the header do.
    ['another origin of the same site', 'localhost', true],
  ] as const)
    t.test(`${name}: ${where} can neither log anybody out, nor ask in their name`, async (t) => {
      const demo = await startDemo({ port: 0, bffPort: 0 })
      t.teardown(demo.close)
      const address = await evilPage(t, demo.bff.url, hostname)
      const context = await browser.newContext()
      const page = await context.newPage()
      await logInAt(page, demo.bff.url)

      const status = () =>
        page.evaluate<{ loggedIn: boolean }>(`fetch('/auth/status').then((answer) => answer.json())`)
      const attacker = await context.newPage()
      await attacker.goto(address, { waitUntil: 'load' })
      t.equal((await status()).loggedIn, true, 'images')
      for (const form of ['logout', 'order']) {
        await attacker.goto(address)
        const [answer] = await Promise.all([
          attacker.waitForResponse((each) => each.url().startsWith(demo.bff.url) && each.status() >= 400),
          attacker.evaluate(`document.getElementById('${form}').submit()`),
        ])
        await attacker.waitForURL(`${demo.bff.url}/**`)
        const { cookie = '' } = await answer.request().allHeaders()
        t.equal(cookie.includes('__Host-bff-sid='), cookieGoesAlong, 'whether it brings the session along')
        t.equal((await status()).loggedIn, true, `the form ${form}`)
      }
      await attacker.goto(address)
      for (const call of [
        `fetch('${demo.bff.url}/auth/status', { credentials: 'include' })`,
        `fetch('${demo.bff.url}/api/orders', { credentials: 'include' })`,
        `fetch('${demo.bff.url}/auth/logout', { method: 'POST', credentials: 'include', headers: { 'x-csrf': '1' } })`,
        `fetch('${demo.bff.url}/auth/logout', { method: 'POST', credentials: 'include' })`,
        `fetch('${demo.bff.url}/auth/sessions', { method: 'DELETE', credentials: 'include' })`,
      ])
        t.equal(await attacker.evaluate(`${call}.then(() => 'read', () => 'refused')`), 'refused', call)
      t.equal((await status()).loggedIn, true)
    })

  for (const [mockName, sharesSite] of [
    ['127.0.0.1', false],
    ['localhost', true],
  ] as const)
    t.test(`${name}: the cookies of a login, with the provider on ${mockName}`, async (t) => {
      await using mock = await startMocknito()
      const { id, secret, register } = mock.pool.client('web')
      await using bff = await startBff({
        COGNITO_ISSUER: `http://${mockName}:${mock.port}/${mock.pool.id}`,
        COGNITO_CLIENT_ID: id,
        COGNITO_CLIENT_SECRET: secret,
        BFF_PORT: '0',
      })
      await register({ callbackUrls: [`${bff.url}/auth/callback`] })
      const context = await browser.newContext()
      const page = await context.newPage()

      /** Which cookies of ours go along to these paths while somebody does something. */
      async function sentWhile(doing: () => Promise<unknown>) {
        const requests: Request[] = []
        const note = (request: Request) => requests.push(request)
        page.on('request', note)
        await doing()
        page.off('request', note)
        const cookiesTo = async (path: string) => {
          const request = requests.find((each) => new URL(each.url()).pathname === path)
          const { cookie = '' } = (await request?.allHeaders()) ?? {}
          return { session: cookie.includes('__Host-bff-sid='), login: cookie.includes('__Host-bff-login-') }
        }
        return { callback: await cookiesTo('/auth/callback'), home: await cookiesTo('/') }
      }

      const first = await sentWhile(async () => {
        await page.goto(`${bff.url}/auth/login`)
        await signInAsAlice(page)
        await page.getByText('You have logged in as alice').waitFor()
      })
      t.strictSame(first.callback, { session: false, login: true }, 'the Lax cookie of the login comes back')
      t.strictSame(
        first.home,
        { session: sharesSite, login: false },
        'the Strict one on the redirect to home',
      )
      t.match(await page.evaluate(`fetch('/auth/status').then((answer) => answer.json())`), {
        loggedIn: true,
      })

      const again = await sentWhile(async () => {
        await context.clearCookies({ name: 'cognito' })
        await page.goto(`${bff.url}/auth/login`)
        await signInAsAlice(page)
        await page.getByText('You have logged in as alice').waitFor()
      })
      t.strictSame(again.callback, { session: sharesSite, login: true }, 'with a session there already')
      t.strictSame(again.home, { session: sharesSite, login: false })

      const silent = await sentWhile(async () => {
        await page.getByText('You have logged in as alice').waitFor()
        await page.evaluate(`location.assign('/auth/login')`)
        await page.waitForURL(`${bff.url}/`, { waitUntil: 'load' })
        await page.getByText('You have logged in as alice').waitFor()
      })
      const session = sharesSite || keepsStrict
      t.strictSame(silent.callback, { session, login: true }, 'where the provider asks nothing')
      t.strictSame(silent.home, { session, login: false })

      const jar = await context.cookies(bff.url)
      t.equal(
        jar.some(({ name }) => name === 'cognito'),
        sharesSite,
        'one jar for both exactly where they share a host name',
      )
    })
}
