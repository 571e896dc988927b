// The stories of the hosted pages, told once and lived through in a real browser in each look. Wherever a story arrives, the
// page is inspected: axe-core finds nothing, nothing scrolls sideways on a small screen, and pictures are kept.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createGuardrails, generate } from 'otplib'
import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Fixture, PoolFixture } from '../../src/idp/fixture/fixture.ts'
import { demoFixture } from '../../src/idp/fixture/load.ts'
import type { StartedMocknito } from '../../src/index.ts'
import { federation, managedDemo, managedFederation } from './fixtures.ts'
import { listeningApp } from './listening-app.ts'
import { authorizeUrl } from './oauth.ts'
import { startWorld } from './world.ts'

export type Look = 'classic' | 'managed'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pictures = new URL('../../test-artefacts/pages/', import.meta.url)
mkdirSync(pictures, { recursive: true })
const large = { width: 1280, height: 800 }
const sizes = {
  '1280x800': large,
  '390x844': { width: 390, height: 844 },
  '320x568': { width: 320, height: 568 },
}
/** A picture of each size, once; `MOCKNITO_PICTURES=all` takes all of them in both colour schemes. */
const schemeOf: Readonly<Record<string, string>> = {
  '1280x800': 'light',
  '390x844': 'dark',
  '320x568': 'dark',
}
const takesEveryPicture = process.env.MOCKNITO_PICTURES === 'all'

const everyFactor: NonNullable<PoolFixture['MfaConfig']> = {
  SoftwareTokenMfaConfiguration: { Enabled: true },
  SmsMfaConfiguration: {},
  EmailMfaConfiguration: {},
}

const ida = {
  Username: 'ida',
  Password: 'Passw0rd!',
  Attributes: { email: 'ida@example.com', phone_number: '+12065550134' },
}

const ownersCss = `
.background-customizable { background-color: #fffaf0; }
.banner-customizable { padding: 25px 0; background-color: #e6d3b3; }
.label-customizable { font-weight: 400; color: #3b2a14; }
.textDescription-customizable { padding: 10px 0; font-size: 16px; color: #3b2a14; }
.inputField-customizable { width: 100%; height: 34px; color: #333; background-color: #fff; border: 1px solid #8c7a5c; }
.inputField-customizable:focus { border-color: #7a3e00; outline: 0; }
.submitButton-customizable { height: 40px; margin: 20px 0 10px; font-size: 14px; color: #fff; background-color: #7a3e00; }
.submitButton-customizable:hover { color: #fff; background-color: #5a2d00; }
`

const ownersSettings = {
  components: {
    pageBackground: { lightMode: { color: 'fff4e0ff' }, darkMode: { color: '1f1503ff' } },
    form: {
      borderRadius: 2,
      lightMode: { backgroundColor: 'fffaf0ff' },
      darkMode: { backgroundColor: '2b1e08ff' },
    },
    primaryButton: {
      lightMode: { defaults: { backgroundColor: '7a3e00ff', textColor: 'ffffffff' } },
      darkMode: { defaults: { backgroundColor: 'f0b45bff', textColor: '1f1503ff' } },
    },
  },
  componentClasses: {
    buttons: { borderRadius: 24 },
    link: {
      lightMode: { defaults: { textColor: '7a3e00ff' } },
      darkMode: { defaults: { textColor: 'f0b45bff' } },
    },
  },
}

const ownersLogo = {
  Category: 'FORM_LOGO',
  Extension: 'SVG',
  Bytes: Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"><rect width="160" height="40" rx="20" fill="#c8781e"/></svg>',
  ).toString('base64'),
}

