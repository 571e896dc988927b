// How somebody makes an account on the wire: /signup, /confirm, /resendcode and /confirmUser, what is asked for, what is
// refused, and what arrives in the inbox.
import t from 'tap'
import type { PoolFixture } from '../../../src/idp/fixture/fixture.ts'
import type { StartedMocknito } from '../../../src/index.ts'
import { createBrowser } from '../../support/browser.ts'
import { demoWith } from '../../support/fixtures.ts'
import { visit } from '../../support/hosted.ts'
import { authorizeUrl } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const password = 'Passw0rd!'
const zoe = { username: 'zoe', 'requiredAttributes[email]': 'zoe@example.com', password }

const withPool = (settings: Partial<PoolFixture['UserPool']>, more: Partial<PoolFixture> = {}) =>
  demoWith((pool) => {
    Object.assign(pool.UserPool, settings)
    Object.assign(pool, more)
  })

const codeFor = async (mock: StartedMocknito, to: string) => (await mock.pool.inbox.last(to))?.code as string

t.test('sign up, read the code, confirm, and be in the app', async (t) => {
  shows(t, 'confirm.to-app')
  const mock = await startWorld(t)
  const login = await visit(mock)
  t.match(login.page.body, 'Need an account?')
  const form = await login.open('/signup')
  t.match(form.page.body, 'Sign up with a new account')
  const confirm = await form.submit(zoe)
  t.equal(confirm.place, '/confirm')
  t.match(confirm.page.body, /We have sent a code by email to <strong>z\*\*\*@e\*\*\*<\/strong>/)
  t.match(await mock.pool.inbox.list(), [
    {
      to: 'zoe@example.com',
      medium: 'EMAIL',
      kind: 'signup',
      username: 'zoe',
      subject: 'Your verification code',
      text: /^Your confirmation code is \d{6}$/,
      code: /^\d{6}$/,
    },
  ])
  const cookie = confirm.page.headers
  t.ok(cookie)
  const wrong = await confirm.submit({ code: '000000x' })
  t.equal(wrong.problem, 'Invalid verification code provided, please try again.')
  t.match(lastReason(mock), /^confirm\.code: the code is not the one that was sent/)
  const app = await wrong.submit({ code: ` ${await codeFor(mock, 'zoe')} ` })
  t.equal(app.place, 'the app')
  t.match(app.page.location?.searchParams.get('code'), /^[0-9a-f-]{36}$/)
  t.equal(app.browser.cookie(mock.url, 'page-data'), undefined, 'nothing is left of the steps')

  const again = await (await visit(mock)).submit({ username: 'zoe', password })
  t.equal(again.place, 'the app', 'and from now on with the password')
})

