// The classic pages as strangers meet them: test suites that were written against Amazon's own pages and address them
// by id, position, role or regular expression; people on any width of screen, with and without JavaScript; attackers.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Fastify, { type FastifyReply } from 'fastify'
import type { Locator, Route } from 'playwright-core'
import t from 'tap'
import type { DeveloperPanel, Pages } from '../../src/idp/plugins/page-fields.ts'
import { pages } from '../../src/idp/plugins/pages.ts'
import { assets } from '../../src/idp/routes/control/assets.ts'
import { launchChromium } from '../support/chromium.ts'
import { demoWith } from '../support/fixtures.ts'
import { authorizeUrl } from '../support/oauth.ts'
import { shows, startWorld } from '../support/world.ts'

const query =
  'client_id=mockwebclient0000000000001&redirect_uri=http%3A%2F%2Flocalhost%3A9401%2Fcallback&state=a%27b%22'
const csrf = '0e3f2a52-9a0b-4c5e-8a0e-6f1e0b6d9c11'

const login: Pages['login'] = {
  action: `/login?${query}`,
  csrf,
  username: '',
  asksFor: 'username',
  forgotPassword: `/forgotPassword?${query}`,
  signUp: `/signup?${query}`,
}

const panel: DeveloperPanel = {
  rule: 'redirect-uri.exact',
  sentence: 'The redirect_uri equals a registered callback URL, character for character.',
  sent: [
    { name: 'client_id', value: 'mockwebclient0000000000001' },
    { name: 'redirect_uri', value: 'http://localhost:9401/callback/' },
    { name: 'state', value: '' },
  ],
  registered: ['http://localhost:9401/callback', 'https://app.example.com/'],
  nearest: 'http://localhost:9401/callback',
  hint: 'Leave out the slash at the end.',
}

const long = 'x'.repeat(10_000)
const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{csrf}}\u202egnirts \u05e9\u05dc\u05d5\u05dd \u{1f468}\u200d\u{1f469}\u200d\u{1f467}${long}`

const app = Fastify()
await app.register(pages)
await app.register(assets)
app.get('/login', (_request, reply) => reply.page('login', login))
app.get('/login-by-email', (_request, reply) => reply.page('login', { ...login, asksFor: 'email' }))
app.get('/login-again', (_request, reply) =>
  reply.page('login', { ...login, username: 'alice', problem: 'Incorrect username or password.' }),
)
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, async () => undefined)
app.post('/login', (_request, reply) => reply.code(204).send()) // the browser stays where it is
app.get('/error', (_request, reply) => reply.code(400).page('error', { detail: 'redirect_mismatch', panel }))
app.get('/unfinished', (_request, reply) =>
  reply.code(501).page('unfinished', { heading: 'Sign up', explanation: 'Not yet.', back: '/login?a=b&c=d' }),
)
app.get('/hostile/login', (_request, reply) =>
  reply.page('login', { ...login, username: hostile, problem: hostile, action: `/login?${hostile}` }),
)
app.get('/hostile/error', (_request, reply) =>
  reply.page('error', {
    detail: hostile,
    panel: {
      rule: hostile,
      sentence: hostile,
      sent: [{ name: hostile, value: hostile }],
      registered: [`${hostile}y`, hostile],
      nearest: `${hostile}y`,
      hint: hostile,
    },
  }),
)
app.get('/hostile/unfinished', (_request, reply) =>
  reply.page('unfinished', { heading: hostile, explanation: hostile, back: `/login?${hostile}` }),
)
const origin = await app.listen({ port: 0, host: '127.0.0.1' })
const browser = await launchChromium()
const page = await browser.newPage()
page.setDefaultTimeout(10_000)
const nextPost = () => page.waitForRequest((request) => request.method() === 'POST')
t.teardown(async () => {
  await browser.close()
  await app.close()
})

const widths = {
  desktop: { width: 1280, height: 800 },
  mobile: { width: 390, height: 844 },
  'as Cypress opens it': { width: 1000, height: 660 },
}

// The text of a page whose fields are its own, rendered without a server of its own.
async function rendered<Name extends keyof Pages>(name: Name, fields: Pages[Name]): Promise<string> {
  const server = Fastify()
  await server.register(pages)
  server.get('/', (_request, reply) => reply.page(name, fields))
  return (await server.inject('/')).body
}

// Markup without the blanks between tags, to compare with the contract.
const tightened = (html: string) => html.replaceAll(/\s*\n\s*/g, '')

t.test('a page comes with the headers of Cognito and a policy that lets nothing foreign in', async (t) => {
  const response = await app.inject('/login')
  t.equal(response.statusCode, 200)
  t.equal(response.headers['content-type'], 'text/html;charset=UTF-8')
  t.equal(response.headers['content-language'], 'en-US')
  t.equal(
    response.headers['content-security-policy'],
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
  )
  t.equal((await app.inject('/error')).statusCode, 400, 'the status is the one given before')
})

t.test('the login form is written attribute by attribute as clients cut it out', async (t) => {
  shows(t, 'login.form')
  const form = `<form action="/login?client_id=mockwebclient0000000000001&amp;redirect_uri=http%3A%2F%2Flocalhost%3A9401%2Fcallback&amp;state=a%27b%22" method="POST" name="cognitoSignInForm" class="cognito-asf">