/** What a story can have changed in the demo world. */
const worlds = {
  'every factor, for those who have one': (pool: PoolFixture) => {
    pool.MfaConfig = { ...everyFactor, MfaConfiguration: 'OPTIONAL' }
    pool.Users?.push({ ...ida, UserMFASettingList: ['SMS_MFA', 'EMAIL_OTP'] })
  },
  'every factor, and everybody must have one': (pool: PoolFixture) => {
    pool.MfaConfig = { ...everyFactor, MfaConfiguration: 'ON' }
    pool.Users?.push(ida)
  },
  'new people get a link': (pool: PoolFixture) => {
    pool.UserPool.VerificationMessageTemplate = { DefaultEmailOption: 'CONFIRM_WITH_LINK' }
  },
  'the name first, and pages of the owner’s making': (pool: PoolFixture) => {
    Object.assign(pool.Clients?.[0] as object, { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] })
    pool.UICustomizations = [{ ClientId: 'ALL', CSS: ownersCss }]
    pool.ManagedLoginBrandings = [{ ClientId: 'web', Settings: ownersSettings, Assets: [ownersLogo] }]
    pool.Terms = [
      { TermsId: 't', TermsName: 'terms-of-use', Links: { 'cognito:default': 'https://a.example/t' } },
      { TermsId: 'p', TermsName: 'privacy-policy', Links: { 'cognito:default': 'https://a.example/p' } },
    ]
  },
} as const satisfies Readonly<Record<string, (pool: PoolFixture) => void>>

type WorldName = keyof typeof worlds | 'identity providers' | 'a style is asked for, and there is none'

function fixtureFor(look: Look, world: WorldName): Fixture {
  if (world === 'identity providers') return look === 'managed' ? managedFederation() : federation()
  const fixture = look === 'managed' ? managedDemo() : demoFixture()
  if (world === 'a style is asked for, and there is none')
    return { ...fixture, switches: { 'missing-style': 'unavailable' } }
  worlds[world](fixture.pools[0] as PoolFixture)
  return fixture
}

/** One browser of one person, on the way through a story. */
export interface Story {
  readonly t: Test
  readonly mock: StartedMocknito
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
  code(to: string): Promise<string>
}

interface Setting {
  readonly look: Look
  readonly browser: Browser
  readonly javaScript: boolean
  /** Pictures and axe cost time; once for each look is enough. */
  readonly inspects: boolean
}

/** What all stories of a look have in common: starting it for each would be most of the time that they take. */
interface Stage {
  readonly setting: Setting
  readonly page: Page
  /** Where the app listens. */
  readonly callback: string
  /** What the browser complained of. */
  readonly complaints: string[]
  mockOf(world: WorldName): Promise<StartedMocknito>
}

