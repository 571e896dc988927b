// The documents of the issuer, and the names by which the server is called: discovery, JWKS and tokens say the same on any
// port and host, or the server says what to set.
import { request } from 'node:http'
import t from 'tap'
import type { Mocknito } from '../../../src/handle/mocknito.ts'
import { demoFixture } from '../../../src/idp/fixture/load.ts'
import { alice, createBrowser } from '../../support/browser.ts'
import { demoWith, federation } from '../../support/fixtures.ts'
import {
  authorizeUrl,
  basic,
  claimsOf,
  exchange,
  freshCode,
  freshTokens,
  postToken,
} from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

interface Metadata extends Record<string, string> {
  readonly issuer: string
  readonly jwks_uri: string
  readonly token_endpoint: string
  readonly authorization_endpoint: string
  readonly userinfo_endpoint: string
}
interface Jwks {
  readonly keys: readonly Record<'kid' | 'kty', string>[]
}

const json = async <T>(url: string) => (await (await fetch(url)).json()) as T

/** Node's fetch does not let one choose the Host. */
function getAs(
  mock: Mocknito,
  host: string | undefined,
  path: string,
): Promise<{ status: number; body: string; location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const options = {
      port: mock.port,
      host: '127.0.0.1',
      path,
      setHost: false,
      headers: host ? { host } : {},
    }
    request(options, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text) => {
        body += text
      })
      answer.on('end', () =>
        resolve({ status: answer.statusCode as number, body, location: answer.headers.location }),
      )
    })
      .on('error', reject)
      .end()
  })
}

t.test('discovery has the documented keys, in their order, and every endpoint in it answers', async (t) => {
  shows(t, 'discovery.document', 'discovery.any-origin')
  const mock = await startWorld(t)
  const answer = await fetch(`${mock.pool.issuer}/.well-known/openid-configuration`)
  t.match(answer.headers.get('content-type'), /^application\/json/)
  t.equal(answer.headers.get('access-control-allow-origin'), '*')
  const metadata = (await answer.json()) as Metadata
  t.same(Object.keys(metadata), [
    'authorization_endpoint',
    'end_session_endpoint',
    'id_token_signing_alg_values_supported',
    'issuer',
    'jwks_uri',
    'response_types_supported',
    'revocation_endpoint',
    'scopes_supported',
    'subject_types_supported',
    'token_endpoint',
    'token_endpoint_auth_methods_supported',
    'userinfo_endpoint',
  ])
  t.match(metadata, {
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  })
  t.equal(metadata.issuer, mock.pool.issuer)
  t.equal(metadata.jwks_uri, mock.pool.jwksUri)

  const { access_token, refresh_token } = await freshTokens(mock)
  const form = (fields: Record<string, string>) => ({
    method: 'POST',
    headers: basic(mock.pool.client('web')),
    body: new URLSearchParams(fields),
  })
  const { search } = new URL(authorizeUrl(mock))
  const signOut = new URLSearchParams({
    client_id: mock.pool.client('web').id,
    logout_uri: 'http://localhost:9401/',
  })
  const answers: Record<string, readonly [status: number, query?: string, request?: RequestInit]> = {
    authorization_endpoint: [302, search],
    end_session_endpoint: [302, `?${signOut}`],
    jwks_uri: [200],
    token_endpoint: [200, '', form({ grant_type: 'refresh_token', refresh_token })],
    userinfo_endpoint: [200, '', { headers: { authorization: `Bearer ${access_token}` } }],
    revocation_endpoint: [200, '', form({ token: refresh_token })],
  }
  t.same(
    Object.keys(metadata).filter((name) => /_(endpoint|uri)$/.test(name)),
    Object.keys(answers).sort(),
  )
  for (const [name, [status, query = '', request]] of Object.entries(answers)) {
    const { status: answered } = await fetch(`${metadata[name]}${query}`, { redirect: 'manual', ...request })
    t.equal(answered, status, name)
  }
})