<input type="hidden" name="_csrf" value="${csrf}"/>
<label for="signInFormUsername" class="label-customizable">Username</label>
<div>
<input id="signInFormUsername" name="username" type="text" class="form-control inputField-customizable" placeholder="Username" autocapitalize="none" required value="">
</div>
<label for="signInFormPassword" class="label-customizable">Password</label>
<div>
<input id="signInFormPassword" name="password" type="password" class="form-control inputField-customizable" placeholder="Password" required>
</div>
<a class="redirect-customizable" href="/forgotPassword?client_id=mockwebclient0000000000001&amp;redirect_uri=http%3A%2F%2Flocalhost%3A9401%2Fcallback&amp;state=a%27b%22">Forgot your password?</a>
<input type="hidden" name="cognitoAsfData"/>
<input name="signInSubmitButton" type="Submit" value="Sign in" class="btn btn-primary submitButton-customizable" aria-label="submit">
<p class="redirect-customizable"><span>Need an account?</span>&nbsp;<a href="/signup?client_id=mockwebclient0000000000001&amp;redirect_uri=http%3A%2F%2Flocalhost%3A9401%2Fcallback&amp;state=a%27b%22">Sign up</a></p>
</form>`
  const html = (await app.inject('/login')).body
  t.equal(tightened(html).split(tightened(form)).length - 1, 2, 'both copies, letter by letter')
  t.match(html, '<title>Signin</title>')
  t.match(
    tightened(html),
    /<body><div class="container" role="main"><div class="modal-dialog"><div class="modal-content background-customizable modal-content-mobile visible-xs visible-sm"><div><div><div class="banner-customizable"><center><img class="logo-customizable"/,
  )
  t.match(
    html,
    /<span class="textDescription-customizable"[^>]*>Sign in with your username and password<\/span>/,
  )
  t.notMatch(html, 'loginErrorMessage', 'nothing has gone wrong yet')
})

t.test('an HTTP client with regular expressions finds where and what to post', async (t) => {
  shows(t, 'login.form-works-without-script')
  const html = (await app.inject('/login')).body
  const [, action] = html.match(/<form action="([^"]+)" method="POST" name="cognitoSignInForm"/) ?? []
  const [, token] = html.match(/name="_csrf" value="([^"]+)"/) ?? []
  t.equal(action?.replaceAll('&amp;', '&'), login.action, '"&amp;" is all there is to undo')
  t.equal(token, csrf)
  t.match(html, /<input[^>]+name="cognitoAsfData"/)
})

t.test('a pool that asks for an email says so', async (t) => {
  const html = (await app.inject('/login-by-email')).body
  t.match(html, 'Sign in with your email and password')
  t.match(html, '<label for="signInFormUsername" class="label-customizable">Email</label>')
  t.match(html, 'type="text" class="form-control inputField-customizable" placeholder="name@host.com"')
})

t.test('a client without sign-up shows no way to sign up', async (t) => {
  const { signUp: _, ...withoutSignUp } = login
  t.notMatch(await rendered('login', withoutSignUp), 'Need an account?')
})

interface Stranger {
  who: string
  at: (keyof typeof widths)[]
  asksFor?: 'email'
  username: Locator
  password: Locator
  /** Left out by those who press Enter in the password. */
  submit?: Locator
}

// How public test suites address Amazon's classic page: their own selectors, each where it works on the real page.
const chain = ':nth-child(2) > :nth-child(1) > :nth-child(1) > .cognito-asf'
const largeCopy =
  "xpath=//div[@class='modal-content background-customizable modal-content-mobile visible-md visible-lg']"
const strangers: Stranger[] = [
  {
    who: 'island.is: ids and :visible',
    at: ['desktop', 'mobile', 'as Cypress opens it'],
    username: page.locator(
      'form[name="cognitoSignInForm"]:visible >> input[id="signInFormUsername"]:visible',
    ),
    password: page.locator('input[id="signInFormPassword"]:visible'),
    submit: page.locator('input[name="signInSubmitButton"]:visible'),
  },
  {
    who: 'island.is with Cypress: whatever .filter(":visible") leaves',
    at: ['desktop', 'mobile', 'as Cypress opens it'],
    username: page.locator('input[id="signInFormUsername"]').filter({ visible: true }),
    password: page.locator('input[id="signInFormPassword"]').filter({ visible: true }),
    submit: page.locator('input[name="signInSubmitButton"]').filter({ visible: true }),
  },
  {
    who: 'Cypress: .visible-lg',
    at: ['desktop', 'as Cypress opens it'],
    username: page.locator('.visible-lg #signInFormUsername'),
    password: page.locator('.visible-lg #signInFormPassword'),
    submit: page.locator('.visible-lg .btn-primary'),
  },
  {
    who: 'NCE_Ed_Platform: names and :visible',
    at: ['desktop', 'mobile', 'as Cypress opens it'],
    username: page.locator('input[name="username"]:visible'),
    password: page.locator('input[name="password"]:visible'),
    submit: page.locator('input[name="signInSubmitButton"]:visible'),
  },
  {
    who: 'reapit: a chain of positions',
    at: ['desktop', 'as Cypress opens it'],
    username: page.locator(`${chain} > :nth-child(3) > #signInFormUsername`),
    password: page.locator(`${chain} > :nth-child(5) > #signInFormPassword`),
    submit: page.locator(`${chain} > .btn`),
  },
  {
    who: 'Selenium: the second of each',
    at: ['desktop'],
    username: page.locator("xpath=(//input[@id='signInFormUsername'])[2]"),
    password: page.locator("xpath=(//input[@id='signInFormPassword'])[2]"),
    submit: page.locator("xpath=(//input[@value='Sign in'])[2]"),
  },
  {
    who: 'Selenium: the exact classes of the large copy',
    at: ['desktop'],
    username: page.locator(
      `${largeCopy}//form[@name='cognitoSignInForm']//div//input[@id='signInFormUsername']`,
    ),
    password: page.locator(
      `${largeCopy}//form[@name='cognitoSignInForm']//div//input[@id='signInFormPassword']`,
    ),
    submit: page.locator(`${largeCopy}//form[@name='cognitoSignInForm']//input[@name='signInSubmitButton']`),
  },
  {
    who: 'Playwright: the absolute path',
    at: ['mobile'],
    username: page.locator(
      'xpath=/html/body/div[1]/div/div[1]/div[2]/div[2]/div[3]/div/div/form/div[1]/input',
    ),
    password: page.locator(
      'xpath=/html/body/div[1]/div/div[1]/div[2]/div[2]/div[3]/div/div/form/div[2]/input',
    ),
    submit: page.locator('xpath=/html/body/div[1]/div/div[1]/div[2]/div[2]/div[3]/div/div/form/input[3]'),
  },
  {
    who: 'nodriver: modal-content-desktop',
    at: ['desktop'],
    username: page.locator('div.modal-content-desktop.visible-md.visible-lg >> input[id=signInFormUsername]'),
    password: page.locator('div.modal-content-desktop.visible-md.visible-lg >> input[id=signInFormPassword]'),
    submit: page.locator('div.modal-content-desktop.visible-md.visible-lg >> input[name=signInSubmitButton]'),
  },
  {
    who: 'TestCafe: the one textbox that is not a password',
    at: ['desktop'],
    username: page.getByRole('textbox').and(page.locator('[type=text]')),
    password: page.locator('.visible-lg input[type=password]'),
    submit: page.locator('.visible-lg input[type=submit]'),
  },
  {
    who: 'Playwright: the second placeholder, then Enter',
    at: ['desktop'],
    asksFor: 'email',
    username: page.getByPlaceholder('name@host.com').nth(1),
    password: page.getByPlaceholder('Password').nth(1),
  },
  {
    who: 'Playwright: the last placeholder, then the button by its name',
    at: ['desktop'],
    asksFor: 'email',
    username: page.getByPlaceholder('name@host.com').last(),
    password: page.getByPlaceholder('Password').last(),
    submit: page.getByRole('button', { name: 'submit' }),
  },
  {
    who: 'Playwright: the first of two on a phone',
    at: ['mobile'],
    asksFor: 'email',
    username: page.getByPlaceholder('name@host.com').nth(0),
    password: page.getByPlaceholder('Password').nth(0),
    submit: page.getByRole('button', { name: 'submit' }),
  },
  {
    who: 'CognitoAuthenticationPage: roles and names',
    at: ['desktop', 'mobile'],
    username: page.getByRole('textbox', { name: 'Username' }),
    password: page.getByRole('textbox', { name: 'Password' }),
    submit: page.getByRole('button', { name: 'submit' }),
  },
  {
    who: 'Playwright: unions that also fit managed login',
    at: ['desktop', 'mobile'],
    username: page.locator('input[name="username"]:visible, input[id*="signInFormUsername"]:visible'),
    password: page.locator('input[name="password"]:visible'),
    submit: page.locator(
      'input[name="signInSubmitButton"]:visible, button[type="submit"]:visible, input[type="submit"]:visible',
    ),
  },
]