async function setStage(t: Test, setting: Setting): Promise<Stage> {
  const { look, browser, javaScript } = setting
  const context = await browser.newContext({ viewport: large, javaScriptEnabled: javaScript })
  t.teardown(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(5_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 40\d/.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  const callback = await listeningApp(t)
  const mocks = new Map<WorldName, Promise<StartedMocknito>>()
  const start = async (world: WorldName): Promise<StartedMocknito> => {
    const mock = await startWorld(t, { fixture: fixtureFor(look, world) })
    await mock.pool.client('web').register({ callbackUrls: [callback] })
    return mock
  }
  return {
    setting,
    page,
    callback,
    complaints,
    mockOf(world) {
      const mock = mocks.get(world) ?? start(world)
      mocks.set(world, mock)
      return mock
    },
  }
}

/** Tells one story to a browser that knows nothing, in a world where nothing has happened. */
async function perform(t: Test, stage: Stage, { world, tell }: Script): Promise<void> {
  const { page, complaints } = stage
  const mock = await stage.mockOf(world ?? 'every factor, for those who have one')
  const before = await mock.snapshot()
  await page.context().clearCookies()
  await tell(storyOn(t, stage, mock))
  await mock.restore(before)
  t.same(complaints.splice(0), [], 'the browser complains of nothing')
}

function storyOn(t: Test, { setting, page, callback }: Stage, mock: StartedMocknito): Story {
  const { look, inspects } = setting
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
        // Before its style sheet is there, the classic page shows both copies.
        await field.first().waitFor()
        await page.waitForLoadState()
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
    code: async (to) => (await mock.pool.inbox.last(to))?.code as string,
  }
  return story
}

/** As axe-core sees it in both colour schemes, on screens of three sizes; two pictures, or all of them if asked for. */
async function inspect(t: Test, page: Page, look: Look, name: string): Promise<void> {
  const isThere = 'typeof axe === "object"'
  if (!(await page.evaluate(isThere))) await page.evaluate(axe)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    t.same(
      await page.evaluate(judgement[colorScheme]),
      [],
      `${name}, ${colorScheme}: nothing for axe-core to find`,
    )
    for (const [title, viewport] of Object.entries(sizes)) {
      if (!takesEveryPicture && schemeOf[title] !== colorScheme) continue
      await page.setViewportSize(viewport)
      const file = `${look}-${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${colorScheme}-${title}.png`
      if (title !== '320x568' || takesEveryPicture)
        await page.screenshot({ path: new URL(file, pictures).pathname, fullPage: true })
      const width = await page.evaluate('document.documentElement.scrollWidth')
      t.equal(width, viewport.width, `${name}: fits ${title}`)
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(large)
}

const judge = (options: object): string =>
  `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...options })}).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html + ' ' + failureSummary).join(' | ')))`

/**
 * Every rule of axe-core, its best practices too; what is hidden is not judged, and some of that is the other copy. The document
 * is the same by night: then only the rules about colours have something new to see.
 */
const judgement = {
  light: judge({}),
  dark: judge({ runOnly: ['color-contrast', 'link-in-text-block'] }),
}

const password = 'Passw0rd!'
const fresh = 'N3w-password'
const twice = { new_password: fresh, confirm_password: fresh }

const appCode = ({ mock }: Story, secret: string) =>
  generate({
    secret,
    epoch: Math.floor(mock.pool.clock.now().getTime() / 1000),
    guardrails: createGuardrails({ MIN_SECRET_BYTES: 10 }),
  })

interface Script {
  /** Default: the one in which people who have a second factor are asked for it. */
  readonly world?: WorldName
  readonly tell: (story: Story) => Promise<void>
}

/** What people do, by title. */
const stories: Readonly<Record<string, Script>> = {
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
      await submit({ code: await code('zoe') })
      await isInTheApp()
    },
  },
  'sign up and confirm by the link': {
    world: 'new people get a link',
    async tell({ page, mock, open, submit, sees, isInTheApp }) {
      await open()
      await page.locator('a:visible', { hasText: /Sign up|Create an account/ }).click()
      await page.waitForURL('**/signup?**')
      await submit({ username: 'zoe', 'requiredAttributes[email]': 'zoe@example.com', password })
      await page.getByText('z***@e***').waitFor()
      await page.getByRole('button', { name: 'Send a new link' }).click()
      await sees('confirm by link', /sent a new link/)
      await page.goto((await mock.pool.inbox.last('zoe'))?.link as string)
      await page.getByText('Your registration has been confirmed!').filter({ visible: true }).waitFor()
      await open()
      await submit({ username: 'zoe', password })
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
      await submit({ code: await code('alice'), ...twice })
      await submit({ username: 'alice', password: fresh })
      await isInTheApp()
    },
  },
  'an administrator reset the password': {
    async tell({ open, submit, sees, code, isInTheApp }) {
      await open()
      await submit({ username: 'grace', password })
      await sees('reset required', 'g***@e***')
      await submit({ code: await code('grace'), ...twice })
      await submit({ username: 'grace', password: fresh })
      await isInTheApp()
    },
  },
  'confirm late': {
    async tell({ open, submit, sees, code, isInTheApp }) {
      await open()
      await submit({ username: 'carol', password })
      await sees('confirm late', 'Confirm your account')
      await submit({ code: await code('carol') })
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
      await submit({ code: await code('ida') })
      await isInTheApp()
    },
  },
  'a code by mail': {
    async tell({ open, submit, sees, code, isInTheApp }) {
      await open()
      await submit({ username: 'ida', password })
      await submit({ mfa_method: 'email' })
      await sees('code by mail', 'i***@e***')
      await submit({ code: await code('ida') })
      await isInTheApp()
    },
  },
  'set up an authenticator app': {
    world: 'every factor, and everybody must have one',
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
    world: 'every factor, and everybody must have one',
    async tell({ open, submit, sees, code, isInTheApp }) {
      await open()
      await submit({ username: 'ida', password })
      await submit({ mfa_method: 'sms' })
      await sees('set up contact', 'Set up SMS MFA')
      await submit({ destination: '+12065550199' })
      await sees('prove contact', '+*******0199')
      await submit({ code: await code('ida') })
      await isInTheApp()
    },
  },
  'come from Google, and from a SAML provider as somebody new': {
    world: 'identity providers',
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
      // With JavaScript the form goes off by itself; a browser stays where it is when that comes to nothing.
      const consumer = `${mock.url}/saml2/idpresponse`
      await page.route(consumer, (route) => route.fulfill({ status: 204 }))
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await sees('assertion', 'A SAML provider answers with a form')
      await page.unroute(consumer)
      await page.getByRole('button', { name: 'Continue' }).click()
      await isInTheApp()
    },
  },
  'turn back at the provider': {
    world: 'identity providers',
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
  'pages of the owner’s making': {
    world: 'the name first, and pages of the owner’s making',
    async tell({ t, page, look, open, submit, sees, isInTheApp }) {
      await open('/signup')
      await sees('sign up in colours', look === 'classic' ? 'Sign up with a new account' : 'you agree to our')
      await open()
      await sees('sign in in colours', /Sign in (?:with|to) your/)
      const card = `getComputedStyle(document.querySelector('.background-customizable, .card')).backgroundColor`
      t.equal(await page.evaluate(card), 'rgb(255, 250, 240)')
      if (look === 'managed') {
        await submit({ username: 'alice' })
        await sees('password in colours', 'Enter your password')
        await submit({ password })
      } else await submit({ username: 'alice', password })
      await isInTheApp()
    },
  },
  'pages without a style': {
    world: 'a style is asked for, and there is none',
    async tell({ look, open, sees }) {
      await open()
      if (look === 'managed') await sees('unavailable', 'Login pages unavailable')
      else await sees('sign in without a style', /Sign in with your/)
    },
  },
  'pages that say only one thing': {
    async tell({ page, mock, open, submit, code, sees }) {
      await open('/passkeys/add')
      await sees('unfinished', 'Cognito has this page.')
      const { id } = mock.pool.client('web')
      await page.goto(`${mock.url}/confirmUser?client_id=${id}&user_name=carol&confirmation_code=1`)
      await sees('not confirmed', 'Invalid code provided, please request a code again.')
      await open()
      await submit({ username: 'carol', password })
      const link = `${mock.url}/confirmUser?client_id=${id}&user_name=carol&confirmation_code=`
      await page.getByText('Confirm your account').first().waitFor()
      await page.goto(`${link}${await code('carol')}`)
      await sees('confirmed', 'Your registration has been confirmed!')
      await page.goto(
        `${mock.url}/oauth2/authorize?client_id=${id}&redirect_uri=http://localhost:9401/auth/callbacks`,
      )
      await sees('error', 'An error was encountered with the requested page.')
      await page.goto(`${mock.url}/_mock/inbox`)
      await sees('inbox', 'What Cognito would have mailed or texted')
    },
  },
}

/** Lives through every story in one look. */
export async function tellStories(t: Test, setting: Setting): Promise<void> {
  const stage = await setStage(t, setting)
  for (const [title, script] of Object.entries(stories)) t.test(title, async (t) => perform(t, stage, script))
}
