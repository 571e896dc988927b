// The stories of the hosted pages, told once and lived through in a real browser in each look. Wherever a story arrives, the
// page is inspected: axe-core finds nothing, nothing scrolls sideways on a small screen, and pictures are kept.
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createGuardrails, generate } from 'otplib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Fixture, PoolFixture } from '../../src/idp/fixture/schema.ts'
import type { Mocknito } from '../../src/index.ts'
import { demoWith, federation, managedDemo, managedFederation } from './fixtures.ts'
import { authorizeUrl } from './oauth.ts'
import { startWorld } from './world.ts'

export type Look = 'classic' | 'managed'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pictures = new URL('../../test-artefacts/pages/', import.meta.url)
const sizes = { '1280x800': { width: 1280, height: 800 }, '390x844': { width: 390, height: 844 } }

const everyFactor: NonNullable<PoolFixture['MfaConfig']> = {
  MfaConfiguration: 'OPTIONAL',
  SoftwareTokenMfaConfiguration: { Enabled: true },
  SmsMfaConfiguration: {},
  EmailMfaConfiguration: {},
}

/** The demo world with every factor, and people who have them; `ON` makes everybody set one up. */
function fixtureFor(look: Look, MfaConfiguration: 'OPTIONAL' | 'ON'): Fixture {
  const fixture = look === 'managed' ? managedDemo() : demoWith(() => {})
  const pool = fixture.pools[0] as PoolFixture
  pool.MfaConfig = { ...everyFactor, MfaConfiguration }
  pool.Users?.push({
    Username: 'ida',
    Password: 'Passw0rd!',
    Attributes: { email: 'ida@example.com', phone_number: '+12065550134' },
    ...(MfaConfiguration === 'OPTIONAL' && { UserMFASettingList: ['SMS_MFA', 'EMAIL_OTP'] }),
  })
  return fixture
}

/** One browser of one person, on the way through a story. */
export interface Story {
  readonly t: Test
  readonly mock: Mocknito
  readonly page: Page
  readonly look: Look
  /** Opens the app's authorize URL, or another page with its query. */
  open(path?: string): Promise<void>
  fill(fields: Readonly<Record<string, string>>): Promise<void>
  /** Presses the button of the form that is shown. */
  press(): Promise<void>
  /** Fills in and presses. */
  submit(fields: Readonly<Record<string, string>>): Promise<void>
  /** Says that the page with this heading, or these words, is there; and inspects it. */
  sees(name: string, words: string | RegExp): Promise<void>
  /** Says that the browser is at the app, with a code. */
  isInTheApp(): Promise<void>
  /** The newest code that was sent to somebody. */
  code(to: string): string
}

interface Setting {
  readonly look: Look
  readonly browser: Browser
  readonly javaScript: boolean
  /** Pictures and axe cost time; once for each look is enough. */
  readonly inspects: boolean
}

const listening = async (t: Test): Promise<string> => {
  const app = createServer((_, answer) => answer.end('<title>The app</title>The app'))
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  t.teardown(() => app.close())
  return `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`
}

async function begin(t: Test, setting: Setting, fixture: Fixture): Promise<Story> {
  const { look, browser, javaScript, inspects } = setting
  const mock = await startWorld(t, { fixture })
  const callback = await listening(t)
  await mock.pool.client('web').register({ callbackUrls: [callback] })
  const context: BrowserContext = await browser.newContext({
    viewport: sizes['1280x800'],
    javaScriptEnabled: javaScript,
  })
  t.teardown(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 40\d/.test(message.text())) t.fail(message.text())
  })
  page.on('pageerror', (error) => t.fail(error.message))
  const url = authorizeUrl(mock, { redirect_uri: callback })

  const story: Story = {
    t,
    mock,
    page,
    look,
    open: async (path) => void (await page.goto(path ? url.replace('/oauth2/authorize', path) : url)),
    async fill(fields) {
      for (const [name, value] of Object.entries(fields)) {
        const field = page.locator(`[name="${name}"]:visible`)
        if ((await field.first().getAttribute('type')) === 'radio')
          await page.locator(`[name="${name}"][value="${value}"]`).check()
        else await field.fill(value)
      }
    },
    press: () => page.locator('form[method="post" i]:visible [type="submit" i]').first().click(),
    async submit(fields) {
      await story.fill(fields)
      await story.press()
    },
    async sees(name, words) {
      await page.getByText(words).filter({ visible: true }).first().waitFor()
      t.pass(name)
      if (inspects) await inspect(t, page, look, name)
    },
    async isInTheApp() {
      await page.waitForURL(`${callback}?code=**`)
      t.pass('in the app')
    },
    code: (to) => mock.pool.inbox.latest(to)?.code as string,
  }
  return story
}

