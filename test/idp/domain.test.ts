// The parts of the domain that need no server: given this, say that.
import t from 'tap'
import { whoAsks } from '../../src/idp/domain/asker.ts'
import { countFailure, isLocked, liveAttempts, lockOut } from '../../src/idp/domain/attempts.ts'
import { authorizationRequest } from '../../src/idp/domain/authorize/index.ts'
import { sessionThatAnswers } from '../../src/idp/domain/authorize/use-session.ts'
import { settle } from '../../src/idp/domain/choices.ts'
import { accessTokenClaims, groupsOf, newLogin } from '../../src/idp/domain/claims.ts'
import {
  createClock,
  epochSeconds,
  fromEpochSeconds,
  howLong,
  secondsAfter,
} from '../../src/idp/domain/clock.ts'
import { closeStep, currentStep, LoginOver, openStep } from '../../src/idp/domain/continuations.ts'
import { createFaults } from '../../src/idp/domain/faults.ts'
import { createJournal, type Exchange } from '../../src/idp/domain/journal.ts'
import { nearbyPath } from '../../src/idp/domain/nearby-path.ts'
import { hashPassword, nobodysPassword, passwordMatches } from '../../src/idp/domain/password.ts'
import { challengeFor, sameText } from '../../src/idp/domain/pkce.ts'
import {
  editDistance,
  headerSafe,
  isLoopbackUrl,
  nearest,
  withFragment,
  withQuery,
} from '../../src/idp/domain/redirect-uri.ts'
import { invalidGrant, methodNotAllowed } from '../../src/idp/domain/refusal.ts'
import {
  activeScopes,
  inClaimOrder,
  scopesThatNeedOpenid,
  splitScope,
  unreadableAttributes,
  visibleAttributes,
} from '../../src/idp/domain/scopes.ts'
import { base32 } from '../../src/idp/domain/totp.ts'
import { demand, note, refused, type Trail } from '../../src/idp/domain/trail.ts'
import { foldCase, signInNames, type User } from '../../src/idp/domain/user.ts'
import { createWorld, type KnownClient, type UserPool } from '../../src/idp/domain/user-pool.ts'
import { userNotFound } from '../../src/idp/domain/user-pool-exception.ts'
import { type Duration, millisecondsOf } from '../../src/idp/duration.ts'
import { buildWorld } from '../../src/idp/fixture/build.ts'
import type { Fixture } from '../../src/idp/fixture/fixture.ts'
import { demoFixture } from '../../src/idp/fixture/load.ts'
import { logLine } from '../../src/idp/log.ts'
import { orProblem } from '../../src/idp/plugins/hosted-forms.ts'
import { memoryAttempts } from '../../src/idp/stores/memory-logins.ts'
import { memoryStores } from '../../src/idp/stores/memory-stores.ts'
import { federation } from '../support/fixtures.ts'
import { shows, startTrail } from '../support/world.ts'

const noon = new Date('2024-02-29T12:00:00.000Z')

t.test(
  'a session of which nobody wrote down how it was opened claims nothing, and is asked for nothing',
  async (t) => {
    const world = buildWorld(
      demoFixture(),
      memoryStores,
      () => new Promise(() => {}),
      settle({ 'acr-amr': 'issued' }),
    )
    const [pool] = world.pools as [UserPool]
    const user = (await pool.users.find('frank')) as User
    const authTime = pool.clock.now()
    await pool.sessions.open({ id: 'old', sub: user.sub, authTime, expiresAt: secondsAfter(authTime, 60) })
    const parameters = new URLSearchParams({
      client_id: 'mockwebclient0000000000001',
      response_type: 'code',
      redirect_uri: 'http://localhost:9401/auth/callback',
      acr_values: 'urn:cognito:loa:3',
    })
    const trail = startTrail(t)
    const asked = authorizationRequest(parameters, world, trail)
    const answering = await sessionThatAnswers(asked, 'old', trail)
    t.match(answering, { session: { id: 'old' }, missing: [] })
    const login = newLogin(pool, { ...asked, user, issuer: 'i', authTime, proofs: answering?.session.proofs })
    const claims = accessTokenClaims(login, authTime, 'jti')
    t.notOk('acr' in claims || 'amr' in claims)
  },
)