t.test('what cannot be signed up, and what the page says', async (t) => {
  const mock = await startWorld(t, {
    fixture: withPool({
      SchemaAttributes: [
        { Name: 'email', Required: true },
        { Name: 'birthdate' },
        {
          Name: 'custom:size',
          AttributeDataType: 'Number',
          NumberAttributeConstraints: { MinValue: '1', MaxValue: '9' },
        },
        { Name: 'custom:vip', AttributeDataType: 'Boolean' },
        { Name: 'nick', StringAttributeConstraints: { MinLength: '2', MaxLength: '4' } },
      ],
    }),
  })
  const pattern =
    "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+"
  const policy = 'Password did not conform with policy: '
  const schema = 'Attributes did not conform to the schema: '
  const form = await visit(mock, {}, '/signup')
  for (const [change, problem, rule] of [
    [{ username: ' ' }, 'The username you entered cannot be empty or contain only spaces', 'signup.username'],
    [{ username: 'a b' }, pattern, 'signup.username'],
    [{ username: 'a\u0000' }, pattern, 'signup.username'],
    [{ username: 'x'.repeat(129) }, pattern, 'signup.username'],
    [{ username: 'alice' }, 'User already exists', 'signup.name-free'],
    [{ 'requiredAttributes[email]': '' }, `${schema}email: The attribute is required\n`, 'signup.attributes'],
    [{ 'requiredAttributes[email]': 'zoe' }, 'Invalid email address format.', 'signup.attributes'],
    [{ 'requiredAttributes[phone_number]': '555' }, 'Invalid phone number format.', 'signup.attributes'],
    ...['sub', 'identities', 'email_verified', 'phone_number_verified'].map(
      (name) =>
        [
          { [`requiredAttributes[${name}]`]: 'true' },
          'A client attempted to write unauthorized attribute',
          'signup.attributes',
        ] as const,
    ),
    [
      { 'requiredAttributes[custom:x]': '1' },
      `${schema}Type for attribute {custom:x} could not be determined\n`,
      'signup.attributes',
    ],
    [
      { 'requiredAttributes[custom:size]': '10' },
      `${schema}custom:size: The value is not an allowed number\n`,
      'signup.attributes',
    ],
    [
      { 'requiredAttributes[custom:size]': ' ' },
      `${schema}custom:size: The value is not an allowed number\n`,
      'signup.attributes',
    ],
    [
      { 'requiredAttributes[custom:vip]': 'yes' },
      `${schema}custom:vip: The value is not a boolean\n`,
      'signup.attributes',
    ],
    [
      { 'requiredAttributes[custom:nick]': 'a' },
      `${schema}custom:nick: String must be no shorter than 2 characters\n`,
      'signup.attributes',
    ],
    [
      { 'requiredAttributes[custom:nick]': 'abcde' },
      `${schema}custom:nick: String must be no longer than 4 characters\n`,
      'signup.attributes',
    ],
    [
      { 'requiredAttributes[birthdate]': '1.1.70' },
      `${schema}birthdate: String must be no shorter than 10 characters\n`,
      'signup.attributes',
    ],
    [
      { 'requiredAttributes[birthdate]': '1970-01-01x' },
      `${schema}birthdate: String must be no longer than 10 characters\n`,
      'signup.attributes',
    ],
    [{ password: 'Aa1!' }, `${policy}Password not long enough`, 'signup.password'],
    [{ password: 'PASSW0RD!' }, `${policy}Password must have lowercase characters`, 'signup.password'],
    [{ password: 'passw0rd!' }, `${policy}Password must have uppercase characters`, 'signup.password'],
    [{ password: 'Password!' }, `${policy}Password must have numeric characters`, 'signup.password'],
    [{ password: 'Passw0rds' }, `${policy}Password must have symbol characters`, 'signup.password'],
    [{ password: `${password}${'x'.repeat(256)}` }, `${policy}Password too long`, 'signup.password'],
  ] as const) {
    const again = await form.submit({ ...zoe, ...change } as Record<string, string>)
    t.equal(again.place, '/signup', problem)
    t.equal(again.page.status, 200)
    t.equal(again.problem, problem)
    t.match(lastReason(mock), new RegExp(`^${rule.replace('.', '\\.')}: `), problem)
    t.notMatch(again.page.body, `value="${password}"`, 'a password is not sent back')
  }
  t.equal((await mock.pool.inbox.list()).length, 0)
  t.equal((await (await visit(mock)).submit({ username: 'zoe', password })).place, '/login')
  const fits = { 'requiredAttributes[custom:size]': '9', 'requiredAttributes[custom:vip]': 'true' }
  t.equal(
    (await form.submit({ ...zoe, ...fits, password: 'Pass w0rd' })).place,
    '/confirm',
    'a blank is a symbol',
  )
})

t.test('what is typed stays in the fields, except the password', async (t) => {
  shows(t, 'signup.form')
  const mock = await startWorld(t)
  const form = await visit(mock, {}, '/signup')
  const again = await form.submit({ ...zoe, password: 'x' })
  t.match(again.page.body, 'value="zoe"')
  t.match(again.page.body, 'value="zoe@example.com"')
  t.equal(again.page.body.match(/name="signupform"/g)?.length, 2, 'two copies')
})

