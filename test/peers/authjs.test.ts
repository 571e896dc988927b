// Auth.js with its own Cognito provider, in real Chromium: the recipe, run as it is printed, signs alice in, keeps a session,
// and signs her out on both sides.
import t from 'tap'
import { startMocknito } from '../../src/start.ts'
import { launchChromium } from '../support/chromium.ts'
import { readRecipe, runRecipe } from '../support/recipe.ts'

const mock = await startMocknito({ fixture: JSON.parse(readRecipe('authjs', 'pool.json')) })
const chromium = await launchChromium()
t.teardown(() => Promise.all([mock.close(), chromium.close()]))

t.test('sign in, have a session, sign out, and be asked again', async (t) => {
  const { issuer: COGNITO_ISSUER } = mock.pool
  const app = runRecipe(t, 'authjs', 'server.mjs', { COGNITO_ISSUER, COGNITO_DOMAIN: mock.url })
  const signIn = new URL(await app.url)
  const home = `${signIn.origin}/`
  await mock.pool.client().register({ callbackUrls: [`${home}auth/callback/cognito`], logoutUrls: [home] })
  const page = await (await chromium.newContext()).newPage()
  const session = async () => (await page.request.get(home)).json()
  t.equal(await session(), null)

  await page.goto(signIn.href)
  await page.getByRole('button', { name: 'Sign in with Cognito' }).click()
  await page.waitForURL(`${mock.url}/login?**`)
  await page.locator('input[name="username"]:visible').fill('alice')
  await page.locator('input[name="password"]:visible').fill('Passw0rd!')
  await page.locator('input[name="password"]:visible').press('Enter')
  await page.waitForURL(home)
  t.match(await session(), { user: { name: 'alice', email: 'alice@example.com' } })
  const exchange = mock.exchanges().find(({ path }) => path === '/oauth2/token')
  t.match(exchange, { status: 200, username: 'alice' })
  t.match(
    exchange?.verdicts.find(({ rule }) => rule === 'pkce.verifier'),
    { holds: true },
  )

  await page.goto(`${home}auth/signout`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(home)
  t.equal(await session(), null)
  await page.goto(signIn.href)
  await page.getByRole('button', { name: 'Sign in with Cognito' }).click()
  await page.waitForURL(`${mock.url}/login?**`)
  t.pass('the session at Cognito is over, too')
})
