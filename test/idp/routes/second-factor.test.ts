// The second factor on the wire: authenticator apps (judged with the codes of somebody else's library), texts, mails, the
// choice between them, and how somebody who has none sets one up.
import { createGuardrails, generate } from 'otplib'
import t, { type Test } from 'tap'
import type { PoolFixture, UserFixture } from '../../../src/idp/fixture/fixture.ts'
import type { StartedMocknito } from '../../../src/index.ts'
import { demoWith } from '../../support/fixtures.ts'
import { visit, type Walker } from '../../support/hosted.ts'
import { authorizeUrl, basic, claimsOf, exchange, postToken } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const password = 'Passw0rd!'
const seed = 'JBSWY3DPEHPK3PXP'
const over = 'Invalid session for the user, session is expired.'

/** What the app on the telephone shows, by the clock of the pool. */
const appCode = (mock: StartedMocknito, secret = seed, lateSeconds = 0) =>
  generate({
    secret,
    epoch: Math.floor(mock.pool.clock.now().getTime() / 1000) + lateSeconds,
    // The published seed of the default world is shorter than the library likes.
    guardrails: createGuardrails({ MIN_SECRET_BYTES: 10 }),
  })

const all = {
  SoftwareTokenMfaConfiguration: { Enabled: true },
  SmsMfaConfiguration: {},
  EmailMfaConfiguration: {},
}

const reachable = {
  email: 'ida@example.com',
  email_verified: true,
  phone_number: '+12065550134',
  phone_number_verified: true,
}

const withIda = (MfaConfig: PoolFixture['MfaConfig'], ida: Partial<UserFixture> = {}) =>
  demoWith((pool) => {
    pool.MfaConfig = MfaConfig as NonNullable<PoolFixture['MfaConfig']>
    pool.Users = [{ Username: 'ida', Password: password, Attributes: reachable, ...ida }]
  })

const signIn = async (mock: StartedMocknito, username = 'ida') =>
  (await visit(mock)).submit({ username, password })
const codeOf = async (mock: StartedMocknito) => (await mock.pool.inbox.last('ida'))?.code as string
const choose = (walker: Walker, mfa_method: string) => walker.submit({ mfa_method })

t.test('a code of the authenticator app lets in once, and not again', async (t) => {
  const mock = await startWorld(t)
  const first = await signIn(mock, 'frank')
  const second = await signIn(mock, 'frank')
  t.equal(first.place, '/mfa')
  const code = await appCode(mock)
  for (const [typed, name] of [
    ['', 'nothing'],
    ['12345', 'five digits'],
    [String((Number(code) + 1) % 1_000_000).padStart(6, '0'), 'another code'],
  ] as const) {
    t.equal((await first.submit({ code: typed })).problem, 'Invalid code received for user', name)
    t.match(lastReason(mock), /^mfa\.software-token: the code is none of this half minute/)
  }
  t.equal((await first.submit({ code })).place, 'the app')
  t.equal((await second.submit({ code })).problem, 'Your software token has already been used once.')
  t.match(lastReason(mock), /^mfa\.software-token-once: /)
  await mock.pool.clock.advance('30s')
  t.equal((await second.submit({ code: await appCode(mock) })).place, 'the app', 'the next one is good')
  t.equal((await second.post('/mfa', { code })).problem, over, 'and the step is taken')
})

t.test('clocks may differ by half a minute, not by more', async (t) => {
  const mock = await startWorld(t)
  for (const [lateSeconds, isGood] of [
    [-30, true],
    [30, true],
    [-90, false],
    [90, false],
  ] as const) {
    const answer = await (await signIn(mock, 'frank')).submit({
      code: await appCode(mock, seed, lateSeconds),
    })
    t.equal(answer.place === 'the app', isGood, `${lateSeconds} s`)
  }
  for (const name of ['totpCode', 'SOFTWARE_TOKEN_MFA_CODE']) {
    await mock.pool.clock.advance('90s')
    const answer = await (await signIn(mock, 'frank')).post('/mfa', { [name]: await appCode(mock) })
    t.equal(answer.place, 'the app', name)
  }
})