t.test(
  'the page asks for what the pool requires, and for the custom attributes that the client writes',
  async (t) => {
    const fixture = withPool({
      SchemaAttributes: [
        { Name: 'sub', Required: true },
        { Name: 'given_name', Required: true },
        { Name: 'phone_number', Required: true },
        { Name: 'custom:cost_center', AttributeDataType: 'Number' },
        { Name: 'custom:hidden' },
        { Name: 'nickname' },
      ],
      AutoVerifiedAttributes: ['email', 'phone_number'],
    })
    Object.assign(fixture.pools[0]?.Clients?.[0] as object, {
      WriteAttributes: ['given_name', 'phone_number', 'email', 'custom:cost_center'],
    })
    const mock = await startWorld(t, { fixture })
    const form = await visit(mock, {}, '/signup')
    const names = [...form.page.body.matchAll(/name="requiredAttributes\[([^\]]+)\]" type="(\w+)"/g)]
    t.same(
      names.slice(0, 3).map(([, name, type]) => `${name} ${type}`),
      ['given_name text', 'phone_number tel', 'custom:cost_center number'],
    )
    t.match(form.page.body, 'aria-label="Given name"')
    t.match(form.page.body, 'aria-label="Cost center"')
    const ada = {
      username: 'ada',
      password,
      'requiredAttributes[given_name]': 'Ada',
      'requiredAttributes[phone_number]': '+12065550134',
      'requiredAttributes[email]': 'ada@example.com',
    }
    const refused = await form.submit({ ...ada, 'requiredAttributes[nickname]': 'a' })
    t.equal(refused.problem, 'A client attempted to write unauthorized attribute')
    t.match(lastReason(mock), /signup\.attributes: may not write nickname/)
    const confirm = await form.submit(ada)
    t.equal(confirm.place, '/confirm', 'a custom attribute may be left out')
    t.match(confirm.page.body, /by text message to <strong>\+\*{7}0134<\/strong>/)
    t.match(await mock.pool.inbox.last(), {
      medium: 'SMS',
      to: '+12065550134',
      text: /^Your confirmation code is \d{6}$/,
    })
    t.equal((await confirm.submit({ code: await codeFor(mock, 'ada') })).place, 'the app')
  },
)

t.test('where addresses are names', async (t) => {
  for (const [UsernameAttributes, placeholder, wrong, problem, right, taken] of [
    [['email'], 'name@host.com', 'zoe', 'Username should be an email.', 'zoe@example.com', 'email'],
    [
      ['phone_number'],
      '\\+12065550100',
      'zoe',
      'Username should be a phone number.',
      '+12065550134',
      'phone_number',
    ],
    [
      ['email', 'phone_number'],
      'name@host.com',
      'zoe',
      'Username should be either an email or a phone number.',
      '+12065550134',
      'phone_number',
    ],
  ] as const) {
    const mock = await startWorld(t, {
      fixture: withPool({
        UsernameAttributes: [...UsernameAttributes],
        AutoVerifiedAttributes: ['email', 'phone_number'],
        SchemaAttributes: [],
      }),
    })
    const form = await visit(mock, {}, '/signup')
    t.match(form.page.body, new RegExp(`name="username" [^>]*placeholder="${placeholder}"`))
    t.equal((await form.submit({ username: wrong, password })).problem, problem)
    const confirm = await form.submit({ username: right, password })
    t.equal(confirm.place, '/confirm')
    t.equal((await mock.pool.inbox.last())?.to, right)
    t.equal(
      (await form.submit({ username: right, password })).problem,
      `An account with the given ${taken} already exists.`,
    )
    t.equal((await confirm.submit({ code: await codeFor(mock, right) })).place, 'the app')
    t.equal((await (await visit(mock)).submit({ username: right, password })).place, 'the app')
  }
})