for (const width of ['desktop', 'mobile', 'as Cypress opens it'] as const) {
  t.test(`strangers sign in, ${width}`, async (t) => {
    await page.setViewportSize(widths[width])
    for (const [path, asksFor] of [['/login'], ['/login-by-email', 'email']]) {
      await page.goto(origin + path)
      for (const stranger of strangers.filter((one) => one.at.includes(width) && one.asksFor === asksFor)) {
        const { who, username, password, submit } = stranger
        await username.fill(who)
        await password.fill(`the password of ${who}`)
        const posting = nextPost()
        await (submit ? submit.click() : password.press('Enter'))
        const post = await posting
        t.equal(post.url(), origin + login.action, who)
        t.same(post.postDataJSON(), {
          _csrf: csrf,
          username: who,
          password: `the password of ${who}`,
          cognitoAsfData: '',
          signInSubmitButton: 'Sign in',
        })
      }
    }
  })
}

t.test('Puppeteer fills and submits the first copy, though a large screen hides it', async (t) => {
  await page.setViewportSize(widths.desktop)
  await page.goto(`${origin}/login`)
  const posting = nextPost()
  await page.evaluate(`{
    const form = document.querySelector('form[name="cognitoSignInForm"]')
    form.querySelector('[name="username"]').value = 'alice'
    form.querySelector('[name="password"]').value = 'Passw0rd!'
    form.submit()
  }`)
  t.match((await posting).postDataJSON(), { _csrf: csrf, username: 'alice', password: 'Passw0rd!' })
})