t.test('five wrong codes lock, as passwords do', async (t) => {
  const mock = await startWorld(t)
  const page = await signIn(mock, 'frank')
  for (let count = 0; count < 5; count++) await page.submit({ code: '000000' })
  t.equal(
    (await page.submit({ code: await appCode(mock) })).problem,
    'Attempt limit exceeded, please try after some time.',
  )
  t.match(lastReason(mock), /^mfa\.attempts: there were 5 wrong codes in a row/)
  await mock.pool.clock.advance('2s')
  t.equal((await page.submit({ code: await appCode(mock) })).place, 'the app')
})

t.test('of two who send the same code at once, one gets in', async (t) => {
  const mock = await startWorld(t)
  const pages = [await signIn(mock, 'frank'), await signIn(mock, 'frank')]
  const code = await appCode(mock)
  const answers = await Promise.all(pages.map((page) => page.submit({ code })))
  t.same(answers.map(({ place }) => place).sort(), ['/mfa', 'the app'])
})

t.test('a login may stand still for AuthSessionValidity, and a user may be disabled meanwhile', async (t) => {
  const fixture = demoWith((pool) => {
    Object.assign(pool.Clients?.[0] as object, { AuthSessionValidity: 5 })
  })
  const mock = await startWorld(t, { fixture })
  const page = await signIn(mock, 'frank')
  await mock.pool.clock.advance('299s')
  t.equal((await page.open('/mfa')).place, '/mfa')
  t.equal((await page.open('/mfa')).problem, undefined)
  await mock.pool.clock.advance('2s')
  const late = await page.submit({ code: await appCode(mock) })
  t.equal(late.problem, over)
  t.match(late.page.body, 'cognitoSignInForm')

  const disabled = await signIn(mock, 'frank')
  await mock.pool.users.patch('frank', { enabled: false })
  t.equal((await disabled.submit({ code: await appCode(mock) })).problem, 'Incorrect username or password.')
  t.match(lastReason(mock), /^step\.user-active: the user was deleted or disabled since the last page/)
})

t.test('the steps of one client are not those of another', async (t) => {
  const mock = await startWorld(t)
  const page = await signIn(mock, 'frank')
  const spa = mock.pool.client('spa')
  const query = new URLSearchParams({
    client_id: spa.id,
    response_type: 'code',
    redirect_uri: String(spa.callbackUrls[0]),
  })
  const answer = await page.browser.get(`${mock.url}/mfa?${query}`)
  t.match(answer.body, over)
})

t.test('where MFA is off nobody is asked', async (t) => {
  const mock = await startWorld(t, {
    fixture: withIda({ MfaConfiguration: 'OFF', ...all }, { SoftwareTokenSecret: seed }),
  })
  t.equal((await signIn(mock)).place, 'the app')
})

t.test('a text or a mail, where the user has switched it on', async (t) => {
  for (const [setting, medium, to] of [
    ['SMS_MFA', 'SMS', '+12065550134'],
    ['EMAIL_OTP', 'EMAIL', 'ida@example.com'],
  ] as const) {
    const mock = await startWorld(t, {
      fixture: withIda({ MfaConfiguration: 'OPTIONAL', ...all }, { UserMFASettingList: [setting] }),
    })
    const page = await signIn(mock)
    t.equal(page.place, '/mfa')
    t.match(page.page.body, medium === 'SMS' ? /by text message to .*0134/ : /by email to .*i\*\*\*@e\*\*\*/)
    t.match(await mock.pool.inbox.list(), [
      { medium, to, kind: 'mfa', text: /^Your authentication code is \d{6}\.$/ },
    ])
    t.equal((await page.submit({ code: 'x' })).problem, 'Invalid code or auth state for the user.')
    t.match(lastReason(mock), /^mfa\.code: /)
    t.equal((await page.submit({ code: await codeOf(mock) })).place, 'the app')
    const late = await signIn(mock)
    await mock.pool.clock.advance('3m')
    t.equal((await late.submit({ code: await codeOf(mock) })).problem, over)
  }
  const withoutAny = await startWorld(t, { fixture: withIda({ MfaConfiguration: 'OPTIONAL', ...all }) })
  t.equal((await signIn(withoutAny)).place, 'the app', 'optional, and not switched on')
  const withoutAddress = await startWorld(t, {
    fixture: withIda(
      { MfaConfiguration: 'OPTIONAL', ...all },
      { UserMFASettingList: ['SMS_MFA'], Attributes: {} },
    ),
  })
  t.equal((await signIn(withoutAddress)).place, 'the app', 'nowhere to send it')
})