t.test('a clock runs with the machine, can be moved, and returns', async (t) => {
  let machine = noon.getTime()
  const clock = createClock(() => machine)
  t.equal(clock.now().toISOString(), '2024-02-29T12:00:00.000Z')
  clock.advance(86_400_000)
  machine += 1000
  t.equal(clock.now().toISOString(), '2024-03-01T12:00:01.000Z')
  clock.advance(-2000)
  clock.advance(-86_400_000)
  t.equal(clock.now().toISOString(), '2024-02-29T11:59:59.000Z')
  clock.reset()
  t.equal(clock.now().toISOString(), '2024-02-29T12:00:01.000Z')
})

t.test('a clock can be set, stopped, moved while it stands still, and put back', async (t) => {
  let machine = noon.getTime()
  const clock = createClock(() => machine)
  clock.set(new Date('2030-01-01T00:00:00Z'))
  machine += 1000
  t.equal(clock.now().toISOString(), '2030-01-01T00:00:01.000Z', 'it runs on')
  const running = clock.setting
  clock.freeze()
  machine += 1000
  clock.advance(500)
  t.equal(clock.now().toISOString(), '2030-01-01T00:00:01.500Z')
  clock.restore(running)
  t.equal(clock.now().toISOString(), '2030-01-01T00:00:02.000Z', 'as if it had never stood still')
})

t.test('a test that fakes Date does not move the clock', async (t) => {
  const real = Date
  t.teardown(() => {
    globalThis.Date = real
  })
  globalThis.Date = Object.assign(() => 'faked', { now: () => 0 }) as never
  const [told, later] = [createClock().now(), secondsAfter(noon, 1)]
  globalThis.Date = real
  t.ok(Math.abs(told.getTime() - Date.now()) < 60_000)
  t.equal(later.getTime(), noon.getTime() + 1000)
})

t.test('seconds are counted as JWTs count them', async (t) => {
  t.equal(secondsAfter(noon, 90).toISOString(), '2024-02-29T12:01:30.000Z')
  t.equal(epochSeconds(new Date(1999)), 1, 'begun seconds do not count')
  t.equal(fromEpochSeconds(epochSeconds(noon)).getTime(), noon.getTime())
})

t.test('how long ago something was is said as one would say it', async (t) => {
  const said = (seconds: number) => howLong(noon, secondsAfter(noon, seconds))
  t.equal(said(0), '0 s')
  t.equal(said(3), '3 s')
  t.equal(said(119), '119 s')
  t.equal(said(120), '2 min')
  t.equal(said(719), '12 min')
  t.equal(said(7199), '120 min')
  t.equal(said(7200), '2 h')
  t.equal(said(30 * 86_400), '720 h')
})

t.test('durations are written as people write them', async (t) => {
  const durations: [Duration, number][] = [
    [0, 0],
    [1500, 1500],
    [-1, -1],
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['30d', 2_592_000_000],
    ['-1d', -86_400_000],
    ['5m1s', 301_000],
    ['-1h30m', -5_400_000],
    ['PT5M', 300_000],
    ['P1DT2H3M4.5S', 93_784_500],
    ['-PT1S', -1000],
  ]
  for (const [duration, milliseconds] of durations) t.equal(millisecondsOf(duration), milliseconds)
  for (const nonsense of [
    '',
    '5',
    '5 m',
    'm',
    '5 minutes',
    '1w',
    '1e3s',
    '-',
    'P',
    'PT',
    'P1M',
    '1sP1D',
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])
    t.throws(
      () => millisecondsOf(nonsense as Duration),
      { message: `${nonsense} is no duration; write it as 90s, 5m, 1h or 30d` },
      String(nonsense),
    )
})