for (const width of ['desktop', 'mobile'] as const) {
  t.test(`DIY Accounting types into the copy that has an offsetParent, ${width}`, async (t) => {
    await page.setViewportSize(widths[width])
    await page.goto(`${origin}/login`)
    for (const [name, text] of Object.entries({ username: 'alice', password: 'Passw0rd!' })) {
      await page.locator(`input[name="${name}"]`).first().waitFor({ state: 'attached' })
      await page.evaluate(
        `[...document.querySelectorAll('input[name="${name}"]')].find((field) => field.offsetParent !== null).focus()`,
      )
      await page.keyboard.type(text)
    }
    const posting = nextPost()
    await page.locator('input[name="signInSubmitButton"]').filter({ visible: true }).click()
    t.match((await posting).postDataJSON(), { username: 'alice', password: 'Passw0rd!' })
  })
}

t.test(
  'an open page shows what is edited, and is left alone where a program drives the browser',
  async (t) => {
    shows(t, 'pages.customization')
    const folder = t.testdir({ 'web.css': '.label-customizable { color: rgb(1, 2, 3) }' })
    const css = join(folder, 'web.css')
    const fixture = demoWith((pool) =>
      Object.assign(pool, { UICustomizations: [{ ClientId: 'ALL', CSSFile: css }] }),
    )
    const mock = await startWorld(t, { fixture })
    const labels = (colour: string) =>
      `getComputedStyle(document.querySelector('.visible-lg .label-customizable')).color === '${colour}'`
    const asked: string[] = []
    const listener = async (isDriven: boolean) => {
      const context = await browser.newContext({ viewport: widths.desktop })
      t.teardown(() => context.close())
      const page = await context.newPage()
      if (!isDriven)
        await page.addInitScript(`Object.defineProperty(navigator, 'webdriver', { value: false })`)
      page.on('request', (request) => asked.push(new URL(request.url()).pathname))
      return page
    }
    const driven = await listener(true)
    await driven.goto(authorizeUrl(mock), { waitUntil: 'networkidle' })
    t.equal(asked.filter((path) => path.endsWith('/changes')).length, 0)

    const designer = await listener(false)
    const listening = designer.waitForResponse((response) => response.url().endsWith('/changes'))
    await designer.goto(authorizeUrl(mock))
    await listening
    await designer.locator('input[name="username"]:visible').fill('half a na')
    for (const colour of ['rgb(4, 5, 6)', 'rgb(7, 8, 9)']) {
      writeFileSync(css, `.label-customizable { color: ${colour} }`)
      await designer.evaluate(
        `new Promise((seen) => { (function look() { ${labels(colour)} ? seen() : requestAnimationFrame(look) })() })`,
      )
      t.pass(colour)
    }
    t.equal(
      await designer.locator('input[name="username"]:visible').inputValue(),
      'half a na',
      'the page stays',
    )
    t.ok(await driven.evaluate(labels('rgb(1, 2, 3)')))
  },
)