t.test('an alias belongs to whoever proves it first', async (t) => {
  const mock = await startWorld(t, {
    fixture: withPool({ AliasAttributes: ['email', 'phone_number', 'preferred_username'] }),
  })
  const form = await visit(mock, {}, '/signup')
  t.equal(
    (await form.submit({ ...zoe, username: 'zoe@example.com' })).problem,
    'Username cannot be of email format, since user pool is configured for email alias.',
  )
  t.equal(
    (await form.submit({ ...zoe, username: '+12065550134' })).problem,
    'Username cannot be of phone number format, since user pool is configured for phone number alias.',
  )
  t.equal(
    (await form.submit({ ...zoe, 'requiredAttributes[preferred_username]': 'alice' })).problem,
    'An account with the preferred_username already exists.',
  )
  t.equal((await form.submit({ ...zoe, 'requiredAttributes[preferred_username]': 'z' })).place, '/confirm')
  const thief = await (await visit(mock, {}, '/signup')).submit({
    ...zoe,
    username: 'thief',
    'requiredAttributes[email]': 'alice@example.com',
  })
  t.equal(thief.place, '/confirm', 'an address may be said by anybody')
  const refused = await thief.submit({ code: await codeFor(mock, 'thief') })
  t.equal(refused.problem, 'An account with the email already exists.')
  t.match(lastReason(mock), /confirm\.alias-free: alice signs in with it/)
  t.equal((await (await visit(mock)).submit({ username: 'alice@example.com', password })).place, 'the app')
})

t.test('a new code takes the place of the old one, for a day and for a few attempts', async (t) => {
  const mock = await startWorld(t)
  const confirm = await (await visit(mock, {}, '/signup')).submit(zoe)
  const first = await codeFor(mock, 'zoe')
  await mock.pool.clock.advance('1h')
  const resent = await confirm.post('/resendcode')
  t.match(resent.page.body, 'We have sent a new code')
  const second = await codeFor(mock, 'zoe')
  t.equal((await mock.pool.inbox.list()).length, 2)
  if (first !== second)
    t.equal(
      (await confirm.submit({ code: first })).problem,
      'Invalid verification code provided, please try again.',
    )
  for (let attempt = first === second ? 0 : 1; attempt < 5; attempt++)
    t.match((await confirm.submit({ code: '' })).problem, /Invalid verification code/)
  const exhausted = await confirm.submit({ code: second })
  t.equal(exhausted.problem, 'Attempt limit exceeded, please try after some time.', 'not even the right one')
  t.match(lastReason(mock), /there were 5 wrong codes; a new one has to be asked for/)

  await confirm.post('/resendcode')
  await mock.pool.clock.advance('23h')
  t.equal(
    (await confirm.post('/confirm', { code: 'x' })).problem,
    'Invalid session for the user, session is expired.',
    'the page itself lives for a day from the sign-up',
  )
  const login = await (await visit(mock)).submit({ username: 'zoe', password })
  t.equal(login.place, '/confirm', 'whoever has not confirmed is asked to, with a new code')
  await mock.pool.clock.advance('1h')
  const late = await login.submit({ code: await codeFor(mock, 'zoe') })
  t.equal(late.place, 'the app')
})

t.test('a code that is too old, used, or was never sent', async (t) => {
  const mock = await startWorld(t)
  const url = (code: string, user = 'zoe') =>
    `${mock.url}/confirmUser?client_id=${mock.pool.client('web').id}&user_name=${user}&confirmation_code=${code}`
  const browser = createBrowser()
  await (await visit(mock, {}, '/signup')).submit(zoe)
  const code = await codeFor(mock, 'zoe')
  await mock.pool.clock.advance('1d')
  t.match((await browser.get(url(code))).body, 'Invalid code provided, please request a code again.')
  t.match(lastReason(mock), /confirm\.code: the code expired \d+ s ago/)
  t.match((await browser.get(url(code, 'carol'))).body, 'Invalid code provided, please request a code again.')
  t.match(lastReason(mock), /no code was asked for, or it was used already/)
  t.match(
    (await browser.get(url(code, 'nobody'))).body,
    'Invalid code provided, please request a code again.',
  )
  t.match(lastReason(mock), /confirm\.user-known: no user of the pool has the name "nobody"/)
  t.match(
    (await browser.get(url(code, 'alice'))).body,
    'User cannot be confirmed. Current status is CONFIRMED',
  )
  t.match(lastReason(mock), /^confirm\.user-unconfirmed: User cannot be confirmed/)
  t.match(
    (await browser.get(`${mock.url}/confirmUser?client_id=${mock.pool.client('web').id}`)).body,
    'Invalid code provided, please request a code again.',
    'a link that has lost its end',
  )
  t.match(lastReason(mock), /^confirm\.user-known: no user of the pool has the name ""/)
  t.equal((await browser.get(`${mock.url}/confirmUser`)).location?.pathname, '/error')
})

