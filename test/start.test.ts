// The handle that a test author holds: what it takes, what it says, and that it lets go.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { banner } from '../src/banner.ts'
import { startDemo } from '../src/demo/start.ts'
import type { Fixture } from '../src/idp/fixture/fixture.ts'
import { demoFixture } from '../src/idp/fixture/load.ts'
import { FixtureError, StartError, type StartedMocknito, startMocknito } from '../src/index.ts'
import { alice, createBrowser } from './support/browser.ts'
import { authorizeUrl, claimsOf, exchange, freshCode, freshTokens } from './support/oauth.ts'
import { lastReason, startWorld } from './support/world.ts'

const json = async (url: string) => (await fetch(url)).json()
const isReachable = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  )

t.test('a mock listens on a free port of this machine, and says where', async (t) => {
  const mock = await startWorld(t)
  t.match(mock.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal(mock.url, `http://127.0.0.1:${mock.port}`)
  t.equal(mock.pool, mock.pools[0])
  t.equal(mock.pool.issuer, `${mock.url}/us-east-1_LocalPool`)
  t.match(await json(`${mock.pool.issuer}/.well-known/openid-configuration`), {
    issuer: mock.pool.issuer,
    jwks_uri: mock.pool.jwksUri,
  })
  t.match(await json(mock.pool.jwksUri), { keys: [{ kty: 'RSA' }, { kty: 'RSA' }] })
  t.strictSame(mock.fixture, demoFixture())
})

t.test('exchanges are listed, newest last', async (t) => {
  const mock = await startWorld(t)
  await fetch(mock.pool.jwksUri)
  await fetch(`${mock.url}/oauth2/userInfo`)
  t.match(mock.exchanges(), [
    { path: '/us-east-1_LocalPool/.well-known/jwks.json', status: 200 },
    { path: '/oauth2/userInfo', status: 400 },
  ])
  t.match(lastReason(mock), /^userinfo\.bearer: \S/)
})

t.test('one that listens everywhere is reached over loopback', async (t) => {
  const everywhere = await startWorld(t, { host: '0.0.0.0' })
  t.match(everywhere.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.match(await json(everywhere.pool.jwksUri), { keys: [{}, {}] })
})

const server = createServer().listen(0, '::1')
const hasIpv6 = await Promise.race([
  once(server, 'listening').then(() => true),
  once(server, 'error').then(() => false),
])
server.close()

t.test('IPv6 addresses stand in brackets', { skip: !hasIpv6 && 'this machine has no IPv6' }, async (t) => {
  for (const host of ['::1', '::']) {
    const mock = await startWorld(t, { host })
    t.match(mock.url, /^http:\/\/\[::1\]:\d+$/, host)
    t.match(await json(mock.pool.jwksUri), { keys: [{}, {}] }, host)
  }
})

t.test('a public URL is an origin, and everything begins with it', async (t) => {
  const mock = await startWorld(t, { publicUrl: 'https://Login.Example.com:8443/' })
  t.equal(mock.url, 'https://login.example.com:8443')
  t.equal(mock.pool.issuer, 'https://login.example.com:8443/us-east-1_LocalPool')
  t.match(await json(`http://127.0.0.1:${mock.port}/us-east-1_LocalPool/.well-known/openid-configuration`), {
    issuer: mock.pool.issuer,
    token_endpoint: 'https://login.example.com:8443/oauth2/token',
  })
  for (const publicUrl of [
    '',
    'localhost:9400',
    'login.example.com',
    'ftp://login.example.com',
    'https://login.example.com/path',
    'https://login.example.com/?query',
    'https://login.example.com/?',
    'https://login.example.com/#fragment',
    'https://user:password@login.example.com',
  ])
    await t.rejects(
      startMocknito({ publicUrl }),
      {
        name: 'StartError',
        message: `publicUrl is ${publicUrl}, expected scheme, host and port, as in http://127.0.0.1:9400`,
      },
      publicUrl,
    )
})

t.test('the issuer is this server, or the one of AWS', async (t) => {
  const mock = await startWorld(t, { issuer: 'aws' })
  t.equal(mock.pool.issuer, 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_LocalPool')
  t.equal(mock.pool.jwksUri, `${mock.url}/us-east-1_LocalPool/.well-known/jwks.json`, 'the keys are here')
  await t.rejects(startMocknito({ issuer: 'AWS' as 'aws' }), {
    name: 'StartError',
    message: 'issuer is AWS, expected local or aws',
  })
})

t.test('it does not start in production unless somebody means it', async (t) => {
  const { NODE_ENV } = process.env
  t.teardown(() => {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  })
  process.env.NODE_ENV = 'production'
  const refusal = await startMocknito().catch((error) => error)
  t.type(refusal, StartError)
  t.match(
    refusal.message,
    /^NODE_ENV is production, and this is a mock: .*allowProduction \(--allow-production\)/,
  )
  const mock = await startWorld(t, { allowProduction: true })
  t.ok(await isReachable(mock.pool.jwksUri))
})

t.test('a fixture is a file or an object, and is judged either way', async (t) => {
  const fixture: Fixture = { pools: [{ UserPool: { Id: 'eu-west-1_Other' } }] }
  const folder = t.testdir({ 'world.json': JSON.stringify(fixture) })
  const fromObject = await startWorld(t, { fixture })
  t.equal(fromObject.pool.id, 'eu-west-1_Other')
  const fromFile = await startWorld(t, { fixture: join(folder, 'world.json') })
  t.strictSame(fromFile.fixture, fixture)
  for (const wrong of [{ pools: [] }, join(folder, 'missing.json')])
    await t.rejects(startMocknito({ fixture: wrong }), FixtureError)
})

t.test('a port that is taken is an error, and so is an address that is not here', async (t) => {
  const { port } = await startWorld(t)
  await t.rejects(startMocknito({ port }), { code: 'EADDRINUSE', port })
  await t.rejects(startMocknito({ host: '192.0.2.1' }), { code: 'EADDRNOTAVAIL' })
})

t.test('a client is found by name or id, and the first one without either', async (t) => {
  const { pool } = await startWorld(t)
  const { client } = pool
  t.equal(client().name, 'web')
  t.match(client('machine'), { id: 'mockm2mclient0000000000001', oauthFlows: ['client_credentials'] })
  t.match(client('mockspaclient0000000000001'), {
    name: 'spa',
    logoutUrls: ['http://localhost:3000/', 'http://localhost:5173/'],
  })
  t.notOk('secret' in client('spa'), 'a public client has none')
  t.equal(client('web').secret, `mockwebsecret${'0'.repeat(38)}1`)
  t.strictSame(
    pool.clients.map(({ name }) => name),
    ['web', 'spa', 'app', 'machine'],
  )
  t.throws(() => client('nobody'), {
    message: 'pool us-east-1_LocalPool has no client nobody; it has web, spa, app, machine',
  })
  const empty = await startWorld(t, { fixture: { pools: [{ UserPool: { Id: 'us-east-1_Empty' } }] } })
  t.throws(() => empty.pool.client(), { message: 'pool us-east-1_Empty has no clients' })
  t.throws(() => empty.pool.client('web'), { message: 'pool us-east-1_Empty has no clients' })
})

t.test('a user can be disabled, enabled and deleted, by name', async (t) => {
  const mock = await startWorld(t)
  const { users } = mock.pool
  const signsIn = () =>
    freshCode(mock).then(
      () => true,
      () => false,
    )
  await users.patch('alice', { enabled: false })
  t.notOk(await signsIn())
  t.equal(lastReason(mock), 'login.user-enabled: alice is disabled')
  await users.patch('alice', { enabled: true })
  t.ok(await signsIn())
  await users.delete('alice')
  t.notOk(await signsIn())
  t.equal(lastReason(mock), 'login.user-known: no user of the pool signs in as "alice"')
  const nobody = { message: 'pool us-east-1_LocalPool has no user alice' }
  await t.rejects(users.patch('alice', { enabled: true }), nobody)
  await t.rejects(users.delete('alice'), nobody)
})

t.test('a URL that is registered is one to come back to, and the others stay', async (t) => {
  const mock = await startWorld(t)
  const redirect_uri = 'http://localhost:4711/cb'
  const web = mock.pool.client('web')
  const authorize = () => createBrowser().get(authorizeUrl(mock, { redirect_uri }))
  t.match((await authorize()).location?.search, 'error=redirect_mismatch')
  t.match(lastReason(mock), /^authorize\.redirect-uri-registered: .*http:\/\/localhost:4711\/cb/)

  await web.register({ callbackUrls: [redirect_uri] })
  await web.register({ logoutUrls: ['http://localhost:4711/bye'] })
  await web.register({})
  t.equal((await authorize()).location?.pathname, '/login')
  t.match(mock.pool.client('web'), {
    callbackUrls: ['http://localhost:9401/auth/callback', redirect_uri],
    logoutUrls: ['http://localhost:9401/', 'http://localhost:4711/bye'],
  })
})

t.test('the clock of the pool moves what is issued, and returns', async (t) => {
  const mock = await startWorld(t)
  const { clock } = mock.pool
  const code = await freshCode(mock)
  await clock.advance('5m')
  t.match(await exchange(mock, code), { status: 400, body: { error: 'invalid_grant' } })
  t.match(lastReason(mock), /^code\.lifetime: the code expired/)

  await clock.advance(86_400_000)
  const before = Math.floor(clock.now().getTime() / 1000)
  const { iat } = claimsOf((await freshTokens(mock)).access_token)
  t.ok(before <= Number(iat) && Number(iat) <= clock.now().getTime() / 1000)
  t.ok(Number(iat) * 1000 > Date.now() + 86_000_000)
  await clock.reset()
  t.ok(Math.abs(clock.now().getTime() - Date.now()) < 10_000)
  await t.rejects(clock.advance('a while' as never), { message: /is no duration/ })
})

t.test('the clock of the process is followed where that is asked for', async (t) => {
  const [follower, other] = [await startWorld(t, { followSystemDate: true }), await startWorld(t)]
  const realNow = Date.now
  Date.now = () => 1_000_000_000_000
  const times = [follower, other].map(({ pool }) => pool.clock.now().getTime())
  Date.now = realNow
  t.equal(times[0], 1_000_000_000_000)
  t.ok(Math.abs(Number(times[1]) - realNow()) < 10_000)
})

t.test('two in one process share nothing', async (t) => {
  const [one, other] = [await startWorld(t), await startWorld(t)]
  t.not(one.port, other.port)
  const code = await freshCode(one)
  t.match(await exchange(other, code), { status: 400, body: { error: 'invalid_grant' } })
  t.match(lastReason(other), /^code\.known: pool us-east-1_LocalPool did not issue this code/)
  t.match(await exchange(one, code), { status: 200 }, 'it is still good where it was issued')

  await one.pool.clock.advance('10d')
  t.ok(one.pool.clock.now().getTime() - other.pool.clock.now().getTime() > 9 * 86_400_000)
  await one.pool.client('web').register({ callbackUrls: ['http://localhost:4711/cb'] })
  t.equal(other.pool.client('web').callbackUrls.length, 1)
  t.notOk(other.exchanges().some(({ path }) => path === '/login'))
})

t.test('closing lets go of connections that are kept open, at once', async (t) => {
  const mock = await startMocknito()
  await fetch(mock.pool.jwksUri) // kept alive by fetch
  const idle = connect(mock.port, '127.0.0.1')
  const halfSaid = connect(mock.port, '127.0.0.1')
  await Promise.all([once(idle, 'connect'), once(halfSaid, 'connect')])
  halfSaid.write('POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n')
  const ended = [idle, halfSaid].map(
    (socket) =>
      new Promise((resolve) => {
        socket.on('error', () => {}).on('close', resolve)
      }),
  )
  const begun = performance.now()
  await mock.close()
  await Promise.all(ended)
  t.ok(performance.now() - begun < 3000, 'no time-out was waited for')
  t.notOk(await isReachable(mock.pool.jwksUri))
  await mock.close()
})

t.test('await using closes it', async (t) => {
  let url: string
  {
    await using mock = await startMocknito()
    url = mock.pool.jwksUri
    t.ok(await isReachable(url))
  }
  t.notOk(await isReachable(url))
})

t.test('the log gets one line for each exchange, with the reason of a refusal', async (t) => {
  const lines: string[] = []
  const mock = await startWorld(t, { log: (line) => lines.push(line) })
  await fetch(mock.pool.jwksUri)
  await fetch(`${mock.url}/oauth2/token`, { method: 'POST', body: new URLSearchParams() })
  t.equal(lines.length, 2)
  t.equal(lines[0], 'GET /us-east-1_LocalPool/.well-known/jwks.json 200')
  t.match(lines[1], /^POST \/oauth2\/token 400 invalid_request \| token\.grant-type-given: \S/)
})

t.test('keys that cannot be kept are said in the log, and the mock works', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file')
  const lines: string[] = []
  const mock = await startWorld(t, { keyFolder: join(file, 'keys'), log: (line) => lines.push(line) })
  t.match(await json(mock.pool.jwksUri), { keys: [{}, {}] })
  t.match(
    lines[0],
    /^the keys of us-east-1_LocalPool could not be kept in .*, so the next start makes others: /,
  )
  await using quiet = await startMocknito({ keyFolder: join(file, 'keys') })
  t.match(await json(quiet.pool.jwksUri), { keys: [{}, {}] }, 'also where nobody reads the log')
})

t.test('several pools are several issuers', async (t) => {
  const fixture: Fixture = {
    pools: [{ UserPool: { Id: 'us-east-1_One' } }, { UserPool: { Id: 'eu-west-1_Two' } }],
  }
  const mock = await startWorld(t, { fixture, issuer: 'aws' })
  t.strictSame(
    mock.pools.map(({ issuer }) => issuer),
    [
      'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_One',
      'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Two',
    ],
  )
  await mock.pools[0]?.clock.advance('1d')
  t.ok(Math.abs(Number(mock.pools[1]?.clock.now()) - Date.now()) < 10_000)
})

t.test('the demo logs alice in at the BFF, over sockets and across two hosts', async (t) => {
  await using demo = await startDemo({ port: 0, bffPort: 0, environment: { BFF_SCOPES: 'openid email' } })
  const { mock, bff } = demo
  t.match(mock.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.match(bff.url, /^http:\/\/localhost:\d+$/)
  const web = mock.pool.client('web')
  t.equal(web.callbackUrls.at(-1), `${bff.url}/auth/callback`)
  t.equal(web.logoutUrls.at(-1), `${bff.url}/`)

  const browser = createBrowser()
  const status = async () => (await browser.get(`${bff.url}/auth/status`)).json()
  t.match(await status(), { loggedIn: false })
  const callback = await browser.signIn(`${bff.url}/auth/login`, alice)
  t.equal(callback.origin, bff.url)
  t.equal((await browser.get(callback)).status, 303)
  t.match(await status(), { loggedIn: true })
  t.match(JSON.stringify(await status()), 'alice@example.com')
  const asked = mock.exchanges().find(({ path }) => path === '/oauth2/token')
  t.match(asked, { status: 200, username: 'alice', clientId: web.id })
})

t.test('the demo takes the client called web, or the first with the code flow, secret or not', async (t) => {
  const fixture: Fixture = {
    pools: [
      {
        UserPool: { Name: 'demo-of-another-world' },
        Clients: [
          { ClientName: 'machine', GenerateSecret: true, AllowedOAuthFlows: ['client_credentials'] },
          {
            ClientName: 'page',
            AllowedOAuthFlows: ['code'],
            AllowedOAuthScopes: ['openid', 'email', 'profile'],
          },
        ],
        Users: [{ Username: 'alice', Password: alice.password }],
      },
    ],
  }
  const demo = await startDemo({ fixture, bffPort: 0 })
  const browser = createBrowser()
  const callback = await browser.signIn(`${demo.bff.url}/auth/login`, alice)
  t.equal((await browser.get(callback)).status, 303)
  t.strictSame(demo.mock.pool.client('page').callbackUrls, [`${demo.bff.url}/auth/callback`])
  await demo.close()
  t.notOk(await isReachable(demo.mock.pool.jwksUri))
  t.notOk(await isReachable(`${demo.bff.url}/auth/status`))
})

t.test('the log of the demo has what the BFF complains of, and no more of it', async (t) => {
  const lines: string[] = []
  const environment = { BFF_PROFILE: 'series' }
  await using demo = await startDemo({ bffPort: 0, environment, log: (line) => lines.push(line) })
  await fetch(`${demo.bff.url}/auth/status`)
  const said = lines.filter((line) => line.startsWith('BFF: '))
  t.ok(said.length > 0)
  for (const line of said) t.match(line, /^BFF: UNSAFE, BFF_/)
})

t.test('URLs that are registered already are not registered twice', async (t) => {
  const [known] = demoFixture().pools[0]?.Clients ?? []
  const environment = { BFF_PUBLIC_URL: 'http://localhost:9401' }
  await using demo = await startDemo({ bffPort: 0, environment })
  const web = demo.mock.pool.client('web')
  t.strictSame(web.callbackUrls, known?.CallbackURLs)
  t.strictSame(web.logoutUrls, known?.LogoutURLs)
})

t.test('a demo that cannot be says why, and leaves nothing running', async (t) => {
  const fixture: Fixture = { pools: [{ UserPool: { Id: 'us-east-1_NoClients' } }] }
  await t.rejects(startDemo({ fixture, bffPort: 0 }), {
    name: 'StartError',
    message: 'the demo needs a client with the OAuth flow code; pool us-east-1_NoClients has none',
  })
  await t.rejects(startDemo({ issuer: 'aws', bffPort: 0 }), {
    name: 'StartError',
    message: /^the demo app finds the mock by its issuer/,
  })
  const squatter = createServer().listen(0, 'localhost')
  await once(squatter, 'listening')
  t.teardown(() => squatter.close())
  const { port } = squatter.address() as { port: number }
  const lines: string[] = []
  await t.rejects(startDemo({ bffPort: port, log: (line) => lines.push(line) }), { code: 'EADDRINUSE' })
  t.strictSame(lines, [])
})

t.test('the banner hides the secrets of any world but the published one', async (t) => {
  const users = Array.from({ length: 23 }, (_, index) => ({ Username: `user${index}` }))
  const fixture: Fixture = {
    pools: [
      {
        UserPool: { Id: 'us-east-1_Banner' },
        Clients: [
          { ClientName: 'confidential', ClientSecret: 'hush'.repeat(6) },
          { ClientName: 'public', CallbackURLs: ['http://localhost/'] },
        ],
        Users: [
          { Username: 'ada', Password: 'Hush1!', SoftwareTokenSecret: 'HUSHHUSH', UserStatus: 'UNCONFIRMED' },
          { Username: 'off', Enabled: false },
          ...users,
        ],
      },
    ],
  }
  const mock: StartedMocknito = await startWorld(t, { fixture })
  const named = { version: '1.2.3', bffUrl: undefined }
  const theirs = banner(mock, { ...named, isDemoWorld: false })
  t.match(theirs, new RegExp(`^ +inbox +${mock.url}/_mock/inbox$`, 'm'))
  t.notMatch(theirs, 'every code')
  const fixed = banner({ ...mock, fixedCode: '123456' }, { ...named, isDemoWorld: false })
  t.match(fixed, /^ +codes +every code is 123456 \(fixed\)$/m)
  t.match(theirs, /^mocknito 1\.2\.3: Amazon Cognito on this machine\. Not AWS, not for production\.\n/)
  t.match(theirs, new RegExp(`^ +mock +${mock.url}$`, 'm'))
  t.match(theirs, new RegExp(`^ +issuer +${mock.pool.issuer}$`, 'm'))
  t.match(theirs, /^ +confidential +\w{26} +confidential$/m)
  t.match(theirs, /^ +public +\w{26} +public +http:\/\/localhost\/$/m)
  t.match(theirs, /^ +ada +UNCONFIRMED, TOTP$/m)
  t.match(theirs, /^ +off +disabled$/m)
  t.match(theirs, /^ +user17 +CONFIRMED$/m)
  t.match(theirs, /^ +and 5 more$/m)
  t.notMatch(theirs, /user18|hush|demo app/i)

  const published = banner(mock, { ...named, bffUrl: 'http://localhost:1', isDemoWorld: true })
  t.match(published, /^ +demo app +http:\/\/localhost:1 +open it and click "Log in"$/m)
  t.match(published, /^ +ada +Hush1! +UNCONFIRMED, TOTP seed HUSHHUSH$/m)
  t.match(published, /hushhushhush/)

  const bare = await startWorld(t, { fixture: { pools: [{ UserPool: {} }] } })
  t.match(banner(bare, { ...named, isDemoWorld: false }), /clients of pool us-east-1_\w{9}\n\n {2}users\n\n$/)
})