t.test('the registered URL that comes nearest is the one with the fewest letters to type', async (t) => {
  t.equal(editDistance('', ''), 0)
  t.equal(editDistance('abc', ''), 3)
  t.equal(editDistance('', 'abc'), 3)
  t.equal(editDistance('kitten', 'sitting'), 3)
  t.equal(editDistance('flaw', 'lawn'), 2)
  const registered = ['https://app.example.com/', 'http://localhost:3000/callback', 'http://localhost:3000/']
  t.equal(nearest('http://localhost:3000/callback/', registered), 'http://localhost:3000/callback')
  t.equal(nearest('http://localhost:3001', registered), 'http://localhost:3000/')
  t.equal(nearest('anything', []), undefined)
  t.equal(nearest('x'.repeat(1_000_000), ['y']), 'y', 'a megabyte does not keep it busy')
})

t.test('a path that is not there is near to one that differs by a slip', async (t) => {
  const paths = ['/login', '/logout', '/oauth2/token', '/oauth2/userInfo']
  for (const [asked, meant] of [
    ['/oauth2/userinfo', '/oauth2/userInfo'],
    ['/LOGIN/', '/login'],
    ['/token', '/oauth2/token'],
    ['/oauth2/login', '/login'],
    ['/logn', '/login'],
    ['/oauth/token', '/oauth2/token'],
    ['/signin', undefined],
    ['/', undefined],
    ['', undefined],
    [`/${'x'.repeat(100_000)}`, undefined],
  ] as const)
    t.equal(nearbyPath(asked, paths), meant, asked.slice(0, 20))
})

t.test('parameters go behind what is registered, and its own query stays', async (t) => {
  const parameters = [
    ['code', 'a b&c=d'],
    ['state', 'é#"\n'],
  ] as const
  const query = 'code=a%20b%26c%3Dd&state=%C3%A9%23%22%0A'
  t.equal(withQuery('http://localhost/cb', parameters), `http://localhost/cb?${query}`)
  t.equal(
    withQuery('http://localhost/cb?tenant=%7E1&x', parameters),
    `http://localhost/cb?tenant=%7E1&x&${query}`,
  )
  t.equal(withQuery('myapp://callback', parameters), `myapp://callback?${query}`)
  t.equal(withFragment('http://localhost/cb?x=1', parameters), `http://localhost/cb?x=1#${query}`)
})

t.test('a registered URL goes into a header without breaking it', async (t) => {
  t.equal(headerSafe('http://localhost/~a?b=%20&c=[d]'), 'http://localhost/~a?b=%20&c=[d]')
  t.equal(headerSafe('http://localhost/größe'), 'http://localhost/gr%C3%B6%C3%9Fe')
  t.equal(headerSafe('http://localhost/\r\nSet-Cookie: a=b'), 'http://localhost/%0D%0ASet-Cookie:%20a=b')
  t.equal(headerSafe('http://localhost/\u{1f600}'), 'http://localhost/%F0%9F%98%80')
})

t.test('three names are loopback, as AWS lists them', async (t) => {
  shows(t, 'authorize.http-callbacks')
  for (const url of ['http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]:2/'])
    t.ok(isLoopbackUrl(new URL(url)), url)
  for (const url of ['http://127.0.0.2/', 'http://app.localhost/', 'http://localhost.example.com/'])
    t.notOk(isLoopbackUrl(new URL(url)), url)
})

