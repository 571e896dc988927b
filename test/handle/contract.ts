// What a mock does for whoever holds it, in this process or elsewhere: one suite, run against `startMocknito` and against
// `connect` to a spawned process. Every story has a pool of its own, so one server is enough for all.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { Test } from 'tap'
import type { Client } from '../../src/handle/clients.ts'
import type { Mocknito } from '../../src/handle/mocknito.ts'
import type { Pool } from '../../src/handle/pool.ts'
import type { PoolFixture } from '../../src/idp/fixture/fixture.ts'
import { alice, bob, createBrowser } from '../support/browser.ts'
import { federation } from '../support/fixtures.ts'
import { basic, claimsOf } from '../support/oauth.ts'

/** An authorize URL of a client, as an app would make it. */
function authorizeUrl(pool: Pool, client: Client, more: Record<string, string> = {}): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.callbackUrls[0] as string,
    scope: 'openid email',
    state: 'some-state',
    ...more,
  })
  return `${pool.domainUrl}/oauth2/authorize?${parameters}`
}

async function postToken(pool: Pool, client: Client, fields: Record<string, string>) {
  const answer = await fetch(`${pool.domainUrl}/oauth2/token`, {
    method: 'POST',
    headers: basic(client),
    body: new URLSearchParams(fields),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

const exchange = (pool: Pool, code: string, client = pool.client('web'), more: Record<string, string> = {}) =>
  postToken(pool, client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.callbackUrls[0] as string,
    ...more,
  })

const refresh = (pool: Pool, refresh_token: string, client = pool.client('web')) =>
  postToken(pool, client, { grant_type: 'refresh_token', refresh_token })

const userInfo = async (pool: Pool, token: string) => {
  const answer = await fetch(`${pool.domainUrl}/oauth2/userInfo`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

/** Somebody who has forgotten a password, at the page that asks for the code. */
async function forgets(pool: Pool, username: string) {
  const browser = createBrowser()
  const forgotten = authorizeUrl(pool, pool.client('web')).replace('/oauth2/authorize', '/forgotPassword')
  const { location } = await browser.submit(await browser.follow(forgotten), { username })
  const page = await browser.follow(location as URL)
  const fields = { new_password: 'An0ther-one', confirm_password: 'An0ther-one' }
  return { answer: async (code: string) => browser.submit(page, { ...fields, code }) }
}

/** Verifies as a resource server would, with the keys that the pool publishes. */
async function verify(pool: Pool, token: string, options: { audience?: string } = {}) {
  const { keys } = (await (await fetch(pool.jwksUri)).json()) as Awaited<ReturnType<Pool['jwks']>>
  const local = createLocalJWKSet({ keys: [...keys] })
  const { payload } = await jwtVerify(token, local, {
    issuer: pool.issuer,
    algorithms: ['RS256'],
    ...options,
  })
  return payload
}

/** The stories. `t.context.mock` is not used: a mock is passed, and stays open until the caller closes it. */
export function contract(t: Test, mock: Mocknito): void {
  const story = (name: string, tell: (t: Test, pool: Pool) => Promise<void>) =>
    t.test(name, async (t) => {
      const pool = await mock.createPool({ name })
      t.teardown(() => mock.deletePool(pool.id))
      await tell(t, pool)
    })

  t.test('a mock says where it is and what is in it', async (t) => {
    t.match(mock.url, /^http:\/\/127\.0\.0\.1:\d+$/)
    t.equal(mock.port, Number(new URL(mock.url).port))
    t.equal(mock.pool.id, 'us-east-1_LocalPool')
    t.equal(mock.pools[0]?.id, mock.pool.id)
    t.equal(mock.pool.issuer, `${mock.url}/us-east-1_LocalPool`)
    t.match(await mock.info(), {
      version: /^\d+\.\d+\.\d+/,
      url: mock.url,
      publicUrl: null,
      issuerMode: 'local',
      pools: [{ id: mock.pool.id, name: 'mocknito', issuer: mock.pool.issuer }],
    })
  })

  story('a created pool is a copy of the first one, with ids of its own', async (t, pool) => {
    t.match(pool.id, /^us-east-1_[0-9A-Za-z]{9}$/)
    t.equal(pool.name, 'a created pool is a copy of the first one, with ids of its own')
    t.ok(mock.pools.some(({ id }) => id === pool.id))
    t.equal(pool.domainUrl, mock.url)
    t.strictSame(
      pool.clients.map(({ name }) => name),
      mock.pool.clients.map(({ name }) => name),
    )
    const [own, shared] = [pool.client('web'), mock.pool.client('web')]
    t.match(own.id, /^[a-z0-9]{26}$/)
    t.not(own.id, shared.id)
    t.match(own.secret, /^\w{52}$/)
    t.not(own.secret, shared.secret)
    t.strictSame(own.callbackUrls, ['http://localhost:9401/auth/callback'])
    t.notOk('secret' in pool.client('spa'))
    t.equal(pool.client().name, 'web')
    t.throws(() => pool.client('nobody'), {
      message: `pool ${pool.id} has no client nobody; it has web, spa, app, machine`,
    })
    t.same(
      (await pool.users.list()).map(({ username }) => username),
      (await mock.pool.users.list()).map(({ username }) => username),
    )
    const { code } = await pool.auth.code({ user: 'alice' })
    t.match(
      await exchange(mock.pool, code),
      { status: 400, body: { error: 'invalid_grant' } },
      'nothing is shared',
    )
    t.match(await exchange(pool, code), { status: 200 })
    const keys = async (of: Pool) => (await of.jwks()).keys.map(({ kid }) => kid)
    t.equal((await keys(pool)).length, 2)
    t.notOk((await keys(pool)).some((kid) => kid === undefined))
    t.strictNotSame(await keys(pool), await keys(mock.pool))
  })

  t.test('a pool is created from what a fixture says, from users and from clients', async (t) => {
    const pool = await mock.createPool({
      name: 'orders',
      fixture: { UserPool: { Id: 'eu-west-1_Orders' }, Users: [{ Username: 'ada', Password: 'Passw0rd!' }] },
      clients: [{ name: 'web', secret: true, callbackUrls: ['http://localhost:4711/callback'] }],
      users: [{ username: 'zoe', password: 'Passw0rd!' }],
    })
    t.equal(pool.id, 'eu-west-1_Orders')
    t.equal(pool.name, 'orders')
    t.equal(pool.issuer, `${mock.url}/eu-west-1_Orders`)
    t.same(
      (await pool.users.list()).map(({ username }) => username),
      ['ada', 'zoe'],
    )
    const { code } = await pool.auth.code({ user: 'zoe' })
    t.match(await exchange(pool, code), { status: 200 })
    await t.rejects(mock.createPool({ fixture: { UserPool: { Id: 'eu-west-1_Orders' } } }), {
      message: 'there is a pool eu-west-1_Orders already',
    })
    const { id } = pool.client('web')
    await t.rejects(mock.createPool({ fixture: { UserPool: {}, Clients: [{ ClientId: id }] } }), {
      message: `the client id ${id} belongs to another pool already`,
    })
    await t.rejects(mock.createPool({ fixture: { UserPool: {}, Domain: '-' } }), {
      message: /^the pool has 1 problem:\n {2}pools\[0\]\.Domain: is "-"/,
    })
    const before = mock.pools.length
    await t.rejects(mock.createPool({ users: [{}] }), { message: /needs a username$/ })
    t.equal(mock.pools.length, before, 'half a pool is none')

    await mock.deletePool(pool.id)
    t.notOk(mock.pools.some(({ id }) => id === pool.id))
    t.equal((await fetch(pool.jwksUri)).status, 404)
    await t.rejects(mock.deletePool(pool.id), { message: 'there is no pool eu-west-1_Orders' })
  })

  t.test('a pool has nothing that nobody put there', async (t) => {
    const pool = await mock.createPool({ fixture: { UserPool: { Name: 'bare' } } })
    t.teardown(() => mock.deletePool(pool.id))
    t.match(pool.env(), { COGNITO_ISSUER: pool.issuer })
    t.notOk('COGNITO_CLIENT_ID' in pool.env())
    t.throws(() => pool.client(), { message: `pool ${pool.id} has no clients` })
    const machine = { name: 'robot', secret: true, oauthFlows: ['client_credentials'] } as const
    const robot = await pool.createClient(machine)
    t.same(robot.scopes, [], 'a machine gets no scopes of a person')
    t.equal(pool.env().COGNITO_CLIENT_ID, robot.id, 'where no client has the code flow, the first will do')
    await createBrowser().get(authorizeUrl(pool, robot, { redirect_uri: 'http://localhost:4711/' }))
    const refused = await pool.requests.last('authorize')
    t.match(refused?.reason, /is not a callback URL of client robot/)
    t.notOk('nearMiss' in (refused as object), 'nothing registered, nothing near')
    await pool.createClient({ name: 'web', callbackUrls: ['http://localhost:4711/'] })
    await t.rejects(pool.tokens.mint(), { message: `pool ${pool.id} has no users` })
  })

  story('an app is told by its environment, in the names that it reads', async (t, pool) => {
    const { id, secret } = pool.client('web')
    t.strictSame(pool.env(), {
      COGNITO_ISSUER: pool.issuer,
      COGNITO_DOMAIN: mock.url,
      COGNITO_USER_POOL_ID: pool.id,
      COGNITO_CLIENT_ID: id,
      COGNITO_CLIENT_SECRET: secret,
      COGNITO_JWKS_URI: pool.jwksUri,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: mock.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'mock',
      AWS_SECRET_ACCESS_KEY: 'mock',
    })
    t.match(pool.env('series'), { COGNITO_APP_ID: id, COGNITO_APP_SECRET: secret })
    t.match(pool.env('authjs'), {
      AUTH_COGNITO_ID: id,
      AUTH_COGNITO_SECRET: secret,
      AUTH_COGNITO_ISSUER: pool.issuer,
    })
    t.match(pool.env('amplify'), { AMPLIFY_USERPOOL_ID: pool.id, AMPLIFY_OAUTH_DOMAIN: mock.url.slice(7) })
    t.throws(() => pool.env('mine' as 'ours'), {
      message: 'there are no names mine; there are ours, series, authjs, amplify',
    })
  })

  story('users come, change and go', async (t, pool) => {
    const { users } = pool
    const made = await users.create({
      username: 'zoe',
      password: 'S3cret-phrase',
      email: 'zoe@example.com',
      groups: ['admins', 'night-shift'],
      attributes: { 'custom:tenant': 'acme' },
    })
    t.match(made, {
      username: 'zoe',
      status: 'CONFIRMED',
      enabled: true,
      groups: ['admins', 'night-shift'],
      attributes: { email: 'zoe@example.com', email_verified: 'true', 'custom:tenant': 'acme' },
    })
    t.notOk('password' in made)
    t.strictSame(await users.get('zoe'), made)
    t.equal(await users.get('nobody'), undefined)
    const { accessToken } = await pool.tokens.set({ user: 'zoe' })
    t.same(claimsOf(accessToken)['cognito:groups'], ['admins', 'night-shift'])

    const changed = await users.patch('zoe', {
      status: 'RESET_REQUIRED',
      groups: ['admins'],
      attributes: { name: 'Zoë', 'custom:tenant': null },
    })
    t.match(changed, {
      sub: made.sub,
      status: 'RESET_REQUIRED',
      groups: ['admins'],
      attributes: { name: 'Zoë' },
    })
    t.notOk('custom:tenant' in changed.attributes)
    t.equal(changed.attributes.email, 'zoe@example.com', 'what is not named stays')
    await t.rejects(pool.auth.code({ user: 'zoe' }), { message: /^zoe is RESET_REQUIRED/ })

    const again = await users.create({ username: 'zoe', confirmed: false, mfa: 'totp' })
    t.equal(again.sub, made.sub, 'whoever is created again is the same person')
    t.equal(again.status, 'UNCONFIRMED')
    t.match(again.totpSecret, /^[A-Z2-7]{32}$/)
    t.strictSame(again.attributes, {})

    await users.delete('zoe')
    t.equal(await users.get('zoe'), undefined)
    const nobody = { message: `pool ${pool.id} has no user zoe` }
    await t.rejects(users.delete('zoe'), nobody)
    await t.rejects(users.patch('zoe', { enabled: false }), nobody)
    await t.rejects(users.create({ email: 'zoe@example.com' }), {
      message: `a user of pool ${pool.id} needs a username`,
    })
  })

  t.test(
    'where people sign in with an e-mail address it is name enough, and nobody else can have it',
    async (t) => {
      const pool = await mock.createPool({
        fixture: { UserPool: { Name: 'mail', UsernameAttributes: ['email'] } },
      })
      t.teardown(() => mock.deletePool(pool.id))
      const zoe = await pool.users.create({ email: 'zoe@example.com', password: 'Passw0rd!' })
      t.equal(zoe.username, zoe.sub)
      t.strictSame(await pool.users.get('zoe@example.com'), zoe)
      t.equal((await pool.users.create({ email: 'zoe@example.com' })).sub, zoe.sub)
      await pool.users.create({ email: 'yan@example.com' })
      await t.rejects(pool.users.patch('yan@example.com', { attributes: { email: 'zoe@example.com' } }), {
        message: `the sign-in name zoe@example.com is that of user ${zoe.sub} of pool ${pool.id}`,
      })
    },
  )

  story('a password that is set is the one that signs in', async (t, pool) => {
    await pool.users.patch('alice', { password: 'An0ther-one' })
    const url = authorizeUrl(pool, pool.client('web'))
    await t.rejects(createBrowser().signIn(url, alice), 'the old one does not')
    const callback = await createBrowser().signIn(url, { username: 'alice', password: 'An0ther-one' })
    t.equal(callback.searchParams.get('state'), 'some-state')
    await pool.users.patch('alice', { enabled: false })
    await t.rejects(createBrowser().signIn(url, { username: 'alice', password: 'An0ther-one' }))
  })

  story('a temporary password ages from when it was set', async (t, pool) => {
    const url = authorizeUrl(pool, pool.client('web'))
    await pool.users.create({ username: 'zoe', password: 'Temp0rary!', status: 'FORCE_CHANGE_PASSWORD' })
    const zoe = { username: 'zoe', password: 'Temp0rary!' }
    t.equal((await createBrowser().signIn(url, zoe)).pathname, '/changePassword')
    await pool.clock.advance('8d')
    await t.rejects(createBrowser().signIn(url, zoe), /zoe is not let in/)
    await pool.users.patch('zoe', { password: 'Temp0rary!' })
    t.equal((await createBrowser().signIn(url, zoe)).pathname, '/changePassword')
  })

  story('a user is locked out as after too many wrong passwords', async (t, pool) => {
    const url = authorizeUrl(pool, pool.client('web'))
    await pool.users.patch('alice', { lockedFor: '10m' })
    await t.rejects(createBrowser().signIn(url, alice), /Password attempts exceeded/)
    t.match((await pool.requests.last('login'))?.reason, /nothing is judged for another 10 min$/)
    t.match((await createBrowser().signIn(url, bob)).pathname, '/auth/callback', 'bob is not')
    await pool.clock.advance('10m')
    t.match((await createBrowser().signIn(url, alice)).pathname, '/auth/callback')
    await pool.users.patch('alice', { lockedFor: '10m' })
    await pool.users.patch('alice', { lockedFor: 0 })
    t.match((await createBrowser().signIn(url, alice)).pathname, '/auth/callback')
    await t.rejects(pool.users.patch('alice', { lockedFor: 'long' as '1s' }), {
      message: /^long is no duration/,
    })
    await pool.users.patch('alice', { lockedFor: '1d' })
    await mock.reset('data', pool.id)
    t.match(
      (await createBrowser().signIn(url, alice)).pathname,
      '/auth/callback',
      'a reset lets everybody in',
    )
  })

  t.test('a second factor is asked for, and its code is in the inbox', async (t) => {
    const zoe = { username: 'zoe', password: 'Passw0rd!' }
    const attributes = { phone_number: '+12065550199' }
    const pool = await mock.createPool({
      fixture: {
        UserPool: {},
        MfaConfig: { MfaConfiguration: 'OPTIONAL', SmsMfaConfiguration: {}, EmailMfaConfiguration: {} },
      },
      clients: [{ name: 'web', callbackUrls: ['http://localhost:9401/auth/callback'] }],
      users: [{ ...zoe, mfa: 'sms', attributes }],
    })
    t.teardown(() => mock.deletePool(pool.id))
    const url = authorizeUrl(pool, pool.client('web'))
    const browser = createBrowser()
    const page = await browser.follow(await browser.signIn(url, zoe))
    const { code, text, medium } = await pool.inbox.waitFor({ to: '+12065550199', kind: 'mfa' })
    t.equal(medium, 'SMS')
    t.equal(text, `Your authentication code is ${code}.`)
    t.equal((await browser.submit(page, { code: code as string })).location?.pathname, '/auth/callback')

    const late = createBrowser()
    const again = await late.follow(await late.signIn(url, zoe))
    t.equal(await pool.clock.age('challenges', '4m'), 1)
    await late.submit(again, { code: '000000' })
    t.match((await pool.requests.last())?.reason, /^the login was left alone and ended/)

    await pool.users.create({ ...zoe, mfa: 'email', email: 'zoe@example.com' })
    await createBrowser().signIn(url, zoe)
    t.match(await pool.inbox.last('zoe@example.com'), { kind: 'mfa', medium: 'EMAIL' })
    await t.rejects(pool.users.create({ ...zoe, mfa: 'sms' }), {
      message: 'a user with mfa sms needs the attribute phone_number',
    })
    await t.rejects(pool.users.create({ ...zoe, mfa: 'totp' }), {
      message: `pool ${pool.id} asks nobody for totp: MFA is OPTIONAL, with sms, email`,
    })
    t.notOk('totpSecret' in (await pool.users.create({ ...zoe, mfa: 'none' })))
    t.equal((await createBrowser().signIn(url, zoe)).pathname, '/auth/callback')
  })

  story('a client is registered, and changed while it is used', async (t, pool) => {
    const client = await pool.createClient({
      name: 'shop',
      id: 'mockshopclient000000000001'.replace('shop', `shop${randomBytes(3).toString('hex')}`),
      secret: `mockshopsecret${'0'.repeat(20)}`,
      callbackUrls: ['http://localhost:4711/callback'],
      accessTokenSeconds: 300,
      rotation: { graceSeconds: 10 },
    })
    t.match(client, {
      name: 'shop',
      secret: `mockshopsecret${'0'.repeat(20)}`,
      oauthFlows: ['code'],
      scopes: ['openid', 'email', 'profile'],
      logoutUrls: [],
    })
    t.equal(pool.client('shop').id, client.id)
    const { code } = await pool.auth.code({ user: 'bob', client: 'shop' })
    const first = await exchange(pool, code, client)
    t.match(first, { status: 200, body: { expires_in: 300 } })
    t.ok((await refresh(pool, first.body.refresh_token as string, client)).body.refresh_token, 'it rotates')

    const redirectUri = 'http://localhost:4712/callback'
    await t.rejects(pool.auth.code({ user: 'bob', client: 'shop', redirectUri }), {
      message: /^the authorize request ends on the error page: authorize\.redirect-uri-registered/,
    })
    const wider = await client.register({
      callbackUrls: [redirectUri],
      logoutUrls: ['http://localhost:4712/'],
    })
    t.match(wider, {
      callbackUrls: ['http://localhost:4711/callback', redirectUri],
      logoutUrls: ['http://localhost:4712/'],
    })
    t.match(await pool.auth.code({ user: 'bob', client: 'shop', redirectUri }), { callbackUrl: redirectUri })

    const tooMany = Array.from({ length: 100 }, (_, index) => `https://app.example.com/${index}`)
    const cleartext = ['http://app.example.com/']
    for (const [urls, problem] of [
      [
        { callbackUrls: cleartext },
        /^client shop\.CallbackURLs\[2\]: http:\/\/app\.example\.com\/ is http, which/,
      ],
      [{ callbackUrls: ['https://a.example/#x'] }, /^client shop\.CallbackURLs\[2\]: .* has a fragment$/],
      [
        { callbackUrls: tooMany, logoutUrls: ['/', 'app:'] },
        /^client shop\.CallbackURLs: has 102 entries, expected at most 100\nclient shop\.LogoutURLs\[1\]: \/ is not an absolute URL$/,
      ],
    ] as const)
      await t.rejects(client.register(urls), { message: problem })
    t.strictSame(pool.client('shop').callbackUrls, wider.callbackUrls, 'nothing of it was registered')

    const withTwo = await client.addSecret()
    const [old, fresh] = withTwo.secrets as [string, string]
    t.match(fresh, /^mock[0-9a-f]{48}$/)
    for (const secret of [old, fresh]) {
      const { code } = await pool.auth.code({ user: 'bob', client: 'shop' })
      t.match(await exchange(pool, code, { ...client, secret }), { status: 200 }, 'either is good')
    }
    await t.rejects(client.addSecret(), { message: 'client shop has 2 secrets already' })
    t.strictSame((await client.removeSecret(old)).secrets, [fresh])
    t.equal(pool.client('shop').secret, fresh)
    t.match(await exchange(pool, 'any', { ...client, secret: old }), { body: { error: 'invalid_client' } })
    await t.rejects(client.removeSecret(old), { message: 'that is not a secret of client shop' })
    await t.rejects(client.removeSecret(fresh), { message: 'client shop would be left without a secret' })
    await t.rejects(pool.client('spa').addSecret(), { message: 'client spa is public: it has no secret' })
    await mock.reset('data', pool.id)
    await t.rejects(client.register({ logoutUrls: ['http://localhost:4712/'] }), {
      message: `pool ${pool.id} has no client ${client.id} any more`,
    })
  })

  story('a client that Cognito would not take is not taken here', async (t, pool) => {
    await t.rejects(
      pool.createClient({
        name: 'bad',
        callbackUrls: ['http://app.example.com/cb', 'nowhere'],
        scopes: ['none/such'],
      }),
      {
        message:
          /^client bad\.CallbackURLs\[0\]: .* is http, .*\n.*nowhere is not an absolute URL\n.*none\/such is neither/,
      },
    )
    await t.rejects(pool.createClient({ name: 'thief', id: mock.pool.client('web').id }), {
      message: `the client id ${mock.pool.client('web').id} belongs to another pool`,
    })
    const machine = await pool.createClient({
      name: 'robot',
      secret: true,
      oauthFlows: ['client_credentials'],
      scopes: ['orders/read'],
    })
    t.match(await postToken(pool, machine, { grant_type: 'client_credentials' }), { status: 200 })
    const pages = await pool.createClient({
      name: 'page',
      oauthFlows: ['implicit'],
      callbackUrls: ['http://localhost:4711/'],
    })
    t.notOk('secret' in pages)
  })

  story('a token is minted as Cognito would have written it', async (t, pool) => {
    const web = pool.client('web')
    const access = await pool.tokens.mint()
    const payload = await verify(pool, access)
    t.match(payload, {
      token_use: 'access',
      username: 'alice',
      client_id: web.id,
      'cognito:groups': ['admins'],
      version: 2,
    })
    t.equal(Number(payload.exp) - Number(payload.iat), 3600)
    t.match(await userInfo(pool, access), { status: 200, body: { username: 'alice' } })

    const id = await pool.tokens.mint({
      use: 'id',
      user: 'bob',
      client: 'spa',
      nonce: 'n',
      groups: ['night-shift'],
    })
    t.match(await verify(pool, id, { audience: pool.client('spa').id }), {
      token_use: 'id',
      'cognito:username': 'bob',
      nonce: 'n',
      'cognito:groups': ['night-shift'],
      at_hash: /^[\w-]{22}$/,
    })

    const own = await pool.tokens.mint({
      scope: 'openid orders/read',
      claims: { 'custom:tenant': 'acme', version: null, jti: undefined },
      issuedAt: '-10m',
      expiresIn: '15m',
    })
    const claims = claimsOf(own)
    t.match(claims, { scope: 'openid orders/read', 'custom:tenant': 'acme' })
    t.notOk('version' in claims)
    const now = pool.clock.now().getTime() / 1000
    t.ok(Math.abs(Number(claims.iat) - (now - 600)) < 20)
    t.equal(Number(claims.exp) - Number(claims.iat), 900)
    const issuedAt = new Date('2026-01-02T03:04:05Z')
    t.equal(claimsOf(await pool.tokens.mint({ issuedAt })).iat, issuedAt.getTime() / 1000)

    const machine = await verify(pool, await pool.tokens.mint({ client: 'machine' }))
    t.match(machine, { sub: pool.client('machine').id, scope: 'orders/read orders/write' })
    t.notOk('username' in machine)
    await t.rejects(pool.tokens.mint({ user: 'nobody' }), { message: `pool ${pool.id} has no user nobody` })
    await t.rejects(pool.tokens.mint({ key: 'previous' }), { message: /were not rotated$/ })
    await t.rejects(pool.tokens.mint({ expiresIn: 'soon' as '1s' }), { message: /soon is no duration/ })
    t.equal(
      JSON.parse(
        Buffer.from(
          (await pool.tokens.mint({ alg: 'HS256' })).split('.')[0] as string,
          'base64url',
        ).toString(),
      ).alg,
      'HS256',
    )
  })

  story('a set of tokens is as good as a login', async (t, pool) => {
    const set = await pool.tokens.set({ user: 'bob', client: 'web', scope: 'openid email', nonce: 'n' })
    t.equal(set.expiresIn, 3600)
    t.match(await verify(pool, set.idToken as string), { email: 'bob@example.com', nonce: 'n' })
    t.match(await userInfo(pool, set.accessToken), { status: 200, body: { username: 'bob' } })
    const refreshed = await refresh(pool, set.refreshToken)
    t.match(refreshed, { status: 200 })
    t.equal(claimsOf(refreshed.body.access_token as string).origin_jti, claimsOf(set.accessToken).origin_jti)
    t.notOk('idToken' in (await pool.tokens.set({ scope: 'orders/read' })))
  })

  story('a bad token is bad in one way, and a verifier refuses it', async (t, pool) => {
    const refusals: Record<string, { code: string; claim?: string }> = {
      expired: { code: 'ERR_JWT_EXPIRED' },
      notYetValid: { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'nbf' },
      wrongIssuer: { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'iss' },
      badSignature: { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' },
      unknownKid: { code: 'ERR_JWKS_NO_MATCHING_KEY' },
      algNone: { code: 'ERR_JOSE_ALG_NOT_ALLOWED' },
    }
    for (const [defect, refusal] of Object.entries(refusals)) {
      const token = await pool.tokens.bad[defect as 'expired']({ user: 'bob' })
      t.match(await verify(pool, token).catch((error) => error), refusal, defect)
      if (defect !== 'algNone') t.equal(claimsOf(token).username, 'bob')
    }
    const audience = pool.client('web').id
    const forAnother = verify(pool, await pool.tokens.bad.wrongAudience(), { audience })
    t.match(await forAnother.catch((error) => error), { claim: 'aud' })
    const client = claimsOf(await pool.tokens.bad.wrongClient())
    t.not(client.client_id, audience)
    t.equal(claimsOf(await pool.tokens.bad.wrongUse()).token_use, 'id')
    t.equal(claimsOf(await pool.tokens.bad.wrongUse({ use: 'id' })).token_use, 'access')
    t.notOk('sub' in claimsOf(await pool.tokens.bad.missingSub()))
  })

  story('a login needs no browser', async (t, pool) => {
    const web = pool.client('web')
    const verifier = randomBytes(32).toString('base64url')
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url')
    const { code, callbackUrl } = await pool.auth.code({
      user: 'alice',
      state: 'a state & more',
      nonce: 'n',
      scope: 'openid',
      codeChallenge,
    })
    t.equal(new URL(callbackUrl).searchParams.get('state'), 'a state & more')
    t.match(
      await exchange(pool, code),
      { status: 400, body: { error: 'invalid_grant' } },
      'the verifier is missing',
    )
    const second = await pool.auth.code({ user: 'alice', nonce: 'n', scope: 'openid', codeChallenge })
    const answer = await exchange(pool, second.code, web, { code_verifier: verifier })
    t.match(claimsOf(answer.body.id_token as string), { nonce: 'n', 'cognito:username': 'alice' })

    const followed = await pool.auth.follow(authorizeUrl(pool, web), { user: 'bob' })
    t.match(new URL(followed.callbackUrl), { origin: 'http://localhost:9401', pathname: '/auth/callback' })
    t.match(followed.cookies, [
      { name: 'cognito', domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Lax' },
    ])
    const bob = await exchange(pool, new URL(followed.callbackUrl).searchParams.get('code') as string)
    t.equal(claimsOf(bob.body.access_token as string).username, 'bob')

    const loginUrl = authorizeUrl(pool, web).replace('/oauth2/authorize', '/login')
    t.match(await pool.auth.follow(loginUrl, { user: 'bob' }), { callbackUrl: /[?&]code=/ })
    t.match(await pool.requests.last(), { target: 'login', path: '/login', status: 302 })

    const denied = await pool.auth.follow(authorizeUrl(pool, web), { user: 'bob', deny: true })
    t.equal(denied.callbackUrl, 'http://localhost:9401/auth/callback?error=access_denied&state=some-state')
    t.same(denied.cookies, [])
    const refused = await pool.auth.follow(authorizeUrl(pool, web, { scope: 'none/such' }), { user: 'bob' })
    t.match(refused.callbackUrl, /error_description=invalid_scope&state=some-state&error=invalid_request$/)
    await t.rejects(pool.auth.code({ user: 'bob', scope: 'none/such' }), {
      message: 'the request is refused: invalid_scope',
    })
    await t.rejects(pool.auth.code({ user: 'bob', codeChallenge: '' }), {
      message: 'the request is refused: invalid_request',
    })
    t.match((await pool.requests.last('authorize'))?.reason, /but no code_challenge$/)
    const implicit = await pool.createClient({
      name: 'page',
      oauthFlows: ['implicit'],
      callbackUrls: ['http://localhost:4711/'],
    })
    const answered = await pool.auth.follow(authorizeUrl(pool, implicit, { response_type: 'token' }), {
      user: 'bob',
    })
    t.match(answered.callbackUrl, /^http:\/\/localhost:4711\/#id_token=/)
    const turnedDown = await pool.auth.follow(authorizeUrl(pool, implicit, { response_type: 'token' }), {
      user: 'bob',
      deny: true,
    })
    t.match(turnedDown.callbackUrl, /^http:\/\/localhost:4711\/#error=access_denied/)
  })

  t.test('people from identity providers log in without a browser too', async (t) => {
    const pool = await mock.createPool({ fixture: federation().pools[0] as PoolFixture })
    t.teardown(() => mock.deletePool(pool.id))
    const web = pool.client('web')
    const claims = { sub: '42', email: 'zoe@example.org', name: 'Zoe' }
    const { code } = await pool.auth.code({ provider: 'Google', claims })
    const tokens = await exchange(pool, code)
    t.match(claimsOf(tokens.body.id_token as string), {
      'cognito:username': 'Google_42',
      email: 'zoe@example.org',
      identities: [{ userId: '42', providerName: 'Google' }],
      nonce: /^[\w-]{32}$/,
    })
    t.match(await pool.users.get('Google_42'), { status: 'EXTERNAL_PROVIDER' })

    const again = await pool.auth.follow(authorizeUrl(pool, web, { nonce: 'n' }), { user: 'Google_42' })
    const later = await exchange(pool, new URL(again.callbackUrl).searchParams.get('code') as string)
    t.equal(claimsOf(later.body.id_token as string).nonce, 'n')
    await createBrowser().get(authorizeUrl(pool, web, { identity_provider: 'Google' }))
    t.equal(
      await pool.clock.age({ user: 'Google_42' }, '1m'),
      6,
      'of each login: code, session, refresh tokens',
    )
    t.equal(await pool.clock.age('challenges', '1m'), 1, 'who is at the provider still is nobody yet')
    const refused = await pool.auth.follow(authorizeUrl(pool, web), { provider: 'Google', claims: {} })
    t.match(refused.callbackUrl, /error_description=Invalid\+ProviderName/)
    await t.rejects(pool.auth.code({ provider: 'Nobody', claims }), {
      message: 'Nobody is not there: client web has COGNITO, Google, Facebook, Example-Corp, Partner',
    })
    await t.rejects(pool.auth.code({ client: 'staff', user: 'Google_42' }), {
      message:
        'Google_42 signs in from a provider that the client does not have: client staff has Example-Corp',
    })
    await t.rejects(pool.auth.code({ client: 'staff', user: 'alice' }), {
      message: 'alice signs in with a password: client staff has Example-Corp',
    })
  })

  story('whoever could not sign in cannot without a browser either', async (t, pool) => {
    await t.rejects(pool.auth.code({ user: 'carol' }), {
      message: 'carol is UNCONFIRMED, and would have to go through a page first',
    })
    await t.rejects(pool.auth.code({ user: 'dave' }), { message: 'dave is disabled' })
    await t.rejects(pool.auth.code({ user: 'nobody' }), { message: `pool ${pool.id} has no user nobody` })
    const { id } = mock.pool.client('web')
    await t.rejects(pool.auth.follow(`/oauth2/authorize?client_id=${id}`, { user: 'alice' }), {
      message: /authorize\.client-known: no user pool has the client/,
    })
    for (const url of [
      'https://demo.auth.us-east-1.amazoncognito.com/oauth2/authorize',
      `${mock.url}/logout`,
    ])
      await t.rejects(pool.auth.follow(url, { user: 'alice' }), {
        message: /is not the authorize endpoint of this mock$/,
      })
    t.match(await pool.requests.last('authorize'), {
      status: 400,
      rule: 'authorize.client-known',
      outcome: 'answered',
    })
  })

  story('a browser signs in without typing, as often as it was said', async (t, pool) => {
    const url = authorizeUrl(pool, pool.client('web'))
    const arrives = async () => (await createBrowser().get(url)).location?.pathname
    t.equal(await arrives(), '/login')
    await pool.auth.auto('bob', { times: 2 })
    t.equal(await arrives(), '/auth/callback')
    const browser = createBrowser()
    const callback = (await browser.get(url)).location as URL
    const { body } = await exchange(pool, callback.searchParams.get('code') as string)
    t.equal(claimsOf(body.access_token as string).username, 'bob')
    t.equal(await arrives(), '/login', 'that was twice')
    t.equal((await browser.get(url)).location?.pathname, '/auth/callback', 'but there is a session now')

    await pool.auth.auto('alice', { client: 'spa' })
    t.equal(await arrives(), '/login', 'this is another client')
    const spa = createBrowser()
    t.equal((await spa.get(authorizeUrl(pool, pool.client('spa')))).location?.pathname, '/')
    await pool.auth.auto('alice')
    t.equal(await arrives(), '/auth/callback')
    t.equal(await arrives(), '/auth/callback')
    await pool.users.patch('alice', { enabled: false })
    t.equal(await arrives(), '/login', 'who cannot sign in is not signed in')
    await pool.auth.auto(null)
    await t.rejects(pool.auth.auto('nobody'), { message: `pool ${pool.id} has no user nobody` })
  })

  story('a browser context begins signed in, and is signed out', async (t, pool) => {
    const { cookies, origins } = await pool.auth.storageState({ user: 'alice' })
    t.same(origins, [])
    const [cookie] = cookies
    t.ok(Number(cookie?.expires) > Date.now() / 1000 + 3000)
    const url = authorizeUrl(pool, pool.client('web'))
    const visit = async () => {
      const headers = { cookie: `${cookie?.name}=${cookie?.value}` }
      return (await createBrowser().get(url, headers)).location?.pathname
    }
    t.equal(await visit(), '/auth/callback')
    t.match(await pool.ssoSessions.list(), [{ user: 'alice' }])
    await pool.auth.endSso('bob')
    t.equal(await visit(), '/auth/callback')
    await pool.auth.endSso('alice')
    t.equal(await visit(), '/login')
    await pool.auth.storageState({ user: 'bob' })
    await pool.auth.endSso()
    t.same(await pool.ssoSessions.list(), [])
    await t.rejects(pool.auth.endSso('nobody'), { message: `pool ${pool.id} has no user nobody` })
    await t.rejects(pool.auth.storageState({ user: 'dave' }), { message: 'dave is disabled' })
  })

  story('the clock is moved, set, stopped and let go', async (t, pool) => {
    const { clock } = pool
    const near = (time: Date, other: number) => Math.abs(time.getTime() - other) < 10_000
    const { code } = await pool.auth.code({ user: 'alice' })
    await clock.advance('5m')
    t.ok(near(clock.now(), Date.now() + 300_000))
    t.match(await exchange(pool, code), { body: { error: 'invalid_grant' } })
    await clock.advance('PT1H')
    await clock.advance(-3_900_000)
    t.ok(near(clock.now(), Date.now()))

    const newYear = new Date('2030-01-01T00:00:00Z')
    await clock.set(newYear)
    t.ok(near(clock.now(), newYear.getTime()))
    t.equal(clock.isFrozen, false)
    await clock.freeze()
    t.equal(clock.isFrozen, true)
    await clock.set(newYear)
    t.equal(claimsOf(await pool.tokens.mint()).iat, newYear.getTime() / 1000)
    await clock.advance('1s')
    t.strictSame(clock.now(), new Date('2030-01-01T00:00:01Z'))
    t.strictSame(clock.now(), new Date('2030-01-01T00:00:01Z'), 'it stands still')
    await clock.reset()
    t.equal(clock.isFrozen, false)
    t.ok(near(clock.now(), Date.now()))
    t.ok(near(mock.pool.clock.now(), Date.now()), 'it was the clock of one pool')
    await t.rejects(clock.advance('a while' as '1s'), { message: /a while is no duration/ })
    await t.rejects(clock.set(new Date(Number.NaN)), { message: 'that is no date' })
  })

  story('things age while the clock goes on', async (t, pool) => {
    const { code } = await pool.auth.code({ user: 'alice' })
    t.equal(await pool.clock.age('codes', '5m1s'), 1)
    t.match(await exchange(pool, code), { body: { error: 'invalid_grant' } })
    t.match((await pool.requests.last('token'))?.reason, /^the code expired/)
    t.ok(Math.abs(pool.clock.now().getTime() - Date.now()) < 10_000)

    const [hers, his] = [await pool.tokens.set({ user: 'alice' }), await pool.tokens.set({ user: 'bob' })]
    await pool.auth.storageState({ user: 'bob' })
    t.equal(
      await pool.clock.age({ user: 'alice' }, '31d'),
      3,
      'the used code, the session of the login, the family',
    )
    t.match(await refresh(pool, hers.refreshToken), { body: { error: 'invalid_grant' } })
    t.match(await refresh(pool, his.refreshToken), { status: 200 })
    t.equal(await pool.clock.age('refreshTokens', '29d'), 2)
    t.match(await refresh(pool, his.refreshToken), { status: 200 })
    t.equal(await pool.clock.age('refreshTokens', '1d'), 2)
    t.match(await refresh(pool, his.refreshToken), { body: { error: 'invalid_grant' } })
    t.equal(await pool.clock.age('ssoSessions', '1h'), 2)
    await t.rejects(pool.clock.age({ user: 'nobody' }, '1h'), {
      message: `pool ${pool.id} has no user nobody`,
    })
  })

  story('keys are rotated under the eyes of a verifier, and retired', async (t, pool) => {
    const before = await pool.tokens.mint()
    const kid = await pool.keys.rotate()
    t.match(await verify(pool, before), { token_use: 'access' }, 'the old key is still published')
    const after = await pool.tokens.mint()
    t.match(await verify(pool, after), { token_use: 'access' })
    t.match(await userInfo(pool, before), { status: 200 })
    const keys = await pool.keys.list()
    t.match(keys, [
      { signs: 'id', isCurrent: true, isPublished: true },
      { signs: 'access', isCurrent: true, isPublished: true, kid },
      { signs: 'id', isCurrent: false, isPublished: true },
      { signs: 'access', isCurrent: false, isPublished: true },
    ])
    t.same(
      (await pool.jwks()).keys.map((key) => key.kid),
      keys.map((key) => key.kid),
    )
    t.match(await verify(pool, await pool.tokens.mint({ key: 'previous' })), { token_use: 'access' })

    await pool.keys.retire(keys[3]?.kid as string)
    await t.rejects(verify(pool, before), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
    t.match(await userInfo(pool, before), { status: 401 })
    t.equal((await pool.jwks()).keys.length, 3)
    await t.rejects(pool.keys.retire(kid), { message: /only keys that were rotated out can be retired$/ })

    await pool.keys.rotate({ keepPrevious: false })
    t.equal((await pool.jwks()).keys.length, 2)
    await t.rejects(verify(pool, after), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
    const { refreshToken } = await pool.tokens.set()
    t.match(await refresh(pool, refreshToken), { status: 200 })
  })

  story('what came in is written down, with the reason', async (t, pool) => {
    const { requests } = pool
    const { code } = await pool.auth.code({ user: 'alice' })
    await exchange(pool, code)
    await exchange(pool, code)
    t.equal(await requests.count(), 3)
    t.equal(await requests.count({ target: 'token' }), 2)
    t.equal(await requests.count({ target: 'token:code', outcome: 'refused' }), 1)
    t.equal(await requests.count({ target: 'token:refresh' }), 0)
    const [, first, second] = await requests.list()
    t.match(first, {
      target: 'token:code',
      method: 'POST',
      path: '/oauth2/token',
      user: 'alice',
      auth: 'basic',
      status: 200,
      outcome: 'answered',
    })
    t.equal(first?.client, pool.client('web').id)
    t.type(first?.at, Date)
    t.match(second, {
      status: 400,
      outcome: 'refused',
      error: 'invalid_grant',
      rule: 'code.single-use',
      reason: /^the code was used/,
    })
    t.notMatch(JSON.stringify(await requests.list()), code, 'a code is not shown')
    t.match(first?.parameters, [
      { name: 'grant_type' },
      { name: 'code', value: '(not shown)' },
      { name: 'redirect_uri' },
    ])
    t.equal((await requests.list({ since: first?.id as number })).length, 1)

    await createBrowser().get(
      authorizeUrl(pool, pool.client('web'), { redirect_uri: 'http://localhost:9401/auth/callbak' }),
    )
    t.match((await requests.last('authorize'))?.nearMiss, {
      parameter: 'redirect_uri',
      sent: 'http://localhost:9401/auth/callbak',
      nearest: 'http://localhost:9401/auth/callback',
    })
    await fetch(pool.jwksUri)
    await fetch(pool.jwksUri.replace('jwks.json', 'openid-configuration'))
    await createBrowser().get(`${mock.url}/logout?client_id=${pool.client('web').id}`)
    t.same(
      (await requests.list()).slice(-3).map(({ target }) => target),
      ['jwks', 'discovery', 'logout'],
    )
    t.equal(await requests.count({ client: pool.client('web').id, user: 'alice' }), 2)
    t.equal(await requests.count({ status: 302 }), 3)
    await requests.clear()
    t.same(await requests.list(), [])
    t.equal(await requests.last(), undefined)
  })

  story('what was mailed is read, waited for and cleared', async (t, pool) => {
    const { inbox } = pool
    t.same(await inbox.list(), [])
    t.equal(await inbox.last(), undefined)
    const waiting = inbox.waitFor({ to: 'alice@example.com', kind: 'forgot' })
    await forgets(pool, 'bob')
    const hers = await forgets(pool, 'alice')
    const first = await waiting
    t.match(first, {
      to: 'alice@example.com',
      medium: 'EMAIL',
      kind: 'forgot',
      username: 'alice',
      subject: 'Your password reset code',
      text: `Your password reset code is ${first.code}.`,
      code: /^\d{6}$/,
    })
    t.type(first.at, Date)
    t.same(
      (await inbox.list()).map(({ username }) => username),
      ['bob', 'alice'],
    )
    t.strictSame(await inbox.list({ to: 'alice', kind: 'forgot' }), [first])
    t.strictSame(await inbox.last(), first)
    t.match(await inbox.last('bob'), { to: 'bob@example.com' })
    t.equal(await inbox.last('carol'), undefined)
    t.same(await inbox.list({ kind: 'signup' }), [])
    t.equal((await hers.answer(first.code as string)).location?.pathname, '/login')

    t.same(await inbox.list({ since: first.id }), [])
    await forgets(pool, 'alice')
    const second = await inbox.waitFor({ to: 'alice', since: first.id })
    t.ok(second.id > first.id)
    t.strictSame(await inbox.waitFor({ to: 'alice' }), second, 'of two the newest is the one that is good')
    t.same(await mock.pool.inbox.list({ to: 'alice' }), [], 'another pool has another inbox')

    await t.rejects(inbox.waitFor({ to: 'zoe' }, { timeout: '20ms' }), {
      name: 'TimeoutError',
      message:
        /^no mail fits \{"to":"zoe"\}; the inbox has 3, .*forgot to alice@example\.com for alice \(waited 0\.02 s\)$/,
    })
    await inbox.clear()
    t.same(await inbox.list(), [])
    await t.rejects(inbox.waitFor({ to: 'zoe' }, { timeout: 1 }), { message: /none came at all/ })
    await t.rejects(inbox.waitFor({ to: 'zoe' }, { timeout: 'soon' as '1s' }), {
      message: /soon is no duration/,
    })
  })

  story('a code that was mailed ages, for one user or for all', async (t, pool) => {
    const late = async (age: () => Promise<number>) => {
      const hers = await forgets(pool, 'alice')
      await forgets(pool, 'bob')
      const aged = await age()
      await hers.answer((await pool.inbox.last('alice'))?.code as string)
      return [aged, (await pool.requests.last())?.reason]
    }
    t.match(await late(() => pool.clock.age('verificationCodes', '1h')), [2, /^the code expired/])
    await pool.auth.code({ user: 'bob' })
    t.match(
      await late(() => pool.clock.age({ user: 'alice' }, '61m')),
      [3, /left alone and ended/],
      'her code, and both times the page that asks for it',
    )
    t.match(await late(() => pool.clock.age('challenges', '61m')), [/^\d$/, /left alone and ended/])
    const unknown =
      'there are no mails to age; there are codes, refreshTokens, ssoSessions, verificationCodes, challenges'
    await t.rejects(pool.clock.age('mails' as 'codes', '1h'), { message: unknown })
  })

  story('what found no pool is in the journal of the mock', async (t, pool) => {
    const [latest] = (await mock.requests.list()).slice(-1)
    const since = latest?.id ?? 0
    await fetch(`${mock.url}/oauth2/authorize?client_id=nobody`, { redirect: 'manual' })
    await fetch(`${mock.url}/favicon.ico`)
    await fetch(`${mock.url}/%zz?code=c`)
    t.match(await mock.requests.list({ since }), [
      { target: 'authorize', rule: 'authorize.client-known', outcome: 'refused' },
      { target: 'other', path: '/favicon.ico' },
      { target: 'other', path: '/%zz', auth: 'none', parameters: [], status: 400, rule: 'url.readable' },
    ])
    t.same(await pool.requests.list(), [])
  })

  story('a request is waited for, but not for ever', async (t, pool) => {
    const { requests } = pool
    const waiting = requests.waitFor({ target: 'token', status: 400 })
    const { code } = await pool.auth.code({ user: 'alice' })
    await exchange(pool, code)
    await exchange(pool, code)
    const found = await waiting
    t.match(found, { target: 'token:code', rule: 'code.single-use' })
    t.strictSame(
      await requests.waitFor({ target: 'token', status: 400 }),
      found,
      'what is there already is found',
    )
    await t.rejects(requests.waitFor({ target: 'token:refresh', user: 'alice' }, { timeout: '20ms' }), {
      name: 'TimeoutError',
      message:
        /^no request fits .*; of 3 that came the nearest is .*"target":"token:code".* \(waited 0\.02 s\)$/,
    })
    await requests.clear()
    await t.rejects(requests.waitFor({}, { timeout: 1 }), { message: /none came at all/ })
  })

  story('what is going on can be seen, and ended', async (t, pool) => {
    const { code } = await pool.auth.code({ user: 'alice', scope: 'openid' })
    const [seen] = await pool.codes.list()
    t.match(seen, {
      client: pool.client('web').id,
      user: 'alice',
      scopes: ['openid'],
      redirectUri: /^http:\/\/localhost:9401/,
    })
    t.type(seen?.expiresAt, Date)
    t.notMatch(JSON.stringify(seen), code)
    await pool.codes.delete(seen?.id as string)
    t.match(await exchange(pool, code), { body: { error: 'invalid_grant' } })
    await t.rejects(pool.codes.delete(seen?.id as string), { message: /has nothing with the id/ })
    const used = await pool.auth.code({ user: 'bob' })
    await exchange(pool, used.code)
    t.type((await pool.codes.list())[0]?.usedAt, Date)

    const [family] = await pool.refreshFamilies.list()
    t.match(family, { user: 'bob', client: pool.client('web').id, tokens: [{}], isRevoked: false })
    const { refreshToken, accessToken } = await pool.tokens.set({ user: 'alice' })
    await fetch(`${mock.url}/oauth2/revoke`, {
      method: 'POST',
      headers: basic(pool.client('web')),
      body: new URLSearchParams({ token: refreshToken }),
    })
    const revoked = claimsOf(accessToken).origin_jti
    t.match(
      (await pool.refreshFamilies.list()).find(({ id }) => id === revoked),
      { tokens: [], isRevoked: true },
    )
    await pool.refreshFamilies.delete(family?.id as string)
    t.notOk((await pool.refreshFamilies.list()).some(({ id }) => id === family?.id))

    const [session] = await pool.ssoSessions.list()
    t.type(session?.authTime, Date)
    await pool.ssoSessions.delete(session?.id as string)
    t.notOk((await pool.ssoSessions.list()).some(({ id }) => id === session?.id))
    await pool.users.create({ username: 'zoe' })
    const { sub } = (await pool.users.get('zoe')) as { sub: string }
    await pool.auth.code({ user: 'zoe' })
    await pool.users.delete('zoe')
    t.equal((await pool.codes.list()).at(-1)?.user, sub, 'who is gone has no name')
  })

  story('a retired refresh token is shown as such', async (t, pool) => {
    const client = await pool.createClient({
      name: 'rotates',
      secret: true,
      callbackUrls: ['http://localhost:4711/'],
      rotation: { graceSeconds: 0 },
    })
    const { refreshToken } = await pool.tokens.set({ client: 'rotates' })
    await refresh(pool, refreshToken, client)
    const [family] = await pool.refreshFamilies.list()
    t.equal(family?.tokens.length, 2)
    t.type(family?.tokens[0]?.retiredAt, Date)
    t.equal(await pool.clock.age('refreshTokens', '1d'), 1)
  })

  story('a pool is led back to where it began', async (t, pool) => {
    const keys = await pool.jwks()
    await pool.users.delete('alice')
    await pool.users.create({ username: 'zoe', groups: ['night-shift'] })
    await pool.createClient({ name: 'shop', callbackUrls: ['http://localhost:4711/'] })
    await pool.keys.rotate()
    await pool.auth.auto('bob')
    await pool.clock.advance('1h')
    await pool.auth.code({ user: 'bob' })
    await pool.faults.next('token', { throttle: true })
    const hers = await forgets(pool, 'bob')
    const { code: mailed } = await pool.inbox.waitFor({ to: 'bob' })

    await mock.reset('clock', pool.id)
    t.ok(Math.abs(pool.clock.now().getTime() - Date.now()) < 10_000)
    t.equal(await pool.requests.count({ target: 'authorize' }), 1, 'only what was named')
    await mock.reset('requests', pool.id)
    t.equal(await pool.requests.count(), 0)
    await mock.reset('faults', pool.id)
    t.same(await pool.faults.pending(), [])
    t.equal(await pool.users.get('alice'), undefined)
    await mock.reset('data', pool.id)
    t.match(await pool.users.get('alice'), { username: 'alice' })
    t.equal(await pool.users.get('zoe'), undefined)
    t.throws(() => pool.client('shop'))
    t.same(await pool.jwks(), keys)
    t.same([await pool.codes.list(), await pool.ssoSessions.list(), await pool.inbox.list()], [[], [], []])
    await hers.answer(mailed as string)
    t.match((await pool.requests.last())?.reason, /in the middle of no login/)
    t.equal((await createBrowser().get(authorizeUrl(pool, pool.client('web')))).location?.pathname, '/login')
    await t.rejects(mock.reset('all', 'us-east-1_Nowhere'), { message: 'there is no pool us-east-1_Nowhere' })
  })

  story('a snapshot brings back what was there, sessions and clock included', async (t, pool) => {
    const { refreshToken } = await pool.tokens.set({ user: 'bob' })
    const { code } = await pool.auth.code({ user: 'alice' })
    await pool.clock.advance('1m')
    const reset = await forgets(pool, 'alice')
    const { code: mailed } = await pool.inbox.waitFor({ to: 'alice' })
    const snapshot = await mock.snapshot()
    await pool.inbox.clear()
    await reset.answer('000000')
    t.match(await exchange(pool, code), { status: 200 })
    await pool.users.delete('bob')
    await pool.clock.advance('1h')
    const later = await mock.createPool()
    t.teardown(() => mock.deletePool(later.id))

    await mock.restore(snapshot)
    t.match(await exchange(pool, code), { status: 200 }, 'the code is unused again')
    t.match(await refresh(pool, refreshToken), { status: 200 }, 'and bob is back')
    t.match(await pool.inbox.last('alice'), { code: mailed }, 'the mail is there')
    t.equal((await reset.answer(mailed as string)).location?.pathname, '/login', 'and its code is good')
    const ahead = pool.clock.now().getTime() - Date.now()
    t.ok(ahead > 50_000 && ahead < 70_000)
    t.ok(await later.users.get('alice'), 'what was created since stays')
    await t.rejects(mock.restore({ id: 'none' }), { message: 'there is no snapshot none' })
  })

  story('an OAuth error strikes once, and only whom it is meant for', async (t, pool) => {
    const { code } = await pool.auth.code({ user: 'alice' })
    const fault = await pool.faults.next('token:code', { oauth: 'invalid_grant' })
    t.match(fault, { id: /^fault-\d+$/, target: 'token:code', remaining: 1, strikes: 0 })
    t.match(await refresh(pool, 'nothing'), { body: { error: 'invalid_grant' } })
    t.match(await pool.faults.pending(), [fault], 'a refresh is something else')
    await t.rejects(pool.faults.assertAllUsed(), {
      message: `not every fault was used: ${fault.id} for token:code struck 0 times and has 1 left`,
    })
    t.match(await exchange(mock.pool, 'any'), { body: { error: 'invalid_grant' } }, 'and so is another pool')
    t.match(await exchange(pool, code), { status: 400, body: { error: 'invalid_grant' } })
    t.match(await pool.requests.last('token:code'), { outcome: 'faulty', fault: fault.id, status: 400 })
    t.same(await pool.faults.pending(), [])
    await pool.faults.assertAllUsed()
    t.match(await exchange(pool, code), { status: 200 }, 'the code was not touched')
    await pool.faults.next('token', { oauth: 'server_error' })
    t.match(await refresh(pool, 'nothing'), { status: 500, body: { error: 'server_error' } })
    await pool.faults.next('token', { oauth: 'slow_down', status: 429 })
    t.match(await refresh(pool, 'nothing'), { status: 429, body: { error: 'slow_down' } })
  })

  story('a fault can be told how often, after how many, and for whom', async (t, pool) => {
    const [hers, his] = [
      await pool.tokens.set({ user: 'alice' }),
      await pool.tokens.set({ user: 'bob', client: 'spa' }),
    ]
    await pool.faults.add(
      'token:refresh',
      { throttle: true },
      { times: 2, after: 1, where: { user: 'alice' } },
    )
    const statuses = []
    for (let round = 0; round < 4; round++) statuses.push((await refresh(pool, hers.refreshToken)).status)
    t.same(statuses, [200, 429, 429, 200])
    await pool.faults.add('token', { status: 503, body: { message: 'later' } }, { where: { client: 'spa' } })
    await t.rejects(pool.faults.assertAllUsed(), { message: /for token has never struck$/ })
    const { id } = pool.client('spa')
    const asSpa = () =>
      fetch(`${mock.url}/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: id,
          refresh_token: his.refreshToken,
        }),
      })
    for (const answer of [await asSpa(), await asSpa()]) {
      t.equal(answer.status, 503)
      t.same(await answer.json(), { message: 'later' })
    }
    t.match(await refresh(pool, hers.refreshToken), { status: 200 })
    await pool.faults.assertAllUsed()
    const [armed] = await pool.faults.pending()
    t.match(armed, { remaining: null, strikes: 2 })
    await pool.faults.clear(armed?.id)
    t.equal((await asSpa()).status, 200)
    await t.rejects(pool.faults.clear(armed?.id), {
      message: `pool ${pool.id} has no armed fault ${armed?.id}`,
    })
    await pool.faults.add('*', { throttle: true })
    await pool.faults.clear()
    t.equal((await asSpa()).status, 200)
  })

  story('a fault finds its user by whatever the request has in hand', async (t, pool) => {
    const where = { user: 'bob' }
    const web = pool.client('web')
    const url = authorizeUrl(pool, web)
    const { code } = await pool.auth.code({ user: 'bob' })
    await pool.faults.next('token:code', { throttle: true }, { where })
    t.match(await exchange(pool, (await pool.auth.code({ user: 'alice' })).code), { status: 200 })
    t.match(await exchange(pool, code), { status: 429 })
    await pool.faults.next('userInfo', { throttle: true }, { where })
    t.equal((await userInfo(pool, await pool.tokens.mint({ user: 'alice' }))).status, 200)
    t.equal((await userInfo(pool, await pool.tokens.mint({ user: 'bob' }))).status, 429)
    await pool.faults.next('login', { status: 503 }, { where })
    const browser = createBrowser()
    const page = await browser.follow(url)
    t.equal((await browser.submit(page, { username: 'bob', password: 'Passw0rd!' })).status, 503)
    t.equal((await browser.submit(page, { username: 'bob', password: 'Passw0rd!' })).status, 302)
    await pool.faults.next('authorize', { status: 503 }, { where })
    t.equal((await createBrowser().get(url)).status, 302)
    t.equal((await browser.get(url)).status, 503)
  })

  story('an OAuth error of the hosted pages goes to the app, if the request deserves it', async (t, pool) => {
    const url = authorizeUrl(pool, pool.client('web'))
    await pool.faults.add('authorize', { oauth: 'server_error' })
    const answer = await createBrowser().get(url)
    t.equal(answer.location?.href, 'http://localhost:9401/auth/callback?state=some-state&error=server_error')
    const mismatch = await createBrowser().get(url.replace('callback', 'elsewhere'))
    t.equal(mismatch.location?.pathname, '/error', 'nothing is redirected before the client is proven')
  })

  story('the answers of AWS and your own are sent as they are', async (t, pool) => {
    const ask = () => fetch(pool.jwksUri)
    await pool.faults.next('jwks', { aws: 'TooManyRequestsException' })
    const throttled = await ask()
    t.equal(throttled.status, 400)
    t.equal(throttled.headers.get('content-type'), 'application/x-amz-json-1.1')
    t.same(await throttled.json(), { __type: 'TooManyRequestsException', message: 'Rate exceeded' })
    await pool.faults.next('jwks', { aws: 'InternalErrorException', message: 'boom' })
    t.equal((await ask()).status, 500)
    await pool.faults.next('discovery', {
      status: 502,
      body: '<h1>Bad gateway</h1>',
      headers: { 'content-type': 'text/html' },
    })
    const answer = await fetch(`${pool.issuer}/.well-known/openid-configuration`)
    t.match(
      [answer.status, answer.headers.get('content-type'), await answer.text()],
      [502, 'text/html', '<h1>Bad gateway</h1>'],
    )
  })

  story('the right answer is late, in pieces, of the wrong type or broken off', async (t, pool) => {
    const ask = () => fetch(pool.jwksUri)
    const right = await (await ask()).text()
    const begun = performance.now()
    await pool.faults.next('jwks', { delay: '60ms' })
    t.equal(await (await ask()).text(), right)
    t.ok(performance.now() - begun > 50)
    await pool.faults.next('jwks', { dribble: { chunks: 4, over: '60ms' } })
    const dribbled = await ask()
    t.equal(dribbled.headers.get('content-length'), null)
    t.equal(await dribbled.text(), right)
    t.ok(performance.now() - begun > 100)
    await pool.faults.next('jwks', { malformedJson: true })
    await t.rejects((await ask()).json(), SyntaxError)
    await pool.faults.next('jwks', { contentType: 'text/html' })
    t.equal((await ask()).headers.get('content-type'), 'text/html')
    await pool.faults.next('jwks', { network: 'truncate' })
    const cut = await ask()
    t.equal(cut.headers.get('content-length'), String(right.length))
    await t.rejects(cut.text(), { message: 'terminated' })
    t.match(await pool.requests.last('jwks'), { outcome: 'faulty', status: 200 })
  })

  story('there is no answer at all', async (t, pool) => {
    const causes = { reset: 'ECONNRESET', empty: 'UND_ERR_SOCKET', garbage: /^HPE_/ }
    for (const [network, code] of Object.entries(causes)) {
      await pool.faults.next('jwks', { network: network as 'reset' })
      const failure = await fetch(pool.jwksUri).catch((error) => error)
      t.match(failure.cause, { code }, network)
    }
    await pool.faults.next('jwks', { network: 'hang' })
    const hung = fetch(pool.jwksUri, { signal: AbortSignal.timeout(100) })
    await t.rejects(hung, { name: 'TimeoutError' })
    t.equal(await pool.requests.count({ target: 'jwks', outcome: 'faulty', status: 0 }), 4)
    t.equal((await fetch(pool.jwksUri)).status, 200)
  })

  story('tokens come that an app must refuse', async (t, pool) => {
    const faulty = async (token: 'expired' | 'noIdToken') => {
      const { code } = await pool.auth.code({ user: 'alice', nonce: 'n' })
      await pool.faults.next('token:code', { token })
      const { status, body } = await exchange(pool, code)
      t.equal(status, 200, token)
      return body as Record<'id_token' | 'access_token' | 'refresh_token', string>
    }
    const refusal = async (jwt: string) =>
      (await verify(pool, jwt).catch((error) => error)) as { code?: string }
    const expired = await faulty('expired')
    for (const jwt of [expired.id_token, expired.access_token])
      t.equal((await refusal(jwt)).code, 'ERR_JWT_EXPIRED')
    const nonce = await faulty('wrongNonce' as 'expired')
    t.match(await verify(pool, nonce.id_token), { nonce: /another/ })
    t.match(await verify(pool, nonce.access_token), { token_use: 'access' })
    const audience = await faulty('wrongAudience' as 'expired')
    t.not((await verify(pool, audience.id_token)).aud, pool.client('web').id)
    t.not((await verify(pool, audience.access_token)).client_id, pool.client('web').id)
    const signature = await faulty('badSignature' as 'expired')
    for (const jwt of [signature.id_token, signature.access_token])
      t.equal((await refusal(jwt)).code, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED')
    const without = await faulty('noIdToken')
    t.notOk('id_token' in without)
    t.ok(without.refresh_token)
    t.notOk('refresh_token' in (await faulty('noRefreshToken' as 'expired')))

    for (const token of ['expired', 'badSignature', 'noRefreshToken'] as const) {
      await pool.faults.next('token:machine', { token })
      const answer = await postToken(pool, pool.client('machine'), { grant_type: 'client_credentials' })
      t.notOk('id_token' in answer.body, token)
    }
    await pool.faults.next('token:code', { token: 'expired' })
    t.match(await exchange(pool, 'none'), { body: { error: 'invalid_grant' } }, 'an error stays one')
  })

  story('a fault that makes no sense is not armed', async (t, pool) => {
    const { faults } = pool
    const wrong: [() => Promise<unknown>, RegExp | string][] = [
      [
        () => faults.next('tokens' as 'token', { throttle: true }),
        /^there is no target tokens; there are authorize, login, /,
      ],
      [() => faults.next('token', {} as { throttle: true }), /^a fault is one of oauth, aws, throttle, /],
      [() => faults.next('token', { status: 99 }), 'status is 99, expected a number from 200 to 599'],
      [
        () => faults.next('token', { network: 'gone' as 'reset' }),
        'network is gone, expected reset, empty, garbage, truncate, hang',
      ],
      [() => faults.next('token', { token: 'old' as 'expired' }), /^token is old, expected expired, /],
      [() => faults.next('token', { delay: '-1s' }), '-1s is negative'],
      [
        () => faults.next('token', { contentType: 'text/html\n' }),
        /^contentType is "text\/html\\n", expected a text in ASCII$/,
      ],
      [
        () => faults.next('token', { dribble: { chunks: 1, over: '1s' } }),
        'chunks is 1, expected a whole number from 2',
      ],
      [
        () => faults.add('token', { throttle: true }, { times: 0 }),
        'times is 0, expected a whole number from 1',
      ],
      [
        () => faults.add('token', { throttle: true }, { where: { user: 'nobody' } }),
        `pool ${pool.id} has no user nobody`,
      ],
      [
        () => faults.add('token', { throttle: true }, { where: { client: 'nobody' } }),
        /has no client nobody/,
      ],
    ]
    for (const [attempt, message] of wrong) await t.rejects(attempt(), { message })
    await faults.next('api:InitiateAuth', { aws: 'TooManyRequestsException' })
    t.match(await faults.pending(), [{ target: 'api:InitiateAuth' }])
  })
}

const AsyncFunction = (async () => {}).constructor as new (
  ...words: string[]
) => (...given: unknown[]) => Promise<void>

/** The examples in the comments of the interface, run as they are printed, each on a pool of its own. */
export function everyExample(t: Test, mock: Mocknito): void {
  const folder = new URL('../../src/handle/', import.meta.url)
  for (const file of readdirSync(folder).filter((name) => !/^(machinery|waiting)\.ts$/.test(name))) {
    const source = readFileSync(new URL(file, folder), 'utf8')
    const members = source.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\n {2}(\w+)\(/gs)
    for (const [, comment = '', member] of members) {
      // The mock is still needed.
      if (`${file} ${member}` === 'mocknito.ts close') continue
      t.test(`${file}: the example of ${member}`, async (t) => {
        const [, printed] = /@example\n(.*)/s.exec(comment) ?? []
        t.ok(printed, 'there is one')
        const pool = await mock.createPool()
        t.teardown(() => mock.deletePool(pool.id))
        // What an example of a login takes for granted: an app that redirects, a browser, and somebody at a form.
        const app = await appOf(t, authorizeUrl(pool, pool.client('web')))
        const context = { addCookies: async (cookies: unknown[]) => t.equal(cookies.length, 1) }
        const askForCode = (username: string) => forgets(pool, username)
        const process = { env: {} }
        const given = { mock, pool, t, app, context, askForCode, process }
        const code = (printed ?? '').replaceAll(/^ *\* ?/gm, '')
        await new AsyncFunction(...Object.keys(given), code)(...Object.values(given))
      })
    }
  }
}

/** An app whose login leads to the pool. */
async function appOf(t: Test, location: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(302, { location }).end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