t.test('a pool without a domain has no login, and discovery says so', async (t) => {
  const fixture = demoWith((pool) => {
    delete pool.Domain
    pool.DomainDescription = {}
  })
  const mock = await startWorld(t, { fixture })
  const metadata = await json<Metadata>(`${mock.pool.issuer}/.well-known/openid-configuration`)
  t.match(lastReason(mock), /^pool\.domain: User pool us-east-1_LocalPool has no domain.*"Domain": "my-app"/)
  const { issuer } = mock.pool
  t.strictSame(metadata, {
    authorization_endpoint: `${issuer}/authorize`,
    id_token_signing_alg_values_supported: ['RS256'],
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint: `${issuer}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    userinfo_endpoint: `${issuer}/userInfo`,
  })
  t.equal((await fetch(metadata.jwks_uri)).status, 200)
  for (const [url, request] of [
    [metadata.authorization_endpoint, {}],
    [metadata.token_endpoint, { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token' }) }],
    [metadata.token_endpoint, { method: 'POST', body: '{', headers: { 'content-type': 'text/odd' } }],
    [metadata.userinfo_endpoint, { headers: { authorization: 'Bearer x' } }],
  ] as const) {
    const answer = await fetch(url, request)
    t.equal(answer.status, 400, url)
    t.equal(answer.headers.get('access-control-allow-origin'), '*')
    t.match(await answer.json(), { message: /^User pool us-east-1_LocalPool has no domain/ })
  }
  t.equal((await fetch(metadata.token_endpoint, { method: 'OPTIONS' })).status, 204)

  const elsewhere = await startWorld(t)
  for (const path of ['us-east-1_LocalPool/token', 'us-east-1_Nobody/token'])
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const { status, headers } = await fetch(`${elsewhere.url}/${path}`, { method })
      t.equal(status, 404, `otherwise there is nothing at all: ${method} ${path}`)
      t.equal(headers.get('access-control-allow-origin'), null)
      t.match(lastReason(elsewhere), /^path\.known: there is nothing at /)
    }
})

t.test('a pool has a domain wherever AWS prints one, and where nothing is said', async (t) => {
  for (const says of [
    { UserPool: { Id: 'us-east-1_LocalPool', Domain: 'pasted' }, DomainDescription: {} },
    { DomainDescription: { Domain: 'pasted' } },
    { DomainDescription: { ManagedLoginVersion: 2 } },
    {},
  ] as const) {
    const fixture = demoWith((pool) => {
      delete pool.Domain
      Object.assign(pool, says)
    })
    const mock = await startWorld(t, { fixture })
    const metadata = await json<Metadata>(`${mock.pool.issuer}/.well-known/openid-configuration`)
    t.equal(metadata.authorization_endpoint, `${mock.url}/oauth2/authorize`, JSON.stringify(says))
  }
})

t.test('JWKS has two keys, and only their public halves', async (t) => {
  shows(t, 'jwks.document')
  const mock = await startWorld(t)
  const answer = await fetch(mock.pool.jwksUri)
  t.match(answer.headers.get('content-type'), /^application\/json/)
  t.equal(answer.headers.get('access-control-allow-origin'), '*')
  const { keys } = (await answer.json()) as Jwks
  t.equal(keys.length, 2)
  for (const key of keys) t.same(Object.keys(key), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  t.not(keys[0]?.kid, keys[1]?.kid)
})

t.test('an unknown pool is an error', async (t) => {
  const mock = await startWorld(t)
  for (const path of [
    'us-east-1_Nobody/.well-known/jwks.json',
    'us-east-1_Nobody/.well-known/openid-configuration',
  ]) {
    const answer = await fetch(`${mock.url}/${path}`)
    t.equal(answer.status, 404)
    t.same(await answer.json(), { message: 'User pool us-east-1_Nobody does not exist.' })
    t.match(lastReason(mock), /pool.known: User pool us-east-1_Nobody does not exist/)
  }
})

t.test('issuer, discovery and tokens follow the name by which the server was called', async (t) => {
  shows(t, 'discovery.issuer', 'tokens.pinned-issuer')
  const mock = await startWorld(t)
  const origin = `http://localhost:${mock.port}`
  const { issuer, token_endpoint } = await json<Metadata>(
    `${origin}/us-east-1_LocalPool/.well-known/openid-configuration`,
  )
  t.equal(issuer, `${origin}/us-east-1_LocalPool`)
  t.equal(token_endpoint, `${origin}/oauth2/token`)
  const callback = await createBrowser().signIn(authorizeUrl(mock).replace(mock.url, origin), alice)
  const { body } = await exchange(mock, callback.searchParams.get('code') as string)
  t.equal(
    claimsOf(body.id_token as string).iss,
    issuer,
    'pinned at the login, not at the token call on 127.0.0.1',
  )
  const refreshed = await postToken(
    mock,
    { grant_type: 'refresh_token', refresh_token: body.refresh_token as string },
    basic(mock.pool.client('web')),
  )
  t.equal(claimsOf(refreshed.body.access_token as string).iss, issuer)
  const userInfo = await fetch(`${mock.url}/oauth2/userInfo`, {
    headers: { authorization: `Bearer ${refreshed.body.access_token}` },
  })
  t.equal(userInfo.status, 200, 'and its tokens are good by any name')
})

t.test('a name that is no loopback name is refused, with what to set', async (t) => {
  const mock = await startWorld(t)
  const discovery = '/us-east-1_LocalPool/.well-known/openid-configuration'
  for (const host of ['localhost:1', 'mocknito.localhost', '127.9.9.9', '[::1]:9400', 'LOCALHOST'])
    t.equal((await getAs(mock, host, discovery)).status, 200, host)
  for (const host of [
    'evil.example',
    '10.0.0.1:9400',
    'localhost.evil.example',
    'localhost:1@evil.example',
    '',
  ]) {
    const answer = await getAs(mock, host, discovery)
    t.ok(answer.status === 421 || (host === '' && answer.status === 400), `${host}: ${answer.status}`)
    t.notMatch(answer.body, /"issuer"/)
  }
  t.match(lastReason(mock), /host.named: the request came for Host localhost:1@evil.example, .*--public-url/)
  t.equal((await getAs(mock, 'evil.example', '/login')).status, 421, 'pages too')
  const token = await getAs(mock, 'evil.example', '/oauth2/token')
  t.equal(token.status, 421)
  t.match(token.body, /--public-url/)
})

t.test('a public URL is what everything says, whatever the Host', async (t) => {
  const mock = await startWorld(t, { publicUrl: 'https://login.example.com' })
  t.equal(mock.url, 'https://login.example.com')
  t.equal(mock.pool.issuer, 'https://login.example.com/us-east-1_LocalPool')
  const { body } = await getAs(
    mock,
    'anything.example',
    '/us-east-1_LocalPool/.well-known/openid-configuration',
  )
  t.equal(JSON.parse(body).issuer, mock.pool.issuer)
  t.equal(JSON.parse(body).authorization_endpoint, 'https://login.example.com/oauth2/authorize')
})

t.test(
  'behind a proxy that is trusted, the forwarded name is the one, and cookies are Secure on https',
  async (t) => {
    shows(t, 'cookies.secure')
    const mock = await startWorld(t, { trustProxy: true })
    const path = '/us-east-1_LocalPool/.well-known/openid-configuration'
    const issuerFor = async (headers: Record<string, string>) => {
      const { issuer } = (await (await fetch(`${mock.url}${path}`, { headers })).json()) as Metadata
      return issuer.replace('/us-east-1_LocalPool', '')
    }
    const forwarded = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'Login.example.com, inner.example.com',
    }
    t.equal(await issuerFor(forwarded), 'https://login.example.com')
    t.equal(
      await issuerFor({ 'x-forwarded-host': 'login.example.com:8080' }),
      'http://login.example.com:8080',
    )
    for (const nonsense of [
      {},
      { 'x-forwarded-host': 'a b' },
      { 'x-forwarded-host': 'x@y' },
      { 'x-forwarded-host': 'x', 'x-forwarded-proto': 'javascript' },
    ])
      t.equal(await issuerFor(nonsense as Record<string, string>), mock.url)

    const { search } = new URL(authorizeUrl(mock))
    const csrf = '5f2d7f3e-0000-4000-8000-000000000000'
    const login = await fetch(`${mock.url}/login${search}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...forwarded, cookie: `XSRF-TOKEN=${csrf}` },
      body: new URLSearchParams({ _csrf: csrf, username: 'alice', password: 'Passw0rd!' }),
    })
    for (const cookie of login.headers.getSetCookie()) t.match(cookie, /; HttpOnly; SameSite=Lax; Secure$/)
    const code = new URL(login.headers.get('location') as string).searchParams.get('code') as string
    const { body } = await exchange(mock, code)
    t.equal(claimsOf(body.id_token as string).iss, 'https://login.example.com/us-east-1_LocalPool')
    const userInfo = await fetch(`${mock.url}/oauth2/userInfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    t.equal(userInfo.status, 200)

    const federated = await startWorld(t, { trustProxy: true, fixture: federation() })
    const out = await fetch(authorizeUrl(federated, { identity_provider: 'Google' }), {
      redirect: 'manual',
      headers: forwarded,
    })
    t.match(out.headers.getSetCookie().slice(-2), [
      /^csrf-state=[0-9a-f-]{36}; Path=\/; Secure; HttpOnly; SameSite=None$/,
      /^csrf-state-legacy=[0-9a-f-]{36}; Path=\/; Secure; HttpOnly$/,
    ])

    const distrustful = await startWorld(t)
    const { issuer } = (await (
      await fetch(`${distrustful.url}${path}`, { headers: forwarded })
    ).json()) as Metadata
    t.equal(issuer, distrustful.pool.issuer, 'anybody can send such headers')
  },
)

t.test("in issuer mode aws the issuer is AWS's, and the keys are served here", async (t) => {
  const mock = await startWorld(t, { issuer: 'aws' })
  const metadata = await json<Metadata>(`${mock.url}/us-east-1_LocalPool/.well-known/openid-configuration`)
  t.equal(metadata.issuer, 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_LocalPool')
  t.equal(metadata.issuer, mock.pool.issuer)
  t.equal(metadata.jwks_uri, `${mock.url}/us-east-1_LocalPool/.well-known/jwks.json`)
  t.equal((await fetch(metadata.jwks_uri)).status, 200)
  const { body } = await exchange(mock, await freshCode(mock))
  t.equal(claimsOf(body.id_token as string).iss, metadata.issuer)
  t.equal(claimsOf(body.access_token as string).iss, metadata.issuer)
})

t.test('two pools on one port share neither clients, people, codes, sessions nor keys', async (t) => {
  shows(t, 'pools.apart')
  const [first] = demoFixture().pools
  const second = structuredClone(first) as NonNullable<typeof first>
  Object.assign(second.UserPool, { Id: 'eu-west-1_Second' })
  second.Domain = 'second'
  second.Clients = [{ ...second.Clients?.[0], ClientId: 'secondwebclient', ClientSecret: 's'.repeat(30) }]
  second.Users = [{ Username: 'zoe', Password: 'Passw0rd!' }]
  const mock = await startWorld(t, {
    fixture: { pools: [first as NonNullable<typeof first>, second] },
    keyFolder: t.testdir(),
  })
  const other = mock.pools[1] as (typeof mock.pools)[number]
  const authorize = authorizeUrl(mock, { client_id: 'secondwebclient' })
  const atSecond = async (client_id: string) => {
    const { search } = new URL(authorizeUrl(mock, { client_id }))
    return (await getAs(mock, 'Second.localhost', `/oauth2/authorize${search}`)).location
  }
  t.match(await atSecond('secondwebclient'), /^http:\/\/second\.localhost\/login\?/)
  t.equal(
    await atSecond('mockwebclient0000000000001'),
    '/error?error=Client+does+not+exist',
    'the domain of a pool knows its own clients only',
  )
  t.match(
    (await getAs(mock, 'any.localhost', `/oauth2/authorize${new URL(authorizeUrl(mock)).search}`)).location,
    /\/login\?/,
    'another name stands for all pools',
  )
  const kids = async (uri: string): Promise<string[]> => (await json<Jwks>(uri)).keys.map(({ kid }) => kid)
  t.equal(new Set([...(await kids(mock.pool.jwksUri)), ...(await kids(other.jwksUri))]).size, 4)

  const browser = createBrowser()
  await t.rejects(browser.signIn(authorize, alice), /Incorrect username or password/)
  await browser.signIn(authorizeUrl(mock), alice)
  t.equal(
    (await browser.get(authorize)).location?.pathname,
    '/login',
    'a session of one pool is none of the other',
  )
  const code = (await browser.signIn(authorize, { username: 'zoe', password: 'Passw0rd!' })).searchParams.get(
    'code',
  )
  const crossed = await exchange(mock, code as string)
  t.same(crossed.body, { error: 'invalid_grant' })
  const { body } = await postToken(
    mock,
    {
      grant_type: 'authorization_code',
      code: code as string,
      redirect_uri: 'http://localhost:9401/auth/callback',
    },
    basic(other.client()),
  )
  t.equal(claimsOf(body.id_token as string).iss, `${mock.url}/eu-west-1_Second`)
  const stolen = { grant_type: 'refresh_token', refresh_token: body.refresh_token as string }
  t.same((await postToken(mock, stolen, basic(mock.pool.client('web')))).body, { error: 'invalid_grant' })
  t.match(lastReason(mock), /refresh.known: pool us-east-1_LocalPool did not issue this refresh token/)
  await mock.pool.clock.advance('2h')
  t.ok(other.clock.now().getTime() < mock.pool.clock.now().getTime(), 'and each has a clock of its own')
})
