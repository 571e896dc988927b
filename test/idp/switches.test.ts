// The switches: every one of them, in every position, on the wire; and how they are set, refused and announced. The
// compiler sees to it that none is left out.
import { join } from 'node:path'
import t from 'tap'
import { runFixtureCommand } from '../../src/fixture-commands.ts'
import { type ChoiceId, type Choices, choices, type Switches } from '../../src/idp/domain/choices.ts'
import type { Fixture } from '../../src/idp/fixture/fixture.ts'
import { demoFixture, FixtureError } from '../../src/idp/fixture/load.ts'
import { StartError, type StartedMocknito, startMocknito } from '../../src/start.ts'
import { alice, createBrowser } from '../support/browser.ts'
import { demoWith, demoWithClient, federation, managedDemo } from '../support/fixtures.ts'
import {
  authorizeUrl,
  basic,
  claimsOf,
  exchange,
  freshCode,
  freshTokens,
  postToken,
} from '../support/oauth.ts'
import { lastReason, startWorld } from '../support/world.ts'

const callback = 'http://localhost:9401/auth/callback'
const client_id = 'mockwebclient0000000000001'

/** What is asked, and what each position of the switch answers. */
interface Shown<Value extends string> {
  readonly fixture?: () => Fixture
  ask(mock: StartedMocknito): Promise<unknown>
  readonly answers: Readonly<Record<Value, unknown>>
}

const location = async (url: string) => (await createBrowser().get(url)).headers.get('location')

/** Status and body of a token answer. */
const told = ({ status, body }: { status: number; body: object }) => [status, body]

const userInfo = (mock: StartedMocknito, token: string, method = 'GET') =>
  fetch(`${mock.url}/oauth2/userInfo`, { method, headers: { authorization: `Bearer ${token}` } })

const person = () =>
  demoWith((pool) => {
    Object.assign(pool.Users?.[0] as object, {
      Attributes: { email: 'a@example.com', name: 'Alice', address: 'here', 'custom:seats': 7 },
    })
  })

/** The attributes in the ID token of such a login, beside those that every token has. */
async function attributesIn(mock: StartedMocknito, scope: string): Promise<string[]> {
  const claims = claimsOf((await freshTokens(mock, { scope })).id_token)
  return ['email', 'name', 'address', 'custom:seats'].filter((name) => name in claims)
}

async function revocation(
  mock: StartedMocknito,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const body = new URLSearchParams(fields)
  const answer = await fetch(`${mock.url}/oauth2/revoke`, { method: 'POST', body, headers })
  return [answer.status, await answer.text()]
}

/** The pool has a pre-token-generation hook that cannot be asked. */
const withoutHook = () =>
  demoWith((pool) => {
    const LambdaArn = 'arn:aws:lambda:us-east-1:123456789012:function:gone'
    pool.UserPool.LambdaConfig = { PreTokenGenerationConfig: { LambdaVersion: 'V3_0', LambdaArn } }
    pool.LambdaFunctions = { gone: { Url: 'http://127.0.0.1:1/' } }
  })
const notAsked = 'PreTokenGeneration invocation failed due to error ResourceNotFoundException.'
const exception =
  '(Service: AWSCognitoIdentityProviderInternalService; Status Code: 400; Error Code: UnexpectedLambdaException; Request ID: UUID; Proxy: null)'