t.test('a scope lets out the attributes of its row and no others', async (t) => {
  const profile = {
    name: 'Ada Byron',
    family_name: 'Byron',
    given_name: 'Ada',
    middle_name: 'K',
    nickname: 'a',
    preferred_username: 'countess',
    profile: 'https://example.com/ada',
    picture: 'https://example.com/ada.png',
    website: 'https://example.com',
    gender: 'female',
    birthdate: '1815-12-10',
    zoneinfo: 'Europe/London',
    locale: 'en',
    updated_at: '1709208000',
  }
  const custom = { 'custom:tenant': 'acme', 'dev:custom:floor': '3' }
  const email = { email: 'ada@example.com', email_verified: 'true' }
  const phone = { phone_number: '+4930123', phone_number_verified: 'false' }
  const attributes = { address: 'London', ...custom, ...phone, ...profile, ...email }
  const visible = (scope: string) => visibleAttributes(attributes, splitScope(scope), {})

  t.strictSame(visible('openid'), attributes, 'openid alone lets all of them out')
  t.strictSame(visible('openid aws.cognito.signin.user.admin orders/read'), attributes)
  t.strictSame(visible('openid profile'), { ...profile, ...custom })
  t.strictSame(visible('openid email'), email)
  t.strictSame(visible('openid phone'), phone)
  t.strictSame(visible('openid email phone'), { ...email, ...phone })
  t.strictSame(visible('openid email phone profile'), { ...custom, ...phone, ...profile, ...email })
  t.strictSame(Object.keys(visible('openid email phone')), [...Object.keys(phone), ...Object.keys(email)])
  t.strictSame(visibleAttributes({}, ['openid'], {}), {})
  t.strictSame([...scopesThatNeedOpenid].sort(), ['email', 'phone', 'profile'])
})

t.test('what the client may not read stays hidden, whatever the scope', async (t) => {
  const attributes = { email: 'ada@example.com', email_verified: 'true', name: 'Ada', sub: 'some-sub' }
  const client = { readAttributes: ['email', 'name'] }
  t.strictSame(visibleAttributes(attributes, ['openid'], client), {
    email: 'ada@example.com',
    name: 'Ada',
    sub: 'some-sub',
  })
  t.strictSame(visibleAttributes(attributes, ['openid', 'email'], client), { email: 'ada@example.com' })
  t.strictSame(visibleAttributes(attributes, ['openid'], { readAttributes: [] }), { sub: 'some-sub' })

  t.strictSame(unreadableAttributes(['openid', 'email'], client), ['email_verified'])
  t.strictSame(unreadableAttributes(['openid', 'email', 'phone'], client), [
    'email_verified',
    'phone_number',
    'phone_number_verified',
  ])
  t.strictSame(unreadableAttributes(['openid', 'aws.cognito.signin.user.admin', 'orders/read'], client), [])
  t.strictSame(unreadableAttributes(['openid', 'email', 'phone', 'profile'], {}), [])
})

t.test('a scope that no resource server has any more is left out, without an error', async (t) => {
  shows(t, 'tokens.inactive-scope')
  const asked = ['openid', 'orders/read', 'orders/gone', 'gone/read', 'profile']
  const servers = [{ identifier: 'orders', scopes: ['read', 'write'] }]
  t.strictSame(activeScopes(asked, servers), ['openid', 'orders/read', 'profile'])
  t.strictSame(activeScopes(asked, []), ['openid', 'profile'])
})

t.test('the scope claim has an order of its own, and nothing twice', async (t) => {
  shows(t, 'tokens.scope-order')
  t.strictSame(
    inClaimOrder([
      'email',
      'orders/write',
      'openid',
      'orders/read',
      'profile',
      'aws.cognito.signin.user.admin',
      'phone',
      'openid',
    ]),
    ['aws.cognito.signin.user.admin', 'phone', 'openid', 'profile', 'orders/write', 'orders/read', 'email'],
  )
  t.strictSame(inClaimOrder([]), [])
  t.strictSame(splitScope('  openid   email '), ['openid', 'email'])
  t.strictSame(splitScope(''), [])
})

const ada: User = {
  sub: 'sub-of-ada',
  username: 'Ada',
  status: 'CONFIRMED',
  enabled: true,
  attributes: {
    email: 'Ada@example.com',
    email_verified: 'true',
    phone_number: '+4930123',
    phone_number_verified: 'false',
    preferred_username: 'Countess',
  },
  groups: ['late', 'gone', 'never', 'first', 'tie', 'neither'],
}