t.test('a pool that confirms by link sends one, and it works once', async (t) => {
  const mock = await startWorld(t, {
    fixture: withPool({ VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_LINK' } }),
  })
  const confirm = await (await visit(mock, {}, '/signup')).submit(zoe)
  t.match(confirm.page.body, 'We have sent a link by email')
  t.notMatch(confirm.page.body, 'verification_code')
  t.match((await confirm.post('/resendcode')).page.body, 'We have sent a new link by email')
  const message = await mock.pool.inbox.last('zoe')
  t.match(message, {
    subject: 'Your verification link',
    text: /Verify Email \(http:\/\/127\.0\.0\.1:\d+\/confirmUser\?/,
  })
  t.match(message?.link, new RegExp(`^${mock.url}/confirmUser\\?client_id=`))
  const browser = createBrowser()
  const done = await browser.get(message?.link as string)
  t.equal(done.status, 200)
  t.match(done.body, 'Your registration has been confirmed!')
  t.match((await browser.get(message?.link as string)).body, 'User cannot be confirmed.')
  t.equal((await (await visit(mock)).submit({ username: 'zoe', password })).place, 'the app')
  const resent = await confirm.post('/resendcode')
  t.equal(resent.problem, 'User is already confirmed.')
  t.match(lastReason(mock), /resend\.user-unconfirmed: zoe is CONFIRMED/)
})

t.test('a message can be worded by the pool', async (t) => {
  const mock = await startWorld(t, {
    fixture: withPool({
      VerificationMessageTemplate: { EmailSubject: 'Welcome', EmailMessage: 'Type {####}, yes {####}' },
    }),
  })
  await (await visit(mock, {}, '/signup')).submit(zoe)
  t.match(await mock.pool.inbox.last(), { subject: 'Welcome', text: /^Type (\d{6}), yes \1$/ })
})

t.test('where only administrators create users there is no way to sign up', async (t) => {
  const mock = await startWorld(t, {
    fixture: withPool({ AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } }),
  })
  const login = await visit(mock)
  t.notMatch(login.page.body, 'Need an account?')
  const refused = await login.post('/signup', zoe)
  t.equal(refused.problem, 'SignUp is not permitted for this user pool')
  t.match(lastReason(mock), /signup\.allowed: pool us-east-1_LocalPool has AllowAdminCreateUserOnly/)
})

t.test('where nothing is verified the user is there, and the page shows an error', async (t) => {
  const mock = await startWorld(t, { fixture: withPool({ AutoVerifiedAttributes: [] }) })
  const form = await (await visit(mock, {}, '/signup')).submit(zoe)
  t.equal(form.problem, 'Cannot resend codes. Auto verification not turned on.')
  t.equal((await mock.pool.inbox.list()).length, 0)
  const login = await (await visit(mock)).submit({ username: 'zoe', password })
  t.equal(login.place, '/confirm')
  t.notMatch(login.page.body, 'We have sent')
  t.equal((await login.post('/resendcode')).problem, 'Cannot resend codes. Auto verification not turned on.')
  t.match(lastReason(mock), /resend\.verifiable: the pool verifies nothing by itself, and zoe has none of it/)
})

t.test('somebody else than the browser that began cannot go on', async (t) => {
  const mock = await startWorld(t)
  const stranger = await visit(mock, {}, '/confirm')
  t.equal(stranger.place, '/confirm')
  t.match(stranger.page.body, 'cognitoSignInForm')
  t.equal(stranger.problem, 'Invalid session for the user, session is expired.')
  t.match(lastReason(mock), /step\.live: the browser is in the middle of no login/)
  const elsewhere = await (await visit(mock)).submit({ username: 'erin', password: 'Temp0rary!' })
  t.equal((await elsewhere.open('/confirm')).problem, 'Invalid session for the user, session is expired.')
  t.match(lastReason(mock), /the browser is at another step of its login, new-password/)
})

t.test(
  'a user who is deleted while the page is open, and codes of two who are faster than the page',
  async (t) => {
    const mock = await startWorld(t)
    const confirm = await (await visit(mock, {}, '/signup')).submit(zoe)
    const code = await codeFor(mock, 'zoe')
    const both = await Promise.all([confirm.submit({ code }), confirm.submit({ code })])
    t.equal(both.filter(({ place }) => place === 'the app').length, 1)
    const late = await confirm.post('/confirm', { code })
    t.equal(late.problem, 'Invalid session for the user, session is expired.')

    const carol = await (await visit(mock)).submit({ username: 'carol', password })
    t.equal(carol.place, '/confirm')
    await mock.pool.users.delete('carol')
    t.equal(
      (await carol.submit({ code: await codeFor(mock, 'carol') })).problem,
      'Invalid code provided, please request a code again.',
    )
    t.equal((await carol.post('/resendcode')).place, '/resendcode')
  },
)

t.test('LEGACY clients tell when there is nobody to confirm', async (t) => {
  const fixture = withPool({})
  Object.assign(fixture.pools[0]?.Clients?.[0] as object, { PreventUserExistenceErrors: 'LEGACY' })
  const mock = await startWorld(t, { fixture })
  const carol = await (await visit(mock)).submit({ username: 'carol', password })
  await mock.pool.users.delete('carol')
  const gone = 'Username/client id combination not found.'
  t.equal((await carol.submit({ code: '123456' })).problem, gone)
  t.equal((await carol.post('/resendcode')).problem, gone)
})

t.test('a fixed code is a switch, and the fixture may say it too', async (t) => {
  const fixture = { ...withPool({}), defaults: { code: '111111' } }
  const fromFixture = await startWorld(t, { fixture })
  t.equal(fromFixture.fixedCode, '111111')
  await (await visit(fromFixture, {}, '/signup')).submit(zoe)
  t.equal(await codeFor(fromFixture, 'zoe'), '111111')
  const told = await startWorld(t, { fixture, fixedCode: '222222' })
  await (await visit(told, {}, '/signup')).submit(zoe)
  t.equal(await codeFor(told, 'zoe'), '222222')
  await t.rejects(startWorld(t, { fixedCode: '12' }), { message: /fixedCode is 12, expected six digits/ })
})

t.test('each form is refused without its CSRF pair, and each page without a proven client', async (t) => {
  const mock = await startWorld(t)
  const search = new URL(authorizeUrl(mock)).search
  const paths = [
    '/signup',
    '/confirm',
    '/resendcode',
    '/forgotPassword',
    '/confirmForgotPassword',
    '/confirmforgotPassword',
    '/changePassword',
    '/mfa',
    '/verifyPassword',
  ]
  for (const path of paths) {
    for (const [cookie, _csrf] of [
      ['', ''],
      ['5f2d7f3e-0000-4000-8000-000000000000', ''],
      ['', '5f2d7f3e-0000-4000-8000-000000000000'],
      ['5f2d7f3e-0000-4000-8000-000000000000', '5f2d7f3e-0000-4000-8000-000000000001'],
    ] as const) {
      const answer = await fetch(`${mock.url}${path}${search}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: `XSRF-TOKEN=${cookie}` },
        body: new URLSearchParams({ _csrf, ...zoe }),
      })
      t.equal(answer.status, 403, `${path} ${cookie} ${_csrf}`)
    }
    if (path === '/resendcode') continue
    const elsewhere = authorizeUrl(mock, { redirect_uri: 'https://evil.example/' }).replace(
      '/oauth2/authorize',
      path,
    )
    const answer = await fetch(elsewhere, { redirect: 'manual' })
    t.match(answer.headers.get('location'), /^\/error\?error=redirect_mismatch/, path)
  }
  t.equal((await mock.pool.inbox.list()).length, 0)
})