const shown: { readonly [Id in ChoiceId]: Shown<Choices[Id]> } = {
  'scope-not-allowed': {
    async ask(mock) {
      const url = authorizeUrl(mock, { scope: 'openid nobodys email' })
      const target = (await location(url)) as string
      if (!target.includes('/login?')) return target
      const code = (await createBrowser().signIn(url, alice)).searchParams.get('code') as string
      return claimsOf((await exchange(mock, code)).body.access_token as string).scope
    },
    answers: {
      invalid_request: `${callback}?error_description=invalid_scope&state=some-state&error=invalid_request`,
      invalid_scope: `${callback}?state=some-state&error=invalid_scope`,
      'error-page': `/error?error=invalid_scope&client_id=${client_id}`,
      ignored: 'openid email',
    },
  },
  'flow-not-allowed': {
    ask: (mock) => location(authorizeUrl(mock, { response_type: 'token' })),
    answers: {
      invalid_request: `${callback}#error_description=unauthorized_client&state=some-state&error=invalid_request`,
      unauthorized_client: `${callback}#state=some-state&error=unauthorized_client`,
    },
  },
  'redirected-error-order': {
    ask: (mock) => location(authorizeUrl(mock, { scope: 'nobodys' })),
    answers: {
      'description-first': `${callback}?error_description=invalid_scope&state=some-state&error=invalid_request`,
      'error-first': `${callback}?error=invalid_request&error_description=invalid_scope&state=some-state`,
    },
  },
  'implicit-fragment': {
    fixture: () => demoWithClient({ AllowedOAuthFlows: ['implicit'] }),
    async ask(mock) {
      const browser = createBrowser()
      const page = await browser.follow(authorizeUrl(mock, { response_type: 'token' }))
      const { hash = '' } = (await browser.submit(page, { ...alice })).location ?? {}
      return hash.replaceAll(/token=[^&]+/g, 'token=…')
    },
    answers: {
      'token-type-last': '#id_token=…&access_token=…&expires_in=3600&token_type=Bearer&state=some-state',
      'token-type-first': '#id_token=…&access_token=…&token_type=bearer&expires_in=3600&state=some-state',
    },
  },
  'http-callbacks': {
    async ask(mock) {
      const create = (name: string, url: string) =>
        mock.pool.createClient({ name, callbackUrls: [url] }).then(
          ({ callbackUrls }) => callbackUrls[0],
          ({ message }) => message,
        )
      return [
        await create('one', 'http://localhost:1/'),
        await create('two', 'http://127.0.0.1:1/'),
        await create('three', 'http://[::1]'),
        await mock.pool
          .client('one')
          .register({ logoutUrls: ['http://127.0.0.1:2/'] })
          .then(
            ({ logoutUrls }) => logoutUrls[0],
            ({ message }) => message,
          ),
      ]
    },
    answers: {
      loopback: ['http://localhost:1/', 'http://127.0.0.1:1/', 'http://[::1]', 'http://127.0.0.1:2/'],
      'localhost-only': [
        'http://localhost:1/',
        'client two.CallbackURLs[0]: http://127.0.0.1:1/ is http, and the switch http-callbacks is localhost-only',
        'client three.CallbackURLs[0]: http://[::1] is http, and the switch http-callbacks is localhost-only',
        'client one.LogoutURLs[0]: http://127.0.0.1:2/ is http, and the switch http-callbacks is localhost-only',
      ],
    },
  },
  'logout-without-target': {
    async ask(mock) {
      const browser = createBrowser()
      await browser.signIn(authorizeUrl(mock), alice)
      const { location } = await browser.get(`${mock.url}/logout?client_id=${client_id}`)
      const silent = (await browser.get(authorizeUrl(mock))).location?.searchParams.has('code')
      await browser.get(
        `${mock.url}/logout?${new URLSearchParams({ client_id, logout_uri: 'http://localhost:9401/' })}`,
      )
      const atLast = (await browser.get(authorizeUrl(mock))).location?.searchParams.has('code')
      return [location?.pathname, { silent }, { atLast }]
    },
    answers: {
      'signs-out': ['/error', { silent: false }, { atLast: false }],
      'keeps-session': ['/error', { silent: true }, { atLast: false }],
    },
  },
  'logout-uri': {
    ask: (mock) => location(`${mock.url}/logout?${new URLSearchParams({ client_id, logout_uri: callback })}`),
    answers: {
      'sign-out-urls': `/error?client_id=${client_id}&logout_uri=${encodeURIComponent(callback)}`,
      'callback-urls-too': callback,
    },
  },
  'client-missing': {
    ask: async (mock) => told(await postToken(mock, { grant_type: 'refresh_token', refresh_token: 'x' })),
    answers: {
      invalid_request: [400, { error: 'invalid_request' }],
      invalid_client: [400, { error: 'invalid_client' }],
    },
  },
  'token-query': {
    async ask(mock) {
      const { id, secret = '' } = mock.pool.client('web')
      const post = async (query: Record<string, string>) => {
        const answer = await fetch(`${mock.url}/oauth2/token?${new URLSearchParams(query)}`, {
          method: 'POST',
          body: new URLSearchParams({ client_id: id, client_secret: secret }),
        })
        return [answer.status, Object.keys((await answer.json()) as object)]
      }
      const grant = { grant_type: 'authorization_code', redirect_uri: callback }
      return [
        await post({ ...grant, code: await freshCode(mock) }),
        await post({ ...grant, client_id: id, code: 'x' }),
        await post({ ...grant, constructor: 'x', code: 'x' }),
      ]
    },
    answers: {
      ignored: [
        [400, ['error']],
        [400, ['error']],
        [400, ['error']],
      ],
      merged: [
        [200, ['id_token', 'access_token', 'refresh_token', 'expires_in', 'token_type']],
        [400, ['error']],
        [400, ['error']],
      ],
    },
  },
  'failed-exchange': {
    async ask(mock) {
      const code = await freshCode(mock)
      const failures = [
        await exchange(mock, code, { redirect_uri: `${callback}/` }),
        await postToken(mock, {
          grant_type: 'authorization_code',
          code,
          redirect_uri: callback,
          client_id: mock.pool.client('spa').id,
        }),
      ]
      const first = await exchange(mock, code)
      const second = await exchange(mock, code)
      return [...failures, first, second].map(({ status, body }) => body.error ?? status)
    },
    answers: {
      'spends-code': ['unauthorized_client', 'invalid_grant', 'invalid_grant', 'invalid_grant'],
      'keeps-code': ['unauthorized_client', 'invalid_grant', 200, 'invalid_grant'],
    },
  },
  'code-of-another-client': {
    async ask(mock) {
      const fields = {
        grant_type: 'authorization_code',
        redirect_uri: callback,
        client_id: mock.pool.client('spa').id,
      }
      return told(await postToken(mock, { ...fields, code: await freshCode(mock) }))
    },
    answers: {
      invalid_grant: [400, { error: 'invalid_grant' }],
      unauthorized_client: [400, { error: 'unauthorized_client' }],
    },
  },
  'redirect-mismatch': {
    ask: async (mock) =>
      told(await exchange(mock, await freshCode(mock), { redirect_uri: 'https://evil.example/' })),
    answers: {
      invalid_redirect: [400, { error: 'unauthorized_client', error_description: 'invalid_redirect' }],
      'no-description': [400, { error: 'unauthorized_client' }],
    },
  },
  'pkce-failure': {
    async ask(mock) {
      const pkce = { code_challenge: 'x', code_challenge_method: 'S256' }
      const missing = await exchange(mock, await freshCode(mock, pkce))
      const wrong = await exchange(mock, await freshCode(mock, pkce), { code_verifier: 'wrong' })
      return [told(missing), told(wrong)]
    },
    answers: {
      invalid_grant: [
        [400, { error: 'invalid_grant' }],
        [400, { error: 'invalid_grant' }],
      ],
      invalid_request: [
        [400, { error: 'invalid_request' }],
        [400, { error: 'invalid_request' }],
      ],
    },
  },
  'machine-scope-not-allowed': {
    async ask(mock) {
      const ask = async (scope: string) => {
        const { body } = await postToken(
          mock,
          { grant_type: 'client_credentials', scope },
          basic(mock.pool.client('machine')),
        )
        return body.error ?? claimsOf(body.access_token as string).scope
      }
      return [await ask('orders/read orders/steal openid'), await ask('orders/steal')]
    },
    answers: {
      invalid_scope: ['invalid_scope', 'invalid_scope'],
      ignored: ['orders/read', 'invalid_scope'],
    },
  },
  'custom-attributes': {
    fixture: person,
    ask: (mock) => attributesIn(mock, 'openid'),
    answers: {
      readable: ['email', 'name', 'address', 'custom:seats'],
      hidden: ['email', 'name', 'address'],
    },
  },
  'profile-scope': {
    fixture: person,
    ask: async (mock) => [
      await attributesIn(mock, 'openid profile'),
      await attributesIn(mock, 'openid email'),
    ],
    answers: {
      'profile-attributes': [['name', 'custom:seats'], ['email']],
      'all-attributes': [['email', 'name', 'address', 'custom:seats'], ['email']],
    },
  },
  'user-info-post': {
    async ask(mock) {
      const { access_token } = await freshTokens(mock)
      const answer = await userInfo(mock, access_token, 'POST')
      return [answer.status, (await answer.text()).includes('alice')]
    },
    answers: { answered: [200, true], refused: [405, false] },
  },
  'user-info-error-body': {
    async ask(mock) {
      const answer = await userInfo(mock, 'abc')
      const [code] = answer.headers.get('www-authenticate')?.split(',') ?? []
      const body = await answer.text()
      return [answer.status, code, body === '' ? '' : Object.keys(JSON.parse(body))]
    },
    answers: {
      json: [401, 'error="invalid_token"', ['error', 'error_description']],
      empty: [401, 'error="invalid_token"', ''],
    },
  },
  'user-info-without-openid': {
    async ask(mock) {
      const answer = await userInfo(mock, (await freshTokens(mock, { scope: 'orders/read' })).access_token)
      return [answer.status, answer.headers.get('www-authenticate')]
    },
    answers: {
      invalid_token: [
        401,
        'error="invalid_token", error_description="Access token does not contain openid scope"',
      ],
      insufficient_scope: [
        403,
        'error="insufficient_scope", error_description="Access token does not contain openid scope"',
      ],
    },
  },
  'basic-profile': {
    async ask(mock) {
      const keys = async (scope: string) => {
        const answer = await userInfo(mock, (await freshTokens(mock, { scope })).access_token)
        return Object.keys((await answer.json()) as object)
      }
      return [await keys('openid email'), await keys('openid phone'), await keys('openid email profile')]
    },
    answers: {
      'sub-and-username': [
        ['sub', 'email', 'email_verified', 'username'],
        ['sub', 'username'],
        ['sub', 'email', 'email_verified', 'username'],
      ],
      sub: [['sub', 'email', 'email_verified'], ['sub'], ['sub', 'email', 'email_verified', 'username']],
    },
  },
  'revoke-of-another-client': {
    async ask(mock) {
      const { access_token, refresh_token: token } = await freshTokens(mock)
      const answer = await revocation(mock, { token, client_id: mock.pool.client('spa').id })
      return [answer, (await userInfo(mock, access_token)).status]
    },
    answers: {
      unauthorized_client: [[400, '{"error":"unauthorized_client"}'], 200],
      ignored: [[200, ''], 200],
    },
  },
  'revoke-secret-in-body': {
    async ask(mock) {
      const { id, secret = '' } = mock.pool.client('web')
      const { refresh_token: token } = await freshTokens(mock)
      return [
        await revocation(mock, { token, client_id: id, client_secret: secret }),
        await revocation(mock, { token }, basic({ id, secret })),
        await revocation(mock, { token, client_id: mock.pool.client('spa').id, client_secret: '' }),
      ]
    },
    answers: {
      accepted: [
        [200, ''],
        [200, ''],
        [200, ''],
      ],
      refused: [
        [401, '{"error":"invalid_client"}'],
        [200, ''],
        [200, ''],
      ],
    },
  },
  cors: {
    async ask(mock) {
      const allows = async (path: string, method = 'GET') => {
        const { headers } = await fetch(`${mock.url}${path}`, { method })
        return headers.get('access-control-allow-origin')
      }
      return [
        await allows('/oauth2/token', 'POST'),
        await allows('/oauth2/userInfo'),
        await allows('/oauth2/revoke', 'POST'),
        await allows('/oauth2/userInfo', 'OPTIONS'),
        await allows('/us-east-1_LocalPool/.well-known/jwks.json'),
        await allows('/login'),
      ]
    },
    answers: {
      'token-user-info-revoke': ['*', '*', '*', '*', '*', null],
      'token-only': ['*', null, null, null, '*', null],
    },
  },
  'hook-of-code-grant': {
    fixture: withoutHook,
    async ask(mock) {
      const { searchParams } = await createBrowser().signIn(authorizeUrl(mock), alice)
      const code = searchParams.get('code')
      return code === null ? searchParams.get('error') : (await exchange(mock, code)).status
    },
    answers: { 'sign-in': 'invalid_request', exchange: 400 },
  },
  'hook-failure': {
    fixture: withoutHook,
    async ask(mock) {
      const machine = mock.pool.client('machine')
      const { status, text } = await postToken(mock, { grant_type: 'client_credentials' }, basic(machine))
      return [status, text.replace(/[0-9a-f-]{36}/, 'UUID')]
    },
    answers: {
      exception: [400, `{"error":"${notAsked} ${exception}"}`],
      invalid_request: [400, `{"error":"invalid_request","error_description":"${notAsked}"}`],
    },
  },
  'missing-style': {
    fixture: () => managedDemo(),
    ask: async (mock) => {
      const answer = await fetch(authorizeUrl(mock))
      return [answer.status, /<h1 id="heading">([^<]*)</.exec(await answer.text())?.[1]]
    },
    answers: {
      'default-style': [200, 'Sign in'],
      unavailable: [403, 'Login pages unavailable'],
    },
  },
  'acr-amr': {
    async ask(mock) {
      const { id_token, access_token } = await freshTokens(mock, { acr_values: 'urn:cognito:loa:1' })
      return [id_token, access_token].map((token) => [claimsOf(token).acr, claimsOf(token).amr])
    },
    answers: {
      absent: [
        [undefined, undefined],
        [undefined, undefined],
      ],
      issued: [
        ['urn:cognito:loa:1', ['pwd']],
        ['urn:cognito:loa:1', ['pwd']],
      ],
    },
  },
  'unknown-pool': {
    async ask(mock) {
      const answer = await fetch(`${mock.url}/us-east-1_Nobody/.well-known/jwks.json`)
      return [answer.status, await answer.json()]
    },
    answers: {
      'not-found': [404, { message: 'User pool us-east-1_Nobody does not exist.' }],
      'bad-request': [400, { message: 'User pool us-east-1_Nobody does not exist.' }],
    },
  },
  'federated-nonce': {
    fixture: () => federation(),
    async ask(mock) {
      const { code } = await mock.pool.auth.code({ provider: 'Google', claims: { sub: '1' } })
      return typeof claimsOf((await exchange(mock, code)).body.id_token as string).nonce
    },
    answers: { added: 'string', absent: 'undefined' },
  },
  'discovery-pkce': {
    async ask(mock) {
      const metadata = (await (
        await fetch(`${mock.pool.issuer}/.well-known/openid-configuration`)
      ).json()) as object
      return Object.entries(metadata)
        .slice(0, 2)
        .map(([name, value]) => (Array.isArray(value) ? [name, value] : name))
    },
    answers: {
      absent: ['authorization_endpoint', 'end_session_endpoint'],
      listed: ['authorization_endpoint', ['code_challenge_methods_supported', ['S256']]],
    },
  },
}