t.test('two factors and no preference: the page asks which', async (t) => {
  const ida: Partial<UserFixture> = { UserMFASettingList: ['SMS_MFA'], SoftwareTokenSecret: seed }
  const mock = await startWorld(t, { fixture: withIda({ MfaConfiguration: 'OPTIONAL', ...all }, ida) })
  const page = await signIn(mock)
  t.match(page.page.body, 'Choose a multi-factor authentication (MFA) method')
  t.equal((await mock.pool.inbox.list()).length, 0, 'nothing is sent before')
  t.equal((await choose(page, 'email')).problem, 'Choose a multi-factor authentication (MFA) method')
  t.match(lastReason(mock), /^mfa\.choice: email was chosen/)
  t.equal((await choose(page, '')).place, '/mfa')
  t.match(lastReason(mock), /^mfa\.choice: nothing was chosen/)
  const bySms = await choose(page, 'sms')
  t.equal((await bySms.submit({ code: await codeOf(mock) })).place, 'the app')
  const byApp = await choose(await signIn(mock), 'software-token')
  t.equal((await byApp.submit({ code: await appCode(mock) })).place, 'the app')

  const preferring = await startWorld(t, {
    fixture: withIda(
      { MfaConfiguration: 'OPTIONAL', ...all },
      { ...ida, PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA' },
    ),
  })
  t.match((await signIn(preferring)).page.body, 'code of your authenticator app')
})

t.test('where MFA is on, whoever has no factor sets up an authenticator app', async (t) => {
  const mock = await startWorld(t, {
    fixture: withIda({ MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } }),
  })
  const page = await signIn(mock)
  t.equal(page.place, '/mfa')
  t.match(page.page.body, 'Set up authenticator app MFA')
  const [, secret = ''] = /data-secret="([A-Z2-7]{32})"/.exec(page.page.body) ?? []
  t.match(page.page.body, `>${secret.match(/.{4}/g)?.join(' ')}<`, 'the secret in text, in groups of four')
  t.match(page.page.body, /<svg class="qr-code" viewBox="-4 -4 \d+ \d+"/)
  t.match((await page.open('/mfa')).page.body, secret, 'a reload shows the same one')
  const wrong = await page.submit({ code: '000000' })
  t.equal(wrong.problem, 'Code mismatch and fail enable Software Token MFA')
  t.equal((await wrong.submit({ code: await appCode(mock, secret) })).place, 'the app')
  await mock.pool.clock.advance('30s')
  const next = await signIn(mock)
  t.match(next.page.body, 'Enter the code of your authenticator app')
  t.equal((await next.submit({ code: await appCode(mock, secret) })).place, 'the app')
})

t.test('or chooses what to set up, and proves an address', async (t) => {
  for (const [method, attribute, wrong, right, problem] of [
    ['sms', 'phone_number', '555', '+12065550199', 'Invalid phone number format.'],
    ['email', 'email', 'ida', 'other@example.com', 'Invalid email address format.'],
  ] as const) {
    const mock = await startWorld(t, {
      fixture: withIda({ MfaConfiguration: 'ON', ...all }, { Attributes: { [attribute]: 'unverified' } }),
    })
    const chosen = await choose(await signIn(mock), method)
    t.match(chosen.page.body, 'value="unverified"', 'what is known is filled in')
    t.equal((await chosen.submit({ destination: wrong })).problem, problem)
    t.match(lastReason(mock), /^mfa\.contact: /)
    const proof = await chosen.submit({ destination: right })
    t.match(await mock.pool.inbox.list(), [{ kind: 'verifyAttribute', to: right, code: /^\d{6}$/ }])
    t.equal((await proof.submit({ code: 'x' })).problem, 'Invalid code or auth state for the user.')
    t.equal((await proof.submit({ code: await codeOf(mock) })).place, 'the app')
    const next = await signIn(mock)
    t.equal((await mock.pool.inbox.last())?.kind, 'mfa')
    t.equal((await next.submit({ code: await codeOf(mock) })).place, 'the app')
  }
  const byApp = await startWorld(t, {
    fixture: withIda({ MfaConfiguration: 'ON', ...all }, { Attributes: {} }),
  })
  t.match((await choose(await signIn(byApp), 'software-token')).page.body, 'Set up authenticator app MFA')
  const verified = await startWorld(t, {
    fixture: withIda({ MfaConfiguration: 'ON', EmailMfaConfiguration: {} }),
  })
  t.match((await signIn(verified)).page.body, /by email to/, 'a verified address is a factor where MFA is on')
  const bySms = await startWorld(t, {
    fixture: withIda({ MfaConfiguration: 'ON', SmsMfaConfiguration: {} }, { Attributes: {} }),
  })
  t.match((await signIn(bySms)).page.body, 'Set up SMS MFA')
})