t.test('a failed attempt shows its reason where suites look for it', async (t) => {
  await page.setViewportSize(widths.desktop)
  for (const [width, find] of [
    ['desktop', '.visible-lg .errorMessage-customizable'],
    ['desktop', '.errorMessage-customizable:visible'],
    ['desktop', '.modal-body p#loginErrorMessage.errorMessage-customizable:visible'],
    ['mobile', "xpath=//div[contains(@class,'visible-xs visible-sm')]//p[@id='loginErrorMessage']"],
    ['mobile', '.errorMessage-customizable:visible'],
  ] as const) {
    await page.setViewportSize(widths[width])
    await page.goto(`${origin}/login-again`)
    t.equal(await page.locator(find).textContent(), 'Incorrect username or password.', `${find}, ${width}`)
    t.equal(await page.getByRole('alert').count(), 1, 'announced once')
    t.equal(await page.locator('input[name="username"]:visible').inputValue(), 'alice', 'the name is kept')
  }
  for (const { username, password, submit } of strangers.filter(({ who }) => who.startsWith('reapit'))) {
    await page.setViewportSize(widths.desktop)
    for (const found of [username, password, submit]) {
      t.equal(await found?.count(), 1, 'positions hold below a reason')
    }
  }
})

t.test('exactly one copy of the form is on the screen, at any width', async (t) => {
  await page.goto(`${origin}/login`)
  for (const [width, copy] of [
    [320, 'visible-xs visible-sm'],
    [767, 'visible-xs visible-sm'],
    [768, 'visible-xs visible-sm'],
    [991, 'visible-xs visible-sm'],
    [992, 'visible-md visible-lg'],
    [1199, 'visible-md visible-lg'],
    [1200, 'visible-md visible-lg'],
    [2560, 'visible-md visible-lg'],
  ] as const) {
    await page.setViewportSize({ width, height: 700 })
    t.equal(await page.locator('form:visible').count(), 1, `${width} px`)
    t.match(await page.locator('.modal-content:visible').getAttribute('class'), copy)
    t.equal(await page.locator('.logo-customizable:visible').count(), 1)
  }
})

t.test('a form is on the page no sooner than what hides one copy of it, however late that is', async (t) => {
  const slow = await browser.newPage()
  t.teardown(() => slow.close())
  const style = new Promise<Route>((asked) => void slow.route('**/classic.css', asked))
  const arrived = ['/login', '/_mock/assets/classic.js'].map((path) =>
    slow.waitForEvent('requestfinished', (request) => request.url() === origin + path),
  )
  await slow.goto(`${origin}/login`, { waitUntil: 'commit' })
  await Promise.all([style, ...arrived])
  t.equal(await slow.locator('form:visible').count(), 0)
  await (await style).continue()
  await slow.locator('input[name="username"]:visible').fill('alice')
  t.equal(await slow.locator('form:visible').count(), 1)
})

