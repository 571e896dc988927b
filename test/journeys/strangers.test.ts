// Existing test suites of other people's apps, replayed against the mock with their own selectors and actions: the rows of
// the public ones that go beyond the classic sign-in form (test/idp/pages.test.ts has those), and plain HTTP clients.
import { generate } from 'otplib'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { ClientFixture, Fixture, PoolFixture } from '../../src/idp/fixture/fixture.ts'
import type { StartedMocknito } from '../../src/index.ts'
import { launchChromium } from '../support/chromium.ts'
import { demoWith, federation, managedDemo } from '../support/fixtures.ts'
import { listeningApp } from '../support/listening-app.ts'
import { authorizeUrl } from '../support/oauth.ts'
import { startWorld } from '../support/world.ts'

t.setTimeout(60_000)
const browser = await launchChromium()
t.teardown(() => browser.close())
const callback = await listeningApp(t)

/** A mock whose app listens: a redirect that nobody answers would keep the browser waiting. */
async function mockOf(fixture: Fixture): Promise<StartedMocknito> {
  const mock = await startWorld(t, { fixture })
  await mock.pool.client('web').register({ callbackUrls: [callback] })
  return mock
}

async function opened(t: Test, mock: StartedMocknito): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  t.teardown(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(5_000)
  await page.goto(authorizeUrl(mock, { redirect_uri: callback }))
  return page
}

const isInTheApp = (page: Page) => page.waitForURL(`${callback}?code=**`)

const seed = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const classic = await mockOf(
  demoWith((pool) => {
    pool.Users?.push({ Username: 'ida', Password: 'Passw0rd!', SoftwareTokenSecret: seed })
  }),
)

t.test('Selenium with Behave: sign-up by NAME, and #verification_code', async (t) => {
  const page = await opened(t, classic)
  await page.locator('a:visible', { hasText: 'Sign up' }).click()
  // driver.find_element(By.NAME, …) takes the first one in the document: the copy for large screens.
  await page.locator('[name="username"]').first().fill('zoe')
  await page.locator('[name="requiredAttributes[email]"]').first().fill('zoe@example.com')
  await page.locator('[name="password"]').first().fill('Passw0rd!')
  await page.locator('[name="signUpButton"]').first().click()
  await page.locator('#verification_code').waitFor()
  await page
    .locator('#verification_code')
    .fill(String((await classic.pool.inbox.waitFor({ to: 'zoe' })).code))
  await page.locator('[name="confirm"]').click()
  await isInTheApp(page)
  t.pass('in the app')
})

t.test('island.is: an identity provider by its role and name, in either copy', async (t) => {
  const mock = await mockOf(federation())
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ])
    for (const [name, provider] of [
      ['Example-Corp', 'Example-Corp'],
      ['Continue with Google', 'Google'],
      ['Partner', 'Partner'],
    ] as const) {
      const page = await opened(t, mock)
      await page.setViewportSize(viewport)
      await page.getByRole('button', { name }).click()
      await page.waitForURL(`**/_mock/providers/*/${provider}?**`)
      t.pass(`${name}, ${viewport.width} px`)
    }
})

t.test('the positions of the form hold beside identity providers', async (t) => {
  const page = await opened(t, await mockOf(federation()))
  const positions = {
    reapit:
      ':nth-child(2) > :nth-child(1) > :nth-child(1) > .cognito-asf > :nth-child(3) > #signInFormUsername',
    'Playwright: the absolute path':
      'xpath=/html/body/div[1]/div/div[1]/div[2]/div[2]/div[3]/div/div/form/input[3]',
    'Selenium: the second of each': "xpath=(//input[@value='Sign in'])[2]",
    nodriver: 'div.modal-content-desktop.visible-md.visible-lg >> input[id=signInFormUsername]',
  }
  for (const [who, selector] of Object.entries(positions))
    t.equal(await page.locator(selector).count(), 1, who)
})

