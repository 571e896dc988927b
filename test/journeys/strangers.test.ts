// Existing test suites of other people's apps, replayed against the mock with their own selectors and actions: the rows of
// the public ones that go beyond the classic sign-in form (test/idp/pages.test.ts has those), and plain HTTP clients.
import { generate } from 'otplib'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { ClientFixture, PoolFixture } from '../../src/idp/fixture/schema.ts'
import type { StartedMocknito } from '../../src/index.ts'
import { launchChromium } from '../support/chromium.ts'
import { demoWith, managedDemo } from '../support/fixtures.ts'
import { authorizeUrl } from '../support/oauth.ts'
import { startWorld } from '../support/world.ts'

t.setTimeout(120_000)
const browser = await launchChromium()
t.teardown(() => browser.close())

async function opened(t: Test, mock: StartedMocknito): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  t.teardown(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  // The app of the default world does not run; that the browser is sent there is all there is to see.
  await page.route('http://localhost:9401/**', (route) => route.fulfill({ body: 'the app' }))
  await page.goto(authorizeUrl(mock))
  return page
}

const sentToTheApp = (page: Page) =>
  page.waitForRequest((request) => request.url().startsWith('http://localhost:9401/auth/callback?code='))

t.test('Selenium with Behave: sign-up by NAME, and #verification_code', async (t) => {
  const mock = await startWorld(t)
  const page = await opened(t, mock)
  await page.locator('a:visible', { hasText: 'Sign up' }).click()
  // driver.find_element(By.NAME, …) takes the first one in the document: the copy for large screens.
  await page.locator('[name="username"]').first().fill('zoe')
  await page.locator('[name="requiredAttributes[email]"]').first().fill('zoe@example.com')
  await page.locator('[name="password"]').first().fill('Passw0rd!')
  await page.locator('[name="signUpButton"]').first().click()
  await page.locator('#verification_code').waitFor()
  await page.locator('#verification_code').fill(String(mock.pool.inbox.latest('zoe')?.code))
  const app = sentToTheApp(page)
  await page.locator('[name="confirm"]').click()
  t.ok(await app)
})

t.test('the checklist has the classes that a pool’s CSS styles, and ticks', async (t) => {
  const mock = await startWorld(t)
  const page = await opened(t, mock)
  await page.locator('a:visible', { hasText: 'Sign up' }).click()
  await page.locator('[name="password"]:visible').fill('a')
  const row = (rule: string) => page.locator(`.checkPassword-${rule}:visible`)
  for (const [rule, isValid] of [
    ['lowerletter', true],
    ['upperletter', false],
    ['numbers', false],
    ['symbols', false],
    ['length', false],
  ] as const) {
    t.equal(await row(rule).locator('.passwordCheck-valid-customizable').count(), isValid ? 1 : 0, rule)
    t.equal(await row(rule).locator('.passwordCheck-notValid-customizable').count(), isValid ? 0 : 1, rule)
    t.match(await row(rule).innerText(), isValid ? '✓' : '✖')
  }
})

t.test('DIY Accounting: the TOTP field by any of four names, the button by one of two', async (t) => {
  const mock = await startWorld(t, {
    fixture: demoWith((pool) => {
      pool.Users = [
        { Username: 'frank', Password: 'Passw0rd!', SoftwareTokenSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
      ]
    }),
  })
  const page = await opened(t, mock)
  await page.locator('input[name="username"]:visible').fill('frank')
  await page.locator('input[name="password"]:visible').fill('Passw0rd!')
  await page.locator('input[name="signInSubmitButton"]:visible').click()
  const code = await generate({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
  await page
    .locator(
      'input[name="totpCode"], input[name="SOFTWARE_TOKEN_MFA_CODE"], input[type="text"][inputmode="numeric"], input[name="code"]',
    )
    .fill(code)
  const app = sentToTheApp(page)
  await page.locator('input[name="signInSubmitButton"], button[type="submit"], input[type="submit"]').click()
  t.ok(await app)
})

const managed = (settings: ClientFixture = {}, pool: Partial<PoolFixture['UserPool']> = {}) => {
  const fixture = managedDemo(settings)
  Object.assign(fixture.pools[0]?.UserPool as object, pool)
  return fixture
}

t.test('managed: placeholders and the button by its name', async (t) => {
  const mock = await startWorld(t, { fixture: managed({}, { UsernameAttributes: ['email'] }) })
  const page = await opened(t, mock)
  await page.getByPlaceholder('name@host.com').fill('alice@example.com')
  await page.getByPlaceholder('Enter password').fill('Passw0rd!')
  const app = sentToTheApp(page)
  await page.getByRole('button', { name: /sign in/i }).click()
  t.ok(await app)
})

t.test('managed: visible fields by name, type or autocomplete, once cognitoAsfData is there', async (t) => {
  const mock = await startWorld(t, { fixture: managed() })
  const page = await opened(t, mock)
  await page.waitForFunction(`document.querySelector('[name=cognitoAsfData]').value !== ''`)
  const visible = (selector: string) => page.locator(selector).filter({ visible: true }).first()
  await visible('input[name="username"], input[type=email], input[autocomplete=username]').fill('alice')
  await visible('input[name="password"], input[type=password]').fill('Passw0rd!')
  const app = sentToTheApp(page)
  await visible('input[name="signInSubmitButton"], button[type="submit"], input[type="submit"]').click()
  t.ok(await app)
})

t.test('managed in two steps: one input and one button a page', async (t) => {
  const mock = await startWorld(t, { fixture: managed({ ExplicitAuthFlows: ['ALLOW_USER_AUTH'] }) })
  const page = await opened(t, mock)
  await page.locator('input:visible').fill('alice')
  await page.locator('xpath=//button').click()
  await page.waitForURL('**/verifyPassword?**')
  await page.locator('input:visible').fill('Passw0rd!')
  const app = sentToTheApp(page)
  await page.locator("xpath=//button[@type='submit']").click()
  t.ok(await app)
})

t.test('plain HTTP: follow, cut the form out with regular expressions, post, read Location', async (t) => {
  const mock = await startWorld(t)
  const toLogin = await fetch(authorizeUrl(mock), { redirect: 'manual' })
  const login = await fetch(toLogin.headers.get('location') as string)
  const html = await login.text()
  const [, action = ''] = /<form action="([^"]+)" method="POST" name="cognitoSignInForm"/.exec(html) ?? []
  const [, _csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(html) ?? []
  const cookie = login.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const answer = await fetch(new URL(action.replaceAll('&amp;', '&'), mock.url), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ _csrf, username: 'alice', password: 'Passw0rd!', cognitoAsfData: '' }),
  })
  t.equal(answer.status, 302)
  t.match(answer.headers.get('location'), /^http:\/\/localhost:9401\/auth\/callback\?code=/)
})