t.test('the four visibility classes switch where those of Bootstrap 3 do', async (t) => {
  await page.goto(`${origin}/login`)
  await page.evaluate(`document.body.innerHTML =
    ['xs', 'sm', 'md', 'lg'].map((size) => '<p class="visible-' + size + '">' + size + '</p>').join('')`)
  for (const [width, shown] of [
    [767, 'xs'],
    [768, 'sm'],
    [991, 'sm'],
    [992, 'md'],
    [1199, 'md'],
    [1200, 'lg'],
  ] as const) {
    await page.setViewportSize({ width, height: 700 })
    t.same(await page.locator('p:visible').allInnerTexts(), [shown], `${width} px`)
  }
})

t.test('what is typed into one copy appears in the other, and outlives a turn of the phone', async (t) => {
  await page.setViewportSize(widths.desktop)
  await page.goto(`${origin}/login`)
  await page.locator('input[name="username"]:visible').pressSequentially('alice')
  await page.locator('input[name="password"]:visible').fill('Passw0rd!')
  await page.setViewportSize(widths.mobile)
  t.equal(await page.locator('input[name="username"]:visible').inputValue(), 'alice')
  t.equal(await page.locator('input[name="password"]:visible').inputValue(), 'Passw0rd!')
  await page.locator('input[name="username"]:visible').fill('bob')
  t.equal(await page.locator('input[name="username"]').nth(1).inputValue(), 'bob')
})

t.test('a label leads to the field beside it, in either copy', async (t) => {
  for (const width of ['desktop', 'mobile'] as const) {
    await page.setViewportSize(widths[width])
    await page.goto(`${origin}/login`)
    await page.locator('label:visible').filter({ hasText: 'Password' }).click()
    t.ok(await page.locator('input[name="password"]:focus').isVisible(), width)
  }
})

t.test('without JavaScript a person signs in all the same', async (t) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: widths.desktop })
  const scriptless = await context.newPage()
  await scriptless.goto(`${origin}/login`)
  await scriptless.locator('input[name="username"]:visible').fill('alice')
  await scriptless.locator('input[name="password"]:visible').fill('Passw0rd!')
  const posting = scriptless.waitForRequest((request) => request.method() === 'POST')
  await scriptless.keyboard.press('Enter')
  t.match((await posting).postDataJSON(), { _csrf: csrf, username: 'alice', password: 'Passw0rd!' })
  await context.close()
})

