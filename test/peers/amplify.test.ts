// aws-amplify 6 in real Chromium: the recipe's single-page app, bundled as it is printed, logs in at the hosted page.
// Amplify speaks nothing but https to a domain, so it gets the second port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { startMocknito } from '../../src/start.ts'
import { launchChromium } from '../support/chromium.ts'
import { claimsOf } from '../support/oauth.ts'
import { readRecipe } from '../support/recipe.ts'

const mock = await startMocknito({ https: true })
const chromium = await launchChromium()
t.teardown(() => Promise.all([mock.close(), chromium.close()]))

const spa = mock.pool.client('spa')
const securePort = Number(mock.https?.port)
const html = readRecipe('amplify', 'index.html')

/** The app of the recipe, for a domain of this mock: its ports are others than the page says. */
async function bundle(domain: string): Promise<string> {
  const source = readRecipe('amplify', 'app.js')
    .replace('127.0.0.1:9443', domain)
    .replace('http://127.0.0.1:9400', mock.url)
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    bundle: true,
    format: 'esm',
    write: false,
  })
  return String(outputFiles[0]?.text)
}

/** A web server that knows nothing, and a fresh browser at it. */
async function openApp(t: Test, domain: string): Promise<{ home: string; page: Page; troubles: string[] }> {
  const script = await bundle(domain)
  const server = createServer(({ url = '/' }, response) => {
    const isScript = url === '/app.js'
    response
      .setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      .end(isScript ? script : html)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const home = `http://localhost:${(server.address() as AddressInfo).port}/`
  await spa.register({ callbackUrls: [home], logoutUrls: [home] })
  // Whom a browser trusts is the business of journeys/https.test.ts.
  const context = await chromium.newContext({ ignoreHTTPSErrors: true })
  t.teardown(() => context.close())
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', ({ message }) => troubles.push(message))
  await page.goto(home)
  await page.getByText('You are nobody.').waitFor()
  return { home, page, troubles }
}

async function signIn(page: Page, home: string, domain: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`https://${domain}/login?**`)
  await page.locator('input[name="username"]:visible').fill('alice')
  await page.locator('input[name="password"]:visible').fill('Passw0rd!')
  await page.locator('input[name="password"]:visible').press('Enter')
  await page.waitForURL(home)
  await page.getByText('You are alice.').waitFor()
}

/** What Amplify keeps in the local storage of the app, by the last word of its key. */
async function stored(page: Page): Promise<Record<string, string>> {
  const all: Record<string, string> = JSON.parse(await page.evaluate('JSON.stringify(localStorage)'))
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [String(key.split('.').at(-1)), value]))
}

for (const domain of [`127.0.0.1:${securePort}`, `mocknito.localhost:${securePort}`])
  t.test(
    `sign in at https://${domain.replace(/\d+$/, '…')}, stay, sign out, and be asked again`,
    async (t) => {
      const { home, page, troubles } = await openApp(t, domain)
      await signIn(page, home, domain)
      const exchange = mock
        .exchanges()
        .findLast(({ path, method }) => path === '/oauth2/token' && method === 'POST')
      t.match(exchange, { status: 200, username: 'alice', clientId: spa.id })
      t.ok(
        exchange?.verdicts.some(({ rule, holds }) => rule === 'pkce.verifier' && holds),
        'with PKCE',
      )
      const { idToken = '', accessToken = '', LastAuthUser } = await stored(page)
      const iss = `https://${domain}/us-east-1_LocalPool`
      t.match(claimsOf(idToken), {
        iss,
        aud: spa.id,
        'cognito:username': 'alice',
        email: 'alice@example.com',
      })
      t.match(claimsOf(accessToken), { iss, client_id: spa.id, username: 'alice', scope: 'openid email' })
      t.equal(LastAuthUser, 'alice')

      await page.reload()
      await page.getByText('You are alice.').waitFor()
      t.pass('fetchAuthSession has the tokens still')

      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByText('You are nobody.').waitFor()
      t.match(mock.exchanges().at(-1), { method: 'GET', path: '/logout', status: 302 })
      t.same(await stored(page), {}, 'no token is left')
      await signIn(page, home, domain)
      t.pass('the page was shown again')
      t.same(troubles, [])
    },
  )