t.test('every switch does on the wire what its name says, in every position', async (t) => {
  for (const [id, { fixture = demoFixture, ask, answers }] of Object.entries(shown)) {
    for (const [value, answer] of Object.entries(answers)) {
      const mock = await startWorld(t, { fixture: fixture(), switches: { [id]: value } })
      t.strictSame(await ask(mock), answer, `${id}=${value}`)
    }
    const usual = choices[id as ChoiceId].default
    const mock = await startWorld(t, { fixture: fixture() })
    t.strictSame(
      await ask(mock),
      (answers as Record<string, unknown>)[usual],
      `${id}: ${usual} unless switched`,
    )
  }
})

t.test('scopes that are ignored leave the rules about the others as they are', async (t) => {
  const switches: Switches = { 'scope-not-allowed': 'ignored' }
  const fixture = demoWithClient({ AllowedOAuthScopes: ['email', 'orders/read'] })
  const mock = await startWorld(t, { fixture, switches })
  const refused = `${callback}?error_description=invalid_scope&state=some-state&error=invalid_request`
  t.equal(await location(authorizeUrl(mock, { scope: 'nobodys' })), refused, 'nothing is left')
  t.match(lastReason(mock), /authorize.scope-allowed: scope nobodys is not allowed/)
  t.equal(
    await location(authorizeUrl(mock, { scope: 'openid email' })),
    refused,
    'email without openid is left',
  )
  t.match(lastReason(mock), /authorize.scope-openid: scope email needs openid/)
})