t.test('the keyboard walks the form in order, and shows where it is', async (t) => {
  await page.setViewportSize(widths.desktop)
  await page.goto(`${origin}/login`)
  const stops: unknown[] = []
  for (let stop = 0; stop < 5; stop += 1) {
    await page.keyboard.press('Tab')
    stops.push(await page.evaluate('document.activeElement.name || document.activeElement.innerText'))
    t.not(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none')
  }
  t.same(stops, ['username', 'password', 'Forgot your password?', 'signInSubmitButton', 'Sign up'])
})

t.test('the error page says what Cognito says, and below that, apart, what helps', async (t) => {
  await page.setViewportSize(widths.desktop)
  await page.goto(`${origin}/error`)
  const card = page.locator('.modal-content')
  t.match(await card.textContent(), 'An error was encountered with the requested page.')
  t.match(await card.textContent(), 'redirect_mismatch')
  t.notMatch(await card.textContent(), 'redirect-uri.exact', 'the card is Cognito’s alone')

  const region = page.getByRole('region', { name: 'For the developer' })
  for (const words of [panel.rule, panel.sentence, panel.hint, 'at character 31']) {
    t.match(await region.textContent(), words)
  }
  t.same(
    (await region.locator('tbody tr').allInnerTexts()).map((text) => text.split(/\s+/)),
    [
      ['client_id', 'mockwebclient0000000000001'],
      ['redirect_uri', 'http://localhost:9401/callback/'],
      ['state', '(empty)'],
    ],
  )
  t.same(
    (await region.getByRole('listitem').allInnerTexts()).map((text) => text.split('\n')),
    [['http://localhost:9401/callback', 'nearest'], ['https://app.example.com/']],
  )
  t.same(await region.locator('mark').allInnerTexts(), ['/', ''], 'the slash is the difference')
})

t.test('the difference to the nearest value is marked wherever it is', async (t) => {
  const marked = async (value: string, nearest: string) => {
    const html = await rendered('error', {
      detail: 'redirect_mismatch',
      panel: {
        rule: 'r',
        sentence: 's',
        sent: [
          { name: 'state', value: 'zzz' },
          { name: 'redirect_uri', value },
        ],
        registered: [nearest],
        nearest,
      },
    })
    return [...html.matchAll(/(<code[^>]*>)([^<]*<mark>[^<]*<\/mark>[^<]*)<\/code>/g)].map(
      ([, , text]) => text,
    )
  }
  t.same(await marked('http://a.example/cb', 'https://a.example/cb'), [
    'http<mark></mark>://a.example/cb',
    'http<mark>s</mark>://a.example/cb',
  ])
  t.same(await marked('http://a/Callback', 'http://a/callback'), [
    'http://a/<mark>C</mark>allback',
    'http://a/<mark>c</mark>allback',
  ])
  t.same(await marked('aa', 'a'), ['a<mark>a</mark>', 'a<mark></mark>'], 'no character is counted twice')
  t.same(await marked('x\u{1f600}', 'x\u{1f601}'), ['x<mark>\u{1f600}</mark>', 'x<mark>\u{1f601}</mark>'])
  t.same(await marked('abc', 'xyw'), [], 'nothing in common, nothing to compare')
  t.same(await marked('same', 'same'), [], 'nothing different, nothing to mark')
})

t.test('the developer panel does without what it is not told', async (t) => {
  const html = await rendered('error', {
    detail: 'Client does not exist',
    panel: { rule: 'client.known', sentence: 'The client exists.', sent: [], registered: [] },
  })
  t.equal(html.match(/<p>Nothing\.<\/p>/g)?.length, 2, 'nothing sent, nothing registered')
  t.notMatch(html, 'What to do')
  t.notMatch(html, 'Nearest registered value')
  t.notMatch(await rendered('error', { detail: 'Invalid State' }), 'developer-panel')
})

t.test('a page that mocknito does not have yet says so', async (t) => {
  const response = await app.inject('/unfinished')
  t.equal(response.statusCode, 501)
  t.match(response.body, '<title>Sign up</title>')
  t.match(response.body, 'mocknito does not have it yet')
  t.match(response.body, '<a href="/login?a=b&amp;c=d">Back</a>')
  t.notMatch(await rendered('unfinished', { heading: 'Sign up', explanation: 'Not yet.' }), 'Back')
})

t.test('every page says what it is, loads only from here, and breaks no policy', async (t) => {
  await page.setViewportSize(widths.mobile)
  const complaints: string[] = []
  const asked = new Set<string>()
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => asked.add(request.url()))
  for (const path of ['/login', '/login-again', '/hostile/login', '/hostile/error', '/hostile/unfinished']) {
    await page.goto(origin + path)
    t.equal(await page.getByText('local mock, not AWS').count(), 1, path)
  }
  t.same(complaints, [])
  t.same(
    [...asked].filter((url) => !url.startsWith(`${origin}/`)),
    [],
  )
  t.ok(asked.has(`${origin}/_mock/assets/classic.css`))
})

t.test('hostile text stays text, and stays inside the layout', async (t) => {
  page.on('dialog', (dialog) => t.fail(`a script ran: ${dialog.message()}`))
  for (const path of ['/hostile/login', '/hostile/error', '/hostile/unfinished']) {
    const { body } = await app.inject(path)
    t.notMatch(body, '<script>alert', path)
    t.notMatch(body, '<img src=x', path)
    t.match(body, '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&gt;')
    for (const size of [widths.desktop, { width: 320, height: 568 }]) {
      await page.setViewportSize(size)
      await page.goto(origin + path)
      t.equal(
        await page.evaluate('document.documentElement.scrollWidth'),
        size.width,
        'no sideways scrolling',
      )
      t.ok(Number(await page.evaluate('document.documentElement.scrollHeight')) < 3_000, 'bounded height')
      t.equal(await page.locator('img:not(.logo-customizable), body script').count(), 0)
    }
  }
  await page.goto(`${origin}/hostile/login`)
  t.equal(await page.locator('input[name="username"]').first().inputValue(), hostile, 'unharmed in the field')
})