t.test('a new password comes before the second factor', async (t) => {
  const mock = await startWorld(t, {
    fixture: withIda(
      { MfaConfiguration: 'OPTIONAL', ...all },
      { UserStatus: 'FORCE_CHANGE_PASSWORD', SoftwareTokenSecret: seed },
    ),
  })
  const form = await signIn(mock)
  t.equal(form.place, '/changePassword')
  const factor = await form.submit({ new_password: 'N3w-password', confirm_password: 'N3w-password' })
  t.equal(factor.place, '/mfa')
  t.equal((await factor.submit({ code: await appCode(mock) })).place, 'the app')
})

const switches = { 'acr-amr': 'issued' } as const

/** What the tokens say of how somebody signed in; they agree, and so do those of a refresh. */
async function told(t: Test, mock: StartedMocknito, location: URL | undefined) {
  const first = await exchange(mock, location?.searchParams.get('code') as string)
  const grant = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token as string }
  const second = await postToken(mock, grant, basic(mock.pool.client('web')))
  const [said, ...others] = [first, second].flatMap(({ body }) =>
    [body.id_token, body.access_token].map((token) => {
      const { acr, amr } = claimsOf(token as string)
      return { acr, amr }
    }),
  )
  for (const other of others) t.strictSame(other, said)
  const { acr, amr } = said as { acr: string; amr: string[] }
  return [acr.replace('urn:cognito:loa:', ''), ...amr].join(' ')
}

t.test('acr and amr say how somebody signed in', async (t) => {
  shows(t, 'tokens.acr-amr')
  const optional = { ...all, MfaConfiguration: 'OPTIONAL' } as const
  const factors: Partial<UserFixture> = {
    UserMFASettingList: ['SOFTWARE_TOKEN_MFA', 'SMS_MFA', 'EMAIL_OTP'],
    SoftwareTokenSecret: seed,
  }
  const mock = await startWorld(t, { fixture: withIda(optional, factors), switches })
  for (const [method, said] of [
    ['software-token', '3 pwd otp mfa'],
    ['sms', '2 pwd sms mfa'],
    ['email', '2 pwd email_otp mfa'],
  ] as const) {
    const asked = await choose(await signIn(mock), method)
    const code = method === 'software-token' ? await appCode(mock) : await codeOf(mock)
    const { page, browser } = await asked.submit({ code })
    t.equal(await told(t, mock, page.location), said, method)
    const silent = await browser.get(authorizeUrl(mock))
    t.equal(await told(t, mock, silent.location), said, 'and so does a silent login')
  }
  const { callbackUrl } = await mock.pool.auth.follow(authorizeUrl(mock), { user: 'ida' })
  t.equal(
    await told(t, mock, new URL(callbackUrl)),
    '3 pwd otp mfa',
    'as if every page had been gone through',
  )
  const { accessToken } = await mock.pool.tokens.set({ user: 'ida' })
  t.strictSame(claimsOf(accessToken).amr, ['pwd', 'otp', 'mfa'])

  const strict = { ...all, MfaConfiguration: 'ON' } as const
  const enrolling = await startWorld(t, { fixture: withIda(strict, { Attributes: {} }), switches })
  const phone = await choose(await signIn(enrolling), 'sms')
  const proving = await phone.submit({ destination: '+12065550199' })
  const { page } = await proving.submit({ code: await codeOf(enrolling) })
  t.equal(await told(t, enrolling, page.location), '2 pwd sms mfa', 'a factor that was set up counts')

  const hooked = await startWorld(t, {
    switches,
    hooks: {
      preTokenGeneration: {
        version: 'V2_0',
        handler: async (event) => {
          const claims = {
            claimsToAddOrOverride: { acr: 'urn:mine', amr: ['none'] },
            claimsToSuppress: ['amr'],
          }
          const claimsAndScopeOverrideDetails = { idTokenGeneration: claims, accessTokenGeneration: claims }
          return { ...event, response: { claimsAndScopeOverrideDetails } }
        },
      },
    },
  })
  const alice = await signIn(hooked, 'alice')
  t.equal(await told(t, hooked, alice.page.location), '1 pwd', 'no hook touches them')
  t.match(lastReason(hooked), /^hook\.reserved-claims: .*acr/)
})