async function inspect(t: Test, page: Page, look: Look, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  const picture = async (title: string) => {
    const file = `${look}-${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${title}.png`
    await page.screenshot({ path: new URL(file, pictures).pathname, fullPage: true })
  }
  await page.evaluate(axe)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    t.same(await page.evaluate(judge), [], `${name}, ${colorScheme}: nothing for axe-core to find`)
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport)
      if (look === 'managed' || colorScheme === 'light') await picture(`${colorScheme}-${size}`)
    }
  }
  await page.setViewportSize({ width: 320, height: 568 })
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, `${name}: fits 320 px`)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(sizes['1280x800'])
}

/** Every rule of axe-core, its best practices too; what is hidden is not judged, and some of that is the other copy. */
const judge = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html + ' ' + failureSummary).join(' | ')))`

const password = 'Passw0rd!'
const fresh = 'N3w-password'
const twice = { new_password: fresh, confirm_password: fresh }

const appCode = ({ mock }: Story, secret: string) =>
  generate({
    secret,
    epoch: Math.floor(mock.pool.clock.now().getTime() / 1000),
    guardrails: createGuardrails({ MIN_SECRET_BYTES: 10 }),
  })

interface Told {
  /** Everybody sets up a second factor. */
  readonly mfa?: 'ON'
  /** In the world with identity providers. */
  readonly isFederated?: true
  readonly tell: (story: Story) => Promise<void>
}

const worldFor = (look: Look, { mfa, isFederated }: Told): Fixture => {
  if (!isFederated) return fixtureFor(look, mfa ?? 'OPTIONAL')
  return look === 'managed' ? managedFederation() : federation()
}

/** What people do, by title. */
const stories: Readonly<Record<string, Told>> = {
  'sign in, come back, sign in as somebody else': {
    async tell({ page, look, open, submit, sees, isInTheApp }) {
      await open()
      await sees('sign in', /Sign in (?:with|to) your/)
      await submit({ username: 'alice', password: 'wrong' })
      await sees('sign in again', 'Incorrect username or password.')
      await submit({ password })
      await isInTheApp()
      await open('/login')
      if (look === 'managed') return
      await page.getByRole('button', { name: 'Sign In as alice' }).waitFor()
      await sees('known user', 'Sign in as a different user?')
      await page.getByRole('link', { name: 'Sign in as a different user?' }).click()
      await submit({ username: 'bob', password })
      await isInTheApp()
    },
  },
  'sign up and confirm': {
    async tell({ t, page, open, fill, press, submit, sees, isInTheApp, code }) {
      await open()
      await page.locator('a:visible', { hasText: /Sign up|Create an account/ }).click()
      await sees('sign up', /Sign up with a new account|Create a new account/)
      await fill({ username: 'zoe', 'requiredAttributes[email]': 'zoe@example.com', password: 'Passw0rd' })
      const marks = async () => (await page.locator('[data-mark]:visible').allInnerTexts()).join('')
      if (await page.evaluate('navigator.webdriver && matchMedia("(scripting: enabled)").matches'))
        t.equal(await marks(), '✓✓✓✖✓', 'the symbol is missing')
      await press()
      await sees('sign up again', 'Password must have symbol characters')
      await submit({ password })
      await sees('confirm', 'z***@e***')
      await page.getByRole('button', { name: 'Send a new code' }).click()
      await sees('confirm with a new code', /sent a new code/)
      await submit({ code: code('zoe') })
      await isInTheApp()
    },
  },
  'forget the password': {
    async tell({ page, open, submit, sees, isInTheApp, code }) {
      await open()
      await page.locator('a:visible', { hasText: 'Forgot your password?' }).click()
      await sees('forgot password', 'Forgot your password?')
      await submit({ username: 'alice' })
      await sees('reset password', 'a***@e***')
      await submit({ code: code('alice'), ...twice })
      await submit({ username: 'alice', password: fresh })
      await isInTheApp()
    },
  },
  'an administrator reset the password': {
    async tell({ open, submit, sees, code, isInTheApp }) {
      await open()
      await submit({ username: 'grace', password })
      await sees('reset required', 'g***@e***')
      await submit({ code: code('grace'), ...twice })
      await submit({ username: 'grace', password: fresh })
      await isInTheApp()
    },
  },
  'confirm late': {
    async tell({ open, submit, sees, code, isInTheApp }) {
      await open()
      await submit({ username: 'carol', password })
      await sees('confirm late', 'Confirm your account')
      await submit({ code: code('carol') })
      await isInTheApp()
    },
  },
  'replace a temporary password': {
    async tell({ open, submit, sees, isInTheApp }) {
      await open()
      await submit({ username: 'erin', password: 'Temp0rary!' })
      await sees('new password', 'Change your password')
      await submit(twice)
      await isInTheApp()
    },
  },
  'the code of an authenticator app': {
    async tell(story) {
      const { open, submit, sees, isInTheApp } = story
      await open()
      await submit({ username: 'frank', password })
      await sees('software token', 'Enter the code of your authenticator app')
      await submit({ code: await appCode(story, 'JBSWY3DPEHPK3PXP') })
      await isInTheApp()
    },
  },
  'choose a factor': {
    async tell({ open, submit, sees, code, isInTheApp }) {
      await open()
      await submit({ username: 'ida', password })
      await sees('choose factor', 'Choose a multi-factor authentication (MFA) method')
      await submit({ mfa_method: 'sms' })
      await sees('code by text', '+*******0134')
      await submit({ code: code('ida') })
      await isInTheApp()
    },
  },
  'set up an authenticator app': {
    mfa: 'ON',
    async tell(story) {
      const { page, open, submit, sees, isInTheApp } = story
      await open()
      await submit({ username: 'ida', password })
      await sees('choose what to set up', 'Set up one of these to sign in.')
      await submit({ mfa_method: 'software-token' })
      await page.getByText('Show secret key').click()
      await sees('set up software token', 'Set up authenticator app MFA')
      const secret = (await page.locator('#secret_key').innerText()).replaceAll(' ', '')
      await submit({ code: await appCode(story, secret) })
      await isInTheApp()
    },
  },
  'set up text messages': {
    mfa: 'ON',
    async tell({ open, submit, sees, code, isInTheApp }) {
      await open()
      await submit({ username: 'ida', password })
      await submit({ mfa_method: 'sms' })
      await sees('set up contact', 'Set up SMS MFA')
      await submit({ destination: '+12065550199' })
      await sees('prove contact', '+*******0199')
      await submit({ code: code('ida') })
      await isInTheApp()
    },
  },
  'come from Google, and from a SAML provider as somebody new': {
    isFederated: true,
    async tell({ page, mock, look, open, sees, isInTheApp }) {
      const caption = look === 'managed' ? 'Continue with Partner' : 'Partner'
      await open()
      await sees('sign in with providers', 'Continue with Google')
      await page.getByRole('button', { name: 'Continue with Google' }).click()
      await sees('stand-in', 'Choose somebody')
      await page.getByRole('button', { name: 'Hannah Example' }).click()
      await isInTheApp()
      await mock.pool.auth.endSso()
      await open()
      await page.getByRole('button', { name: caption, exact: true }).click()
      await sees('stand-in for SAML', 'Or invent somebody')
      await page.getByLabel('NameID').fill('lu')
      const goesOffByItself = await page.evaluate('matchMedia("(scripting: enabled)").matches')
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      if (!goesOffByItself) {
        await sees('assertion', 'A SAML provider answers with a form')
        await page.getByRole('button', { name: 'Continue' }).click()
      }
      await isInTheApp()
    },
  },
  'turn back at the provider': {
    isFederated: true,
    async tell({ t, page, mock, open, sees }) {
      await open()
      await page.getByRole('button', { name: 'Continue with Facebook' }).click()
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.waitForURL(/\?state=some-state&error=access_denied$/)
      t.pass('and the app hears of it')
      const { id } = mock.pool.client('social')
      await page.goto(`${mock.url}/login${new URL(authorizeUrl(mock, { client_id: id })).search}`)
      await sees('only providers', 'Continue with Facebook')
    },
  },
  'pages that say only one thing': {
    async tell({ page, mock, open, sees }) {
      await open('/passkeys/add')
      await sees('unfinished', 'Cognito has this page.')
      const { id } = mock.pool.client('web')
      await page.goto(`${mock.url}/confirmUser?client_id=${id}&user_name=carol&confirmation_code=1`)
      await sees('not confirmed', 'Invalid code provided, please request a code again.')
      await page.goto(
        `${mock.url}/oauth2/authorize?client_id=${id}&redirect_uri=http://localhost:9401/auth/callbacks`,
      )
      await sees('error', 'An error was encountered with the requested page.')
    },
  },
}

/** Lives through every story in one look. */
export function tellStories(t: Test, setting: Setting): void {
  for (const [title, told] of Object.entries(stories))
    t.test(title, async (t) => told.tell(await begin(t, setting, worldFor(setting.look, told))))
}
