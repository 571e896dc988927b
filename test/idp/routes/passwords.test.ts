// Passwords on the wire: forgotten, reset by an administrator, temporary, guessed too often; and what nobody may learn.
import t from 'tap'
import type { PoolFixture } from '../../../src/idp/fixture/fixture.ts'
import type { StartedMocknito } from '../../../src/index.ts'
import { demoWith } from '../../support/fixtures.ts'
import { visit } from '../../support/hosted.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const password = 'Passw0rd!'
const fresh = 'N3w-password'
const twice = { new_password: fresh, confirm_password: fresh }

const withPool = (change: (pool: PoolFixture) => void, preventUserExistenceErrors = 'ENABLED') =>
  demoWith((pool) => {
    Object.assign(pool.Clients?.[0] as object, { PreventUserExistenceErrors: preventUserExistenceErrors })
    change(pool)
  })

const codeFor = async (mock: StartedMocknito, to: string) => (await mock.pool.inbox.last(to))?.code as string
const forgot = async (mock: StartedMocknito, username: string) =>
  (await visit(mock, {}, '/forgotPassword')).submit({ username })

t.test('forget it, get a code, choose another, sign in with that', async (t) => {
  shows(t, 'forgot.to-login', 'login.confirm-path')
  const mock = await startWorld(t)
  const login = await visit(mock)
  t.match(login.page.body, /href="\/forgotPassword\?[^"]+">Forgot your password\?/)
  const form = await login.open('/forgotPassword')
  t.match(form.page.body, 'Forgot your password?')
  const reset = await form.submit({ username: 'alice' })
  t.equal(reset.place, '/confirmForgotPassword')
  t.match((await reset.open('/confirmforgotPassword')).page.body, 'Change your password')
  t.match(reset.page.body, /by email to <strong>a\*\*\*@e\*\*\*<\/strong>/)
  t.match(await mock.pool.inbox.list(), [
    { to: 'alice@example.com', kind: 'forgot', subject: 'Your password reset code', code: /^\d{6}$/ },
  ])
  const code = await codeFor(mock, 'alice')
  for (const [fields, problem, reason] of [
    [{ ...twice, code: 'x' }, 'Invalid verification code provided, please try again.', /^forgot\.code: /],
    [{ code, new_password: fresh, confirm_password: 'x' }, 'Passwords must match', /^password\.conforms: /],
    [
      { code, new_password: 'short', confirm_password: 'short' },
      'Password does not conform to policy: Password not long enough',
      /^password\.conforms: /,
    ],
  ] as const) {
    const again = await reset.submit(fields)
    t.equal(again.problem, problem)
    t.match(lastReason(mock), reason)
  }
  t.equal(
    (await (await visit(mock)).submit({ username: 'alice', password })).place,
    'the app',
    'until then the old one',
  )
  const done = await reset.submit({ ...twice, code })
  t.equal(done.place, '/login', 'back to the sign-in page')
  t.equal(done.browser.cookie(mock.url, 'page-data'), undefined)
  t.equal(
    (await (await visit(mock)).submit({ username: 'alice', password })).problem,
    'Incorrect username or password.',
  )
  t.equal((await done.submit({ username: 'alice', password: fresh })).place, 'the app')
})