t.test(
  'groups come by precedence, then as the user has them, and those that are gone are left out',
  async (t) => {
    const groups = new Map(
      [
        { name: 'neither' },
        { name: 'never' },
        { name: 'tie', precedence: 7 },
        { name: 'late', precedence: 7 },
        { name: 'first', precedence: 0 },
        { name: 'of others', precedence: 1 },
      ].map((group) => [group.name, group]),
    )
    t.strictSame(
      groupsOf(ada, groups).map(({ name }) => name),
      ['first', 'late', 'tie', 'never', 'neither'],
    )
    t.strictSame(groupsOf({ ...ada, groups: [] }, groups), [])
  },
)

t.test('a user signs in by what the pool allows', async (t) => {
  const options = { usernameAttributes: [], aliasAttributes: [], caseSensitive: true }
  t.strictSame(signInNames(ada, options), ['Ada', 'sub-of-ada'])
  t.strictSame(signInNames(ada, { ...options, usernameAttributes: ['email', 'phone_number'] }), [
    'Ada',
    'sub-of-ada',
    'Ada@example.com',
    '+4930123',
  ])
  const aliasAttributes = ['email', 'phone_number', 'preferred_username']
  t.strictSame(signInNames(ada, { ...options, aliasAttributes, caseSensitive: false }), [
    'ada',
    'sub-of-ada',
    'ada@example.com',
    'countess',
  ])
  const bare = { ...ada, attributes: { email_verified: 'true' } }
  t.strictSame(signInNames(bare, { ...options, aliasAttributes, usernameAttributes: ['email'] }), [
    'Ada',
    'sub-of-ada',
  ])
  t.equal(foldCase('Ada', { caseSensitive: true }), 'Ada')
})