t.test('the body of each layout is the only unescaped slot', async (t) => {
  const views = new URL('../../views/', import.meta.url)
  const unescaped = ['classic', 'managed', 'inbox', 'shared'].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, views))
      .filter((name) => name.endsWith('.hbs'))
      .flatMap((name) =>
        [
          ...readFileSync(new URL(`${folder}/${name}`, views), 'utf8').matchAll(
            /\{\{\{.*?\}\}\}|\{\{&.*?\}\}/g,
          ),
        ].map(([slot]) => `${folder}/${name} ${slot}`),
      ),
  )
  t.same(unescaped, [
    'classic/layout.hbs {{{body}}}',
    'managed/layout.hbs {{{body}}}',
    'inbox/layout.hbs {{{body}}}',
  ])
})

t.test('a broken or missing sign-in template stops the boot, and is named', async (t) => {
  const views = pathToFileURL(`${t.testdir()}/`)
  cpSync(new URL('../../views/', import.meta.url), views, { recursive: true })
  const boot = () => Fastify().register(pages, { views })
  await t.resolves(async () => boot())

  writeFileSync(new URL('classic/login.hbs', views), '{{#if problem}}never closed')
  await t.rejects(async () => boot(), { message: /classic\/login\.hbs is broken/ })
  rmSync(new URL('classic/login.hbs', views))
  await t.rejects(async () => boot(), { message: /classic\/login\.hbs is broken.*no such file/ })
})

t.test('a template that asks for a field nobody gives fails instead of leaving a hole', async (t) => {
  const views = pathToFileURL(`${t.testdir()}/`)
  cpSync(new URL('../../views/', import.meta.url), views, { recursive: true })
  for (const source of [
    '{{detial}}',
    '{{url detial}}',
    '{{t detial}}',
    '{{t "Sent to {destination}" destination=detial}}',
    '{{#fi detail}}{{/fi}}',
  ]) {
    writeFileSync(new URL('classic/error.hbs', views), source)
    const server = Fastify()
    await server.register(pages, { views })
    server.get('/', (_request, reply) => reply.page('error', { detail: 'redirect_mismatch' }))
    t.equal((await server.inject('/')).statusCode, 500, source)
  }
})

t.test('the assets come with their types, and are sent again only when they have changed', async (t) => {
  for (const [name, contentType] of [
    ['classic.css', 'text/css; charset=utf-8'],
    ['classic.js', 'text/javascript; charset=utf-8'],
    ['logo.svg', 'image/svg+xml'],
  ] as const) {
    const first = await app.inject(`/_mock/assets/${name}`)
    t.equal(first.statusCode, 200, name)
    t.equal(first.headers['content-type'], contentType)
    t.equal(first.headers['x-content-type-options'], 'nosniff')
    t.equal(first.headers['cache-control'], 'no-cache')
    t.notMatch(first.body, /@import|url\(|https?:(?!\/\/www\.w3\.org\/2000\/svg)/, 'names no other host')

    const again = await app.inject({
      url: `/_mock/assets/${name}`,
      headers: { 'if-none-match': `"older", W/${first.headers.etag}` },
    })
    t.equal(again.statusCode, 304)
    t.equal(again.body, '')
    t.equal(again.headers.etag, first.headers.etag)
  }
})

t.test('no other file is an asset', async (t) => {
  for (const path of ['other.css', 'login.hbs', '../classic/login.hbs', '..%2f..%2fpackage.json', '']) {
    t.equal((await app.inject(`/_mock/assets/${path}`)).statusCode, 404, path)
  }
})

t.test('a wrong page name and a missing field do not compile', async (t) => {
  const misuses = [
    // @ts-expect-error: there is no such page
    (reply: FastifyReply) => reply.page('lgoin', login),
    // @ts-expect-error: the error page needs its detail
    (reply: FastifyReply) => reply.page('error', {}),
    // @ts-expect-error: these are the fields of another page
    (reply: FastifyReply) => reply.page('unfinished', login),
  ]
  t.equal(misuses.length, 3)
})