t.test('a name that is nobody’s, or cannot be helped, looks like any other', async (t) => {
  shows(t, 'forgot.user-known')
  const mock = await startWorld(t, {
    fixture: withPool((pool) => {
      pool.Users?.push({ Username: 'mute', Password: password })
    }),
  })
  const shape = (html: string) =>
    html
      .replaceAll(/value="[^"]*"/g, '')
      .replaceAll(/<strong>.*?<\/strong>/g, '')
      .replaceAll(/response_type[^"]*/g, '')
  for (const [username, reason] of [
    ['nobody', /no user of the pool has that name/],
    ['dave', /dave is disabled/],
    ['erin', /erin is FORCE_CHANGE_PASSWORD/],
    ['mute', /mute has no verified address among verified_email, verified_phone_number/],
  ] as const) {
    const known = await forgot(mock, 'alice')
    const reset = await forgot(mock, username)
    t.equal(reset.place, '/confirmForgotPassword', username)
    t.equal(shape(reset.page.body), shape(known.page.body), `${username}: the same page`)
    t.match(lastReason(mock), reason, username)
    for (let attempt = 0; attempt < 5; attempt++)
      t.equal(
        (await reset.submit({ ...twice, code: '12345x' })).problem,
        (await known.submit({ ...twice, code: '12345x' })).problem,
      )
    t.equal(
      (await reset.submit({ ...twice, code: '123456' })).problem,
      'Attempt limit exceeded, please try after some time.',
    )
  }
  t.match(
    await forgot(mock, 'a@b.example'),
    { page: { body: /a\*\*\*@b\*\*\*/ } },
    'whoever types an address reads it',
  )
  t.same(
    (await mock.pool.inbox.list()).map(({ username }) => username),
    ['alice', 'alice', 'alice', 'alice'],
    'and nobody else gets a message',
  )
  t.equal(
    (await forgot(mock, ' ')).problem,
    'The username you entered cannot be empty or contain only spaces',
  )
  t.match(lastReason(mock), /^forgot\.username-given: /)
})

t.test('LEGACY clients say what is the matter', async (t) => {
  const mock = await startWorld(t, {
    fixture: withPool((pool) => {
      pool.Users?.push({ Username: 'mute', Password: password })
      pool.Users?.push({ Username: 'far', Password: password, UserStatus: 'EXTERNAL_PROVIDER' })
    }, 'LEGACY'),
  })
  for (const [username, problem] of [
    ['nobody', 'Username/client id combination not found.'],
    ['dave', 'User is disabled.'],
    ['erin', 'User password cannot be reset in the current state.'],
    ['far', 'User password cannot be reset in the current state.'],
    ['mute', 'Cannot reset password for the user as there is no registered/verified email or phone_number'],
  ] as const)
    t.equal((await forgot(mock, username)).problem, problem, username)
})

t.test('how a pool recovers accounts', async (t) => {
  const phone = {
    Username: 'phoebe',
    Password: password,
    Attributes: {
      email: 'p@example.com',
      email_verified: true,
      phone_number: '+12065550134',
      phone_number_verified: true,
    },
  }
  const recovery = (...names: ('verified_email' | 'verified_phone_number' | 'admin_only')[]) =>
    withPool((pool) => {
      pool.Users?.push(phone)
      pool.UserPool.AccountRecoverySetting = {
        RecoveryMechanisms: names.map((Name, index) => ({ Name, Priority: index + 1 })).reverse(),
      }
    }, 'LEGACY')
  const byPhone = await startWorld(t, { fixture: recovery('verified_phone_number', 'verified_email') })
  const reset = await forgot(byPhone, 'phoebe')
  t.match(reset.page.body, /by text message to <strong>\+\*{7}0134/)
  t.match(await byPhone.pool.inbox.last(), { medium: 'SMS', to: '+12065550134' })
  const byMail = await startWorld(t, { fixture: recovery('verified_email') })
  await forgot(byMail, 'phoebe')
  t.match(await byMail.pool.inbox.last(), { medium: 'EMAIL', to: 'p@example.com' })
  const byAdmin = await startWorld(t, { fixture: recovery('admin_only') })
  t.equal((await forgot(byAdmin, 'phoebe')).problem, 'Contact administrator to reset password.')
})

t.test('a code for a password lives for an hour and works once', async (t) => {
  const mock = await startWorld(t)
  const reset = await forgot(mock, 'alice')
  await mock.pool.clock.advance('59m')
  const second = await forgot(mock, 'alice')
  await mock.pool.clock.advance('61s')
  t.equal(
    (await reset.submit({ ...twice, code: await codeFor(mock, 'alice') })).problem,
    'Invalid session for the user, session is expired.',
    'the first page is over',
  )
  t.match(lastReason(mock), /step\.live: the login was left alone and ended \d s ago/)
  const code = await codeFor(mock, 'alice')
  const both = await Promise.all([1, 2].map(() => second.submit({ ...twice, code })))
  t.equal(both.filter(({ place }) => place === '/login').length, 1)
  await mock.pool.clock.advance('1h')
  t.equal(
    (await second.open('/confirmForgotPassword')).problem,
    'Invalid session for the user, session is expired.',
  )
})

t.test('a user who is deleted after the code was sent', async (t) => {
  const mock = await startWorld(t)
  const reset = await forgot(mock, 'alice')
  await mock.pool.users.delete('alice')
  t.equal(
    (await reset.submit({ ...twice, code: await codeFor(mock, 'alice') })).problem,
    'Invalid verification code provided, please try again.',
  )
  t.match(lastReason(mock), /forgot\.user-there: the user is gone, or never was/)
})

t.test('whose password was reset gets a code at the next login', async (t) => {
  const mock = await startWorld(t, {
    fixture: withPool((pool) => {
      pool.Users?.push({ Username: 'mute', Password: password, UserStatus: 'RESET_REQUIRED' })
    }),
  })
  const reset = await (await visit(mock)).submit({ username: 'grace', password })
  t.equal(reset.place, '/confirmForgotPassword')
  const login = await reset.submit({ ...twice, code: await codeFor(mock, 'grace') })
  t.equal((await login.submit({ username: 'grace', password: fresh })).place, 'the app')
  const mute = await (await visit(mock)).submit({ username: 'mute', password })
  t.equal(mute.place, '/confirmForgotPassword')
  t.equal(await mock.pool.inbox.last('mute'), undefined, 'there is nowhere to send it')
})

t.test('a temporary password is replaced before anything else', async (t) => {
  const mock = await startWorld(t, {
    fixture: withPool((pool) => {
      pool.UserPool.SchemaAttributes?.push(
        { Name: 'given_name', Required: true },
        { Name: 'birthdate', Required: true },
      )
    }),
  })
  const form = await (await visit(mock)).submit({ username: 'erin', password: 'Temp0rary!' })
  t.equal(form.place, '/changePassword')
  t.match(form.page.body, /name="requiredAttributes\[given_name\]"/)
  t.notMatch(form.page.body, /name="requiredAttributes\[email\]"/, 'what is there is not asked for')
  const missing = await form.submit(twice)
  t.equal(
    missing.problem,
    'Attributes did not conform to the schema: given_name: The attribute is required\nbirthdate: The attribute is required\n',
  )
  t.match(lastReason(mock), /^password\.attributes: /)
  const attributes = {
    'requiredAttributes[given_name]': 'Erin',
    'requiredAttributes[birthdate]': '1970-01-01',
    'requiredAttributes[email]': 'somebody-else@example.com',
  }
  const weak = await form.submit({ ...attributes, new_password: 'x', confirm_password: 'x' })
  t.equal(weak.problem, 'Password does not conform to policy: Password not long enough')
  t.match(weak.page.body, 'value="Erin"')
  t.equal((await form.submit({ ...attributes, ...twice })).place, 'the app')
  t.equal(
    (await form.post('/changePassword', twice)).problem,
    'Invalid session for the user, session is expired.',
  )
  t.equal((await (await visit(mock)).submit({ username: 'erin', password: fresh })).place, 'the app')
})

t.test('a temporary password lives for as long as the pool says', async (t) => {
  const days = (settings: object) =>
    withPool((pool) => {
      Object.assign(pool.UserPool, settings)
    })
  for (const [settings, lifeDays] of [
    [{}, 7],
    [{ AdminCreateUserConfig: { UnusedAccountValidityDays: 3 } }, 3],
    [{ Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 2 } } }, 2],
  ] as const) {
    const mock = await startWorld(t, { fixture: days(settings) })
    await mock.pool.clock.advance(`${lifeDays * 24 - 1}h`)
    t.equal(
      (await (await visit(mock)).submit({ username: 'erin', password: 'Temp0rary!' })).place,
      '/changePassword',
    )
    await mock.pool.clock.advance('1h')
    const late = await (await visit(mock)).submit({ username: 'erin', password: 'Temp0rary!' })
    t.equal(late.problem, 'Temporary password has expired and must be reset by an administrator.')
    t.match(lastReason(mock), /login\.temporary-password: the temporary password of erin expired \d+ s ago/)
  }
})