t.test('the challenge of RFC 7636 appendix B', async (t) => {
  t.equal(
    challengeFor('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  )
})

t.test('texts are the same letter for letter', async (t) => {
  t.ok(sameText('größe', 'größe'))
  t.ok(sameText('', ''))
  for (const other of ['', 'secre', 'secret ', 'Secret', 'sécret']) t.notOk(sameText('secret', other), other)
})

t.test('a password fits its own hash only, and nobody’s fits none', async (t) => {
  const hash = hashPassword('Passw0rd!')
  t.ok(passwordMatches('Passw0rd!', hash))
  for (const other of ['', 'passw0rd!', 'Passw0rd! ', 'Passw0rd!\0'])
    t.notOk(passwordMatches(other, hash), other)
  t.notSame(hashPassword('Passw0rd!').hash, hash.hash, 'salted')
  for (const any of ['', 'Passw0rd!', '\0'.repeat(32)]) t.notOk(passwordMatches(any, nobodysPassword))
})

const exchange = (more: Partial<Exchange> = {}): Exchange => ({
  at: noon,
  method: 'GET',
  path: '/login',
  status: 200,
  verdicts: [],
  ...more,
})

t.test('the journal keeps the newest, in order, and tells those who listen', async (t) => {
  const journal = createJournal(3)
  const heard: (string | undefined)[] = []
  const stop = journal.subscribe(({ path }) => heard.push(path))
  const paths = () => journal.list().map(({ path }) => path)
  for (const path of ['/1', '/2']) journal.append(exchange({ path }))
  t.strictSame(paths(), ['/1', '/2'])
  for (const path of ['/3', '/4', '/5', '/6', '/7']) journal.append(exchange({ path }))
  t.strictSame(paths(), ['/5', '/6', '/7'])
  t.equal(journal.findLast(({ path }) => path < '/7')?.path, '/6')
  t.equal(
    journal.findLast(({ path }) => path === '/1'),
    undefined,
  )
  t.strictSame(heard, ['/1', '/2', '/3', '/4', '/5', '/6', '/7'])
  stop()
  journal.append(exchange({ path: '/8' }))
  t.equal(heard.length, 7)

  const roomy = createJournal()
  for (let count = 0; count < 1500; count++) roomy.append(exchange({ path: `/${count}` }))
  t.equal(roomy.list().length, 1000)
  t.equal(roomy.list()[0]?.path, '/500')
})

t.test('a trail shows what held and what did not, and a refusal names its rule', async (t) => {
  const trail: Trail = { verdicts: [] }
  demand(trail, 'code.known', true, () => {
    throw new Error('nobody asked')
  })
  t.throws(() => demand(trail, 'code.lifetime', false, () => invalidGrant('too old')), {
    message: 'too old',
    rule: 'code.lifetime',
    wireCode: 'invalid_grant',
  })
  t.equal(refused(trail, 'code.client', invalidGrant('not yours')).rule, 'code.client')
  note(trail, 'login.csrf', true)
  note(trail, 'session.live', false, 'it is over')
  t.strictSame(trail.verdicts, [
    { rule: 'code.known', holds: true },
    { rule: 'code.lifetime', holds: false, reason: 'too old' },
    { rule: 'code.client', holds: false, reason: 'not yours' },
    { rule: 'login.csrf', holds: true },
    { rule: 'session.live', holds: false, reason: 'it is over' },
  ])
})

t.test('an exchange is one line, and a refusal names the rule and the reason', async (t) => {
  t.equal(logLine(exchange()), 'GET /login 200')
  t.equal(logLine(exchange({ username: 'ada', clientId: 'web' })), 'GET /login 200 | user ada, client web')
  t.equal(logLine(exchange({ clientId: 'web' })), 'GET /login 200 | client web')
  const refusal = refused({ verdicts: [] }, 'code.single-use', invalidGrant('the code was used 3 s ago'))
  t.equal(
    logLine(exchange({ method: 'POST', path: '/oauth2/token', status: 400, refusal, clientId: 'web' })),
    'POST /oauth2/token 400 invalid_grant | code.single-use: the code was used 3 s ago',
  )
  const bare = refused({ verdicts: [] }, 'token.form', methodNotAllowed('the method is GET'))
  t.equal(
    logLine(exchange({ path: '/oauth2/token', status: 405, refusal: bare })),
    'GET /oauth2/token 405 | token.form: the method is GET',
  )
  t.equal(
    logLine(
      exchange({
        username: 'ada',
        verdicts: [
          { rule: 'login.user-known', holds: true },
          { rule: 'login.password-matches', holds: false, reason: 'wrong password for ada' },
        ],
      }),
    ),
    'GET /login 200 | login.password-matches: wrong password for ada',
  )
})

t.test('nobody writes lines of his own into the log', async (t) => {
  const forged = 'x\r\nGET /forged 200\u2028\u001b[31m\u0085\u202etxt\u200b\ufeff'
  const lines = [
    logLine(exchange({ path: `/${forged}` })),
    logLine(exchange({ username: forged, clientId: forged })),
    logLine(exchange({ refusal: refused({ verdicts: [] }, 'code.known', invalidGrant(forged)) })),
    logLine(exchange({ verdicts: [{ rule: 'code.known', holds: false, reason: forged }] })),
  ]
  for (const line of lines) {
    t.match(line, /x\\u000d\\u000aGET \/forged 200\\u2028\\u001b\[31m\\u0085\\u202etxt\\u200b\\ufeff/)
    t.notMatch(line, /[^\x20-\x7e]/)
  }
  t.equal(
    logLine(exchange({ username: 'größe 日本 \u{1f600}' })),
    'GET /login 200 | user größe 日本 \u{1f600}',
  )
})

t.test('a defect of the mock is logged with its stack, indented', async (t) => {
  const failure = new TypeError('x\nGET /forged 200')
  const [first, ...rest] = logLine(exchange({ status: 500, failure })).split('\n')
  t.equal(first, 'GET /login 500 failed: TypeError: x')
  t.equal(rest[0], '    GET /forged 200')
  t.ok(rest.length > 2)
  for (const line of rest) t.match(line, /^ {4}/)
  failure.stack = undefined as never
  t.equal(logLine(exchange({ status: 500, failure })), 'GET /login 500 failed: x\n    GET /forged 200')
})

t.test('of two faults for a request the older strikes, and the other stays', async (t) => {
  const faults = createFaults()
  const order = {
    poolId: 'p',
    target: 'token',
    effect: { kind: 'malformedJson' },
    times: 1,
    after: 0,
    where: {},
  } as const
  const [older, younger] = [faults.arm(order), faults.arm(order)]
  t.equal(faults.strike('token:code', { poolId: 'p' })?.id, older.id)
  t.strictSame(faults.armed('p'), [younger])
  t.equal(faults.strike('token:code', { poolId: 'q' }), undefined, 'another pool is not met')
})

const poolsOf = (fixture: Fixture) => buildWorld(fixture, memoryStores, () => new Promise(() => {})).pools

t.test('of two who take a step of a login at once, one goes on', async (t) => {
  shows(t, 'step.single-use')
  const trail = startTrail(t)
  const known = createWorld(poolsOf(demoFixture())).client('mockwebclient0000000000001')
  const { pool, client } = known as KnownClient
  const { id } = await openStep(pool, client, { name: 'new-password', sub: 'sub-of-ada' })
  const take = async () =>
    closeStep(pool, await currentStep(pool, client, id, ['new-password'], trail), trail)
  const [first, second] = await Promise.allSettled([take(), take()])
  t.equal(first.status, 'fulfilled')
  t.match(second, {
    reason: { rule: 'step.single-use', text: 'Invalid session for the user, session can only be used once.' },
  })
  t.match(trail.verdicts.at(-1)?.reason, /^another request has taken this step of the login already$/)
  await t.rejects(
    take(),
    { message: /its page-data cookie names none$/ },
    'and whoever comes later finds none',
  )
})

t.test('a request that names no pool is that of the only one', async (t) => {
  const nothing = { parameter: () => undefined }
  const one = poolsOf(demoFixture())
  t.strictSame(await whoAsks(nothing, createWorld(one)), { poolId: 'us-east-1_LocalPool' })
  t.strictSame(await whoAsks(nothing, createWorld([...one, ...poolsOf(federation())])), {})
})

t.test('who is locked out has as many wrong attempts as that takes, or more', async (t) => {
  const clock = createClock(() => noon.getTime())
  const pool = { clock, attempts: memoryAttempts(clock) }
  const count = async () => (await liveAttempts(pool, 'ada'))?.count
  await lockOut(pool, 'ada', 60)
  t.equal(await count(), 5)
  for (let more = 0; more < 2; more++) await countFailure(pool, 'ada')
  await lockOut(pool, 'ada', 60)
  t.equal(await count(), 7, 'and keeps those')
  t.ok(isLocked(pool, await liveAttempts(pool, 'ada')))
  clock.advance(60_000)
  t.notOk(isLocked(pool, await liveAttempts(pool, 'ada')))
})

t.test('base32 says the test vectors of RFC 4648', async (t) => {
  for (const [bytes, text] of [
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ] as const)
    t.equal(base32(Buffer.from(bytes)), text)
})

t.test('only what a user pool refuses is said above a form', async (t) => {
  const wrong = userNotFound('User does not exist.', 'nobody is called that')
  t.equal(await orProblem(Promise.reject(wrong)), wrong)
  const defect = new TypeError('x')
  await t.rejects(orProblem(Promise.reject(defect)), defect)
  const over = new LoginOver('Invalid session for the user.', 'it was left alone')
  await t.rejects(orProblem(Promise.reject(over)), over, 'which begins again at the sign-in page')
})
