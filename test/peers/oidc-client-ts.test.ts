// oidc-client-ts in real Chromium: the recipe's single-page app, served as it is printed, on another origin than the mock. Whatever
// it asks for behind the page goes through CORS, errors included.
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { startMocknito } from '../../src/start.ts'
import { launchChromium } from '../support/chromium.ts'
import { readRecipe } from '../support/recipe.ts'

const mock = await startMocknito()
const chromium = await launchChromium()
t.teardown(() => Promise.all([mock.close(), chromium.close()]))

const spa = mock.pool.client('spa')
const html = readRecipe('oidc-client-ts', 'index.html')
/** The mock of the test is at another port than the page says. */
const script = readRecipe('oidc-client-ts', 'app.js').replace('http://127.0.0.1:9400', mock.url)

/** A web server that knows nothing: the two blocks, and the folder of packages that the import map names. */
async function serveApp(t: Test): Promise<string> {
  const server: Server = createServer(async ({ url = '/' }, response) => {
    const path = url.replace(/\?.*/, '')
    if (path === '/favicon.ico') return response.writeHead(204).end()
    if (path === '/') return response.setHeader('content-type', 'text/html').end(html)
    response.setHeader('content-type', 'text/javascript')
    if (path === '/app.js') return response.end(script)
    const file = new URL(`../..${path}`, import.meta.url)
    return readFile(file).then(
      (text) => response.end(text),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const home = `http://localhost:${(server.address() as AddressInfo).port}/`
  await spa.register({ callbackUrls: [home], logoutUrls: [home] })
  return home
}

/** A fresh browser at the app; whatever it complains about makes the test fail. */
async function openApp(t: Test): Promise<{ home: string; page: Page; complaints: string[] }> {
  const home = await serveApp(t)
  const context = await chromium.newContext()
  t.teardown(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', ({ message }) => complaints.push(message))
  await page.clock.install()
  await page.goto(home)
  await page.getByText('You are nobody.').waitFor()
  return { home, page, complaints }
}

async function signIn(page: Page, home: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${mock.url}/login?**`)
  await page.locator('input[name="username"]:visible').fill('alice')
  await page.locator('input[name="password"]:visible').fill('Passw0rd!')
  await page.locator('input[name="password"]:visible').press('Enter')
  await page.waitForURL(home)
  await page.getByText('You are alice.').waitFor()
}

/** What the library keeps in the session storage of the app. */
interface StoredUser {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_at: number
  readonly profile: Readonly<Record<string, unknown>>
}

const storageKey = `oidc.user:${mock.pool.issuer}:${spa.id}`
const storedUser = async (page: Page): Promise<StoredUser> =>
  JSON.parse(await page.evaluate(`sessionStorage.getItem('${storageKey}')`))

const asked = () => mock.exchanges().map(({ method, path, status }) => `${method} ${path} ${status}`)

t.test('sign in, stay when the page is loaded again, sign out, and be asked again', async (t) => {
  const { home, page, complaints } = await openApp(t)
  await signIn(page, home)
  const { profile, refresh_token } = await storedUser(page)
  t.match(profile, {
    iss: mock.pool.issuer,
    aud: spa.id,
    'cognito:username': 'alice',
    username: 'alice',
    email: 'alice@example.com',
  })
  t.equal(profile.email_verified, 'true', 'the string of userInfo, not the boolean of the ID token')
  t.match(asked().join('\n'), /OPTIONS \/oauth2\/userInfo 204\nGET \/oauth2\/userInfo 200/)

  await page.reload()
  await page.getByText('You are alice.').waitFor()
  t.pass('getUser knows her still')

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are nobody.').waitFor()
  t.same(asked().slice(-2), ['POST /oauth2/revoke 200', 'GET /logout 302'])
  const fields = { grant_type: 'refresh_token', client_id: spa.id, refresh_token }
  const refreshing = await fetch(`${mock.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
  })
  t.same(await refreshing.json(), { error: 'invalid_grant' }, 'the refresh token is over')
  await signIn(page, home)
  t.pass('the page was shown again')
  t.same(complaints, [])
})

t.test('before the access token expires, a refresh token brings the next one', async (t) => {
  const { home, page, complaints } = await openApp(t)
  await signIn(page, home)
  const first = await storedUser(page)
  t.teardown(() => mock.pool.clock.reset())
  await mock.pool.clock.advance('59m')
  await page.clock.fastForward('59:00')
  await page.waitForFunction(`!sessionStorage.getItem('${storageKey}').includes('${first.access_token}')`)
  const second = await storedUser(page)
  t.ok(second.expires_at >= first.expires_at + 59 * 60, 'by as much as has passed')
  t.equal(second.refresh_token, first.refresh_token)
  t.equal(second.profile.sub, first.profile.sub)
  t.match(
    mock.exchanges().findLast(({ path }) => path === '/oauth2/token'),
    {
      status: 200,
      username: 'alice',
      clientId: spa.id,
    },
  )
  await page.getByText('You are alice.').waitFor()
  t.same(complaints, [])
})

t.test('a page of another origin can read refusals, and cannot read the pages of the mock', async (t) => {
  const { page } = await openApp(t)
  const read = (path: string, request: Record<string, unknown> = {}) =>
    page.evaluate(
      `fetch('${mock.url}${path}', ${JSON.stringify(request)}).then(
        async (answer) => [answer.status, await answer.text()],
        ({ name }) => [name],
      )`,
    )
  const form = (body: string) => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-amz-user-agent': 'aws-amplify/6' },
    body,
  })
  t.same(await read('/oauth2/token', form('grant_type=password')), [
    400,
    '{"error":"unsupported_grant_type"}',
  ])
  t.same(await read('/oauth2/token'), [405, ''])
  t.same(await read('/oauth2/revoke', form(`client_id=${spa.id}`)), [400, '{"error":"invalid_request"}'])
  const [status, text] = (await read('/oauth2/userInfo', {
    headers: { authorization: 'Bearer x' },
  })) as [number, string]
  t.equal(status, 401)
  t.match(JSON.parse(text), { error: 'invalid_token' })
  t.match(await read('/us-east-1_Nobody/.well-known/jwks.json'), [404])
  for (const path of ['/login', '/logout', '/error?error=x']) t.same(await read(path), ['TypeError'], path)
})