t.test('a world with http callbacks that are switched off is refused, whoever has switched', async (t) => {
  const switches: Switches = { 'http-callbacks': 'localhost-only' }
  const fixture = demoWithClient({ LogoutURLs: ['http://127.0.0.1:1/'] })
  const sentence =
    'pools[0].Clients[0].LogoutURLs[0]: http://127.0.0.1:1/ is http, and the switch http-callbacks is localhost-only'
  for (const options of [{ fixture, switches }, { fixture: { ...fixture, switches } }])
    await t.rejects(startMocknito(options), new StartError(sentence))
  await startWorld(t, { fixture: { ...fixture, switches }, switches: { 'http-callbacks': 'loopback' } })

  const judge = (written: object) => {
    const path = join(t.testdir({ 'fixture.json': JSON.stringify(written) }), 'fixture.json')
    const unheard = { write: () => true } as never
    return runFixtureCommand({ name: 'validate', paths: [path] }, { stdout: unheard, stderr: unheard })
  }
  await judge(fixture)
  const problemsOf = (written: object) => judge(written).catch(({ problems }: FixtureError) => problems)
  t.match(await problemsOf({ ...fixture, switches, defaults: { colour: 1 } }), [/colour/, sentence])
  t.strictSame(await problemsOf({ ...fixture, switches: { 'http-callbacks': 'never' } }), [
    'switches.http-callbacks: is "never", expected loopback or localhost-only',
  ])
})