t.test('the policy of the pool decides, and the page lists it', async (t) => {
  const mock = await startWorld(t, {
    fixture: withPool((pool) => {
      pool.UserPool.Policies = { PasswordPolicy: { MinimumLength: 6, RequireNumbers: true } }
    }),
  })
  const form = await visit(mock, {}, '/signup')
  t.same(
    [...form.page.body.matchAll(/class="checkPassword-(\w+)"/g)].map(([, rule]) => rule),
    ['numbers', 'length', 'numbers', 'length'],
  )
  t.match(form.page.body, 'Password must contain at least 6 characters')
  const zoe = { username: 'zoe', 'requiredAttributes[email]': 'zoe@example.com' }
  t.equal((await form.submit({ ...zoe, password: 'abc123' })).place, '/confirm')
})

t.test('five wrong passwords lock for a second, and each one more for twice as long', async (t) => {
  const mock = await startWorld(t)
  const locked = 'Password attempts exceeded'
  for (const [username, right] of [
    ['alice', 'the app'],
    ['nobody', '/login'],
  ] as const) {
    const login = await visit(mock)
    const attempt = (guess = 'wrong') => login.submit({ username, password: guess })
    for (let count = 1; count <= 5; count++)
      t.equal((await attempt()).problem, 'Incorrect username or password.')
    t.equal((await attempt(password)).problem, locked, `${username}: not even the right one`)
    t.match(
      lastReason(mock),
      /login\.attempts: 5 wrong attempts in a row; nothing is judged for another \d s/,
    )
    await mock.pool.clock.advance('1s')
    t.equal((await attempt()).problem, 'Incorrect username or password.', 'the sixth')
    await mock.pool.clock.advance('1s')
    t.equal((await attempt()).problem, locked, 'two seconds now')
    await mock.pool.clock.advance('1s')
    for (let count = 7; count < 20; count++) {
      t.equal((await attempt()).problem, 'Incorrect username or password.', `attempt ${count}`)
      await mock.pool.clock.advance(`${Math.min(2 ** (count - 5), 900)}s`)
    }
    t.equal((await attempt(password)).place, right, username)
  }
  const login = await visit(mock)
  for (let count = 1; count <= 5; count++) await login.submit({ username: 'alice', password: 'wrong' })
  await mock.pool.clock.advance('16m')
  for (let count = 1; count <= 4; count++)
    t.equal(
      (await login.submit({ username: 'alice', password: 'wrong' })).problem,
      'Incorrect username or password.',
    )
  t.equal(
    (await login.submit({ username: 'alice', password })).place,
    'the app',
    'a quarter of an hour forgets them',
  )
})

t.test('an unknown name takes as long as a known one', async (t) => {
  const mock = await startWorld(t)
  const login = await visit(mock)
  const csrf = login.browser.cookie(mock.url, 'XSRF-TOKEN') as string
  const measure = async (username: string) => {
    const start = process.hrtime.bigint()
    await login.browser.post(login.page.url, { _csrf: csrf, username, password: 'wrong' })
    return Number(process.hrtime.bigint() - start) / 1e6
  }
  const median = (times: number[]) => times.sort((one, other) => one - other)[times.length >> 1] as number
  const known: number[] = []
  const unknown: number[] = []
  // In turns, so that whatever else the machine does hits both.
  for (let round = 0; round < 60; round++) {
    known.push(await measure('alice'))
    unknown.push(await measure('nobody'))
  }
  const ratio = median(known) / median(unknown)
  t.ok(ratio > 0.5 && ratio < 2, `the medians are ${median(known)} and ${median(unknown)} ms`)
})