t.test('acr_values asks for a factor that is good enough, and for the missing one alone', async (t) => {
  shows(t, 'authorize.step-up')
  const optional = { ...all, MfaConfiguration: 'OPTIONAL' } as const
  const fixture = withIda(optional, {
    UserMFASettingList: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'],
    PreferredMfaSetting: 'SMS_MFA',
    SoftwareTokenSecret: seed,
  })
  Object.assign(fixture.pools[0] as PoolFixture, {
    Domain: undefined,
    DomainDescription: { Domain: 'mocknito', ManagedLoginVersion: 2 },
  })
  const mock = await startWorld(t, { fixture, switches })
  const loa = (...levels: readonly number[]) => levels.map((level) => `urn:cognito:loa:${level}`).join(' ')
  const enter = async (acr_values: string) =>
    (await visit(mock, { acr_values })).submit({ username: 'ida', password })

  const byApp = await enter(`${loa(4, 3)} urn:mine:7`)
  t.match(byApp.page.body, 'authenticator app', 'level 4 cannot be had, 3 not by text')
  const good = await byApp.submit({ code: await appCode(mock) })
  t.equal(await told(t, mock, good.page.location), '3 pwd otp mfa')
  const bySms = await enter(loa(2))
  const { browser, page } = await bySms.submit({ code: await codeOf(mock) })
  t.equal(await told(t, mock, page.location), '2 pwd sms mfa', 'the preferred factor is good enough')

  const again = async (parameters: Record<string, string>) => browser.get(authorizeUrl(mock, parameters))
  t.equal(await told(t, mock, (await again({ acr_values: loa(2) })).location), '2 pwd sms mfa')
  t.equal(await told(t, mock, (await again({ acr_values: 'urn:mine:7' })).location), '2 pwd sms mfa')
  const none = await again({ acr_values: loa(3), prompt: 'none' })
  t.equal(none.location?.search, '?error=login_required&state=some-state')
  const stepUp = await again({ acr_values: loa(3) })
  t.equal(stepUp.location?.pathname, '/mfa')
  t.match(
    lastReason(mock),
    /^session\.level: the session was opened with pwd, sms, mfa; acr_values asks for one of software-token/,
  )
  await mock.pool.clock.advance('30s')
  const shown = await browser.get(stepUp.location as URL)
  const done = await browser.submit(shown, { code: await appCode(mock) })
  t.equal(await told(t, mock, done.location), '3 pwd otp mfa')
  t.equal(await told(t, mock, (await again({ acr_values: loa(3, 1) })).location), '3 pwd otp mfa')

  const off = await startWorld(t, { switches, fixture: withIda({ MfaConfiguration: 'OFF' }) })
  const plain = await (await visit(off, { acr_values: loa(3) })).submit({ username: 'ida', password })
  t.equal(await told(t, off, plain.page.location), '1 pwd', 'without factors the level is what it is')
  const silent = await plain.browser.get(authorizeUrl(off, { acr_values: loa(3) }))
  t.equal(await told(t, off, silent.location), '1 pwd')
})