t.test('a client that is made later goes by the switches of its world', async (t) => {
  const mock = await startWorld(t, { fixture: person(), switches: { 'custom-attributes': 'hidden' } })
  const { id } = await mock.pool.createClient({ name: 'later', callbackUrls: [callback] })
  const code = await freshCode(mock, { client_id: id, scope: 'openid' })
  const grant = { grant_type: 'authorization_code', client_id: id, redirect_uri: callback, code }
  const claims = claimsOf((await postToken(mock, grant)).body.id_token as string)
  t.ok('name' in claims)
  t.notOk('custom:seats' in claims)
})

t.test('a refusal that a switch has brought about says so', async (t) => {
  const mock = await startWorld(t, { switches: { 'revoke-secret-in-body': 'refused' } })
  const { id, secret = '' } = mock.pool.client('web')
  await revocation(mock, { token: 'x', client_id: id, client_secret: secret })
  t.match(lastReason(mock), /client.secret: .*the switch revoke-secret-in-body refuses that/)
})

t.test('a fixture sets switches, a start sets others, and wins', async (t) => {
  const lines: string[] = []
  const fixture: Fixture = {
    ...demoFixture(),
    switches: { 'pkce-failure': 'invalid_request', 'unknown-pool': 'bad-request', cors: 'token-only' },
  }
  const mock = await startWorld(t, {
    fixture,
    switches: { 'unknown-pool': 'not-found', 'discovery-pkce': 'listed' },
    log: (line) => lines.push(line),
  })
  t.strictSame(mock.switches, {
    'pkce-failure': 'invalid_request',
    cors: 'token-only',
    'discovery-pkce': 'listed',
  })
  t.strictSame(lines, [
    'switched: pkce-failure is invalid_request (default: invalid_grant)',
    'switched: cors is token-only (default: token-user-info-revoke)',
    'switched: discovery-pkce is listed (default: absent)',
  ])
  t.strictSame((await startWorld(t)).switches, {}, 'the demo world switches nothing')
})

t.test('a switch that is not there is refused, and the nearest is named', async (t) => {
  const start = (switches: object) => startWorld(t, { switches })
  await t.rejects(start({ 'pkce-failur': 'invalid_request' }), {
    name: 'StartError',
    message: 'there is no switch pkce-failur; did you mean pkce-failure?',
  })
  await t.rejects(start({ 'pkce-failure': 'teapot' }), {
    name: 'StartError',
    message: 'the switch pkce-failure is teapot, expected invalid_grant or invalid_request',
  })
  await t.rejects(start({ toString: 'x' }), StartError)
  const inFixture = (switches: unknown) =>
    startWorld(t, { fixture: { ...demoFixture(), switches } as Fixture })
  await t.rejects(inFixture({ 'pkce-failur': 'invalid_request', 'unknown-pool': '404' }), {
    name: 'FixtureError',
    problems: [
      'switches: pkce-failur is not known here; did you mean pkce-failure?',
      'switches.unknown-pool: is "404", expected not-found or bad-request',
    ],
  })
  await t.rejects(inFixture('all of them'), FixtureError)
})