t.test('the checklist has the classes that a pool’s CSS styles, and ticks', async (t) => {
  const page = await opened(t, classic)
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
  const page = await opened(t, classic)
  await page.locator('input[name="username"]:visible').fill('ida')
  await page.locator('input[name="password"]:visible').fill('Passw0rd!')
  await page.locator('input[name="signInSubmitButton"]:visible').click()
  const code = await generate({ secret: seed })
  await page
    .locator(
      'input[name="totpCode"], input[name="SOFTWARE_TOKEN_MFA_CODE"], input[type="text"][inputmode="numeric"], input[name="code"]',
    )
    .fill(code)
  await page.locator('input[name="signInSubmitButton"], button[type="submit"], input[type="submit"]').click()
  await isInTheApp(page)
  t.pass('in the app')
})

const managed = (settings: ClientFixture = {}, pool: Partial<PoolFixture['UserPool']> = {}) => {
  const fixture = managedDemo(settings)
  Object.assign(fixture.pools[0]?.UserPool as object, pool)
  return fixture
}

t.test('managed: placeholders and the button by its name', async (t) => {
  const mock = await mockOf(managed({}, { UsernameAttributes: ['email'] }))
  const page = await opened(t, mock)
  await page.getByPlaceholder('name@host.com').fill('alice@example.com')
  await page.getByPlaceholder('Enter password').fill('Passw0rd!')
  await page.getByRole('button', { name: /sign in/i }).click()
  await isInTheApp(page)
  t.pass('in the app')
})

t.test('managed: visible fields by name, type or autocomplete, once cognitoAsfData is there', async (t) => {
  const mock = await mockOf(managed())
  const page = await opened(t, mock)
  await page.waitForFunction(`document.querySelector('[name=cognitoAsfData]').value !== ''`)
  const visible = (selector: string) => page.locator(selector).filter({ visible: true }).first()
  await visible('input[name="username"], input[type=email], input[autocomplete=username]').fill('alice')
  await visible('input[name="password"], input[type=password]').fill('Passw0rd!')
  await visible('input[name="signInSubmitButton"], button[type="submit"], input[type="submit"]').click()
  await isInTheApp(page)
  t.pass('in the app')
})

t.test('managed: unions that also fit the classic page', async (t) => {
  const page = await opened(t, await mockOf(managed()))
  await page.locator('input[name="username"], input[id*="signInFormUsername"]').first().fill('alice')
  await page.locator('input[name="password"], input[id*="signInFormPassword"]').first().fill('Passw0rd!')
  await page
    .locator('input[name="signInSubmitButton"], button[type="submit"], input[type="submit"]')
    .first()
    .click()
  await isInTheApp(page)
  t.pass('in the app')
})

t.test('managed in two steps: the ids that Cloudscape made up, and one button a page', async (t) => {
  const mock = await mockOf(managed({ ExplicitAuthFlows: ['ALLOW_USER_AUTH'] }))
  const page = await opened(t, mock)
  await page.locator('[id="formField:R36sn55:"]').fill('alice')
  await page.locator('xpath=//button').click()
  await page.waitForURL('**/verifyPassword?**')
  await page.locator('[id="formField:r0:"]').fill('Passw0rd!')
  await page.locator("xpath=//button[@type='submit']").click()
  await isInTheApp(page)
  t.pass('in the app')
})

t.test('plain HTTP: follow, cut the form out with regular expressions, post, read Location', async (t) => {
  const toLogin = await fetch(authorizeUrl(classic), { redirect: 'manual' })
  const login = await fetch(toLogin.headers.get('location') as string)
  const html = await login.text()
  const [, action = ''] = /<form action="([^"]+)" method="POST" name="cognitoSignInForm"/.exec(html) ?? []
  const [, _csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(html) ?? []
  const cookie = login.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const answer = await fetch(new URL(action.replaceAll('&amp;', '&'), classic.url), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ _csrf, username: 'alice', password: 'Passw0rd!', cognitoAsfData: '' }),
  })
  t.equal(answer.status, 302)
  t.match(answer.headers.get('location'), /^http:\/\/localhost:9401\/auth\/callback\?code=/)
})
