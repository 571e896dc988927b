// /oauth2/authorize on the wire: where it sends the browser, row by row of the reference's tables, and what the log
// says about each refusal.
import t from 'tap'
import { demoFixture } from '../../../src/idp/fixture/load.ts'
import { createBrowser } from '../../support/browser.ts'
import { authorizeUrl, exchange } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

t.test(
  'a good request goes to /login with the same parameters, in the same order, encoded again',
  async (t) => {
    shows(t, 'authorize.to-login', 'authorize.unknown-parameters', 'authorize.federation-cookies')
    const mock = await startWorld(t)
    const query =
      'state=a b&response_type=code&client_id=mockwebclient0000000000001&redirect_uri=http://localhost:9401/auth/callback&scope=openid email&later=x'
    const answer = await createBrowser().get(`${mock.url}/oauth2/authorize?${query}`)
    t.equal(answer.status, 302)
    t.equal(
      answer.headers.get('location'),
      `${mock.url}/login?state=a+b&response_type=code&client_id=mockwebclient0000000000001&redirect_uri=http%3A%2F%2Flocalhost%3A9401%2Fauth%2Fcallback&scope=openid+email&later=x`,
    )
    const cookies = answer.headers.getSetCookie()
    t.match(cookies[0], /^XSRF-TOKEN=[0-9a-f-]{36}; Path=\/; HttpOnly; SameSite=Lax$/)
    t.match(cookies[1], /^csrf-state=""; Max-Age=0; Expires=Thu, 01 Jan 1970 /)
    t.match(cookies[2], /^csrf-state-legacy=""; Max-Age=0; /)
    t.equal(answer.headers.get('content-length'), '0')
  },
)

t.test('until client and redirect URI are proven the browser stays here', async (t) => {
  shows(t, 'authorize.error-location')
  const mock = await startWorld(t)
  const client_id = mock.pool.client('web').id
  const registered = 'http://localhost:9401/auth/callback'
  const rows: [name: string, url: string, errorPage: string, reason: RegExp][] = [
    [
      'nothing at all',
      `${mock.url}/oauth2/authorize`,
      '/error?error=Client+does+not+exist',
      /client-given: client_id is missing; the request has no parameters/,
    ],
    [
      'only a response_type',
      `${mock.url}/oauth2/authorize?response_type=code`,
      '/error?error=Required+parameters+missing',
      /client_id is missing; the request has response_type/,
    ],
    [
      'an unknown client',
      authorizeUrl(mock, { client_id: 'nobody' }),
      '/error?error=Client+does+not+exist',
      /client-known: no user pool has the client nobody/,
    ],
    [
      'an unregistered redirect URI',
      authorizeUrl(mock, { redirect_uri: 'https://evil.example/' }),
      `/error?error=redirect_mismatch&client_id=${client_id}`,
      /redirect-uri-registered: redirect_uri https:\/\/evil.example\/ is not a callback URL of client web/,
    ],
    [
      'two clients',
      `${authorizeUrl(mock)}&client_id=other`,
      '/error?error=invalid_request',
      /single-client-and-redirect: client_id is there 2 times: mockwebclient0000000000001, other/,
    ],
    [
      'two redirect URIs',
      `${authorizeUrl(mock)}&redirect_uri=https://evil.example/`,
      `/error?error=invalid_request&client_id=${client_id}`,
      /redirect_uri is there 2 times/,
    ],
    [
      'no redirect URI where there is a choice',
      authorizeUrl(mock, { client_id: 'mockm2mclient0000000000001', redirect_uri: undefined }),
      '/error?error=Required+parameters+missing',
      /redirect-uri-given: redirect_uri is missing, and client machine has 0 callback URLs/,
    ],
    [
      'a machine client, which has no callback list: that is not the same as allowing all',
      authorizeUrl(mock, { client_id: 'mockm2mclient0000000000001' }),
      '/error?error=redirect_mismatch&client_id=mockm2mclient0000000000001',
      /is not a callback URL of client machine: it has none/,
    ],
  ]
  for (const [name, url, errorPage, reason] of rows) {
    const answer = await createBrowser().get(url)
    t.equal(answer.status, 302, name)
    t.equal(answer.headers.get('location'), errorPage, name)
    t.match(lastReason(mock), reason, name)
  }
  for (const nearMiss of [
    `${registered}/`,
    `${registered}?x=1`,
    `${registered}#f`,
    'http://localhost:9402/auth/callback',
    'http://localhost/auth/callback',
    'http://127.0.0.1:9401/auth/callback',
    'http://LOCALHOST:9401/auth/callback',
    'http://localhost:9401/auth/Callback',
    'http://localhost:9401/auth/../auth/callback',
    'http://localhost:9401/auth%2Fcallback',
    'http://localhost:9401@evil.example/auth/callback',
    'https://localhost:9401/auth/callback',
    ` ${registered}`,
    `${registered}\u0000`,
    'javascript:alert(1)',
    '//evil.example',
  ]) {
    const answer = await createBrowser().get(authorizeUrl(mock, { redirect_uri: nearMiss }))
    t.equal(answer.headers.get('location'), `/error?error=redirect_mismatch&client_id=${client_id}`, nearMiss)
  }
})

t.test('the error page says what Cognito says, with 400, and below it what to do about it', async (t) => {
  shows(t, 'error.page')
  const mock = await startWorld(t)
  const mistyped = await createBrowser().follow(
    authorizeUrl(mock, { redirect_uri: 'http://localhost:9401/auth/callback/', state: '<b>' }),
  )
  t.equal(mistyped.status, 400)
  t.match(mistyped.body, /An error was encountered with the requested page\./)
  t.match(mistyped.body, /redirect_mismatch/)
  t.match(mistyped.body, /authorize\.redirect-uri-registered/)
  t.match(mistyped.body, /http:\/\/localhost:9401\/auth\/callback/, 'what is registered')
  t.match(mistyped.body, /CallbackURLs/)
  t.match(mistyped.body, /&lt;b&gt;/, 'what was sent, escaped')
  t.notMatch(mistyped.body, /<b>/)

  const unknown = await createBrowser().follow(authorizeUrl(mock, { client_id: 'mockwebclient' }))
  t.match(unknown.body, /Client does not exist/)
  t.match(unknown.body, /mockwebclient0000000000001/, 'the nearest client')

  const incomplete = await createBrowser().follow(`${mock.url}/oauth2/authorize?response_type=code`)
  t.match(incomplete.body, /client_id is missing; the request has response_type/)

  const typedByHand = await createBrowser().get(`${mock.url}/error?error=made+up`)
  t.equal(typedByHand.status, 400)
  t.match(typedByHand.body, /made up/)
  t.notMatch(typedByHand.body, /For the developer/)
})

t.test('afterwards the app is told, in the words and the order that are observed', async (t) => {
  shows(t, 'authorize.error-place')
  const mock = await startWorld(t)
  const callback = 'http://localhost:9401/auth/callback'
  const scope = `?error_description=invalid_scope&state=some-state&error=invalid_request`
  const bare = `?state=some-state&error=invalid_request`
  const rows: [name: string, url: string, answer: string, reason: RegExp][] = [
    [
      'a scope that the client does not have',
      authorizeUrl(mock, { scope: 'openid offline_access' }),
      scope,
      /scope-allowed: scope offline_access is not allowed for client web; it may ask for openid email/,
    ],
    [
      'scopes with commas',
      authorizeUrl(mock, { scope: 'openid,email' }),
      scope,
      /scope openid,email is not allowed/,
    ],
    [
      'email without openid',
      authorizeUrl(mock, { scope: 'email' }),
      scope,
      /scope-openid: scope email needs openid/,
    ],
    [
      'no response_type',
      authorizeUrl(mock, { response_type: undefined }),
      bare,
      /response-type-given: response_type is missing/,
    ],
    [
      'another response_type',
      authorizeUrl(mock, { response_type: 'id_token' }),
      bare,
      /response_type is id_token, expected code or token/,
    ],
    [
      'the implicit grant without the flow, in the fragment',
      authorizeUrl(mock, { response_type: 'token' }),
      '#error_description=unauthorized_client&state=some-state&error=invalid_request',
      /response-type-allowed: response_type=token needs the OAuth flow implicit; client web has code/,
    ],
    [
      'a challenge without a method',
      authorizeUrl(mock, { code_challenge: 'abc' }),
      bare,
      /pkce-method: code_challenge_method is missing, expected S256/,
    ],
    [
      'a method that is not S256',
      authorizeUrl(mock, { code_challenge: 'abc', code_challenge_method: 'plain' }),
      bare,
      /code_challenge_method is plain, expected S256/,
    ],
    [
      'a method without a challenge',
      authorizeUrl(mock, { code_challenge_method: 'S256' }),
      bare,
      /code_challenge_method is there, but no code_challenge/,
    ],
    [
      'a parameter twice',
      `${authorizeUrl(mock)}&scope=openid`,
      bare,
      /single-values: scope is there more than once/,
    ],
    [
      'no state to give back',
      authorizeUrl(mock, { state: undefined, scope: 'x' }),
      '?error_description=invalid_scope&error=invalid_request',
      /scope x is not allowed/,
    ],
  ]
  for (const [name, url, answer, reason] of rows) {
    const { status, headers } = await createBrowser().get(url)
    t.equal(status, 302, name)
    t.equal(headers.get('location'), `${callback}${answer}`, name)
    t.match(lastReason(mock), reason, name)
  }
})

t.test('what Cognito lets through goes through', async (t) => {
  shows(t, 'authorize.any-challenge')
  const mock = await startWorld(t)
  const rows: [name: string, url: string][] = [
    ['a challenge of any length', authorizeUrl(mock, { code_challenge: 'x', code_challenge_method: 'S256' })],
    ['no scope', authorizeUrl(mock, { scope: undefined })],
    ['an empty scope', authorizeUrl(mock, { scope: '' })],
    ['custom scopes', authorizeUrl(mock, { scope: 'orders/read' })],
    ['unknown parameters', authorizeUrl(mock, { nobody_knows: 'this' })],
    ['no redirect URI where there is only one', authorizeUrl(mock, { redirect_uri: undefined })],
    [
      'no redirect URI where there is a default',
      authorizeUrl(mock, { client_id: mock.pool.client('spa').id, redirect_uri: undefined }),
    ],
  ]
  for (const [name, url] of rows) {
    const { status, location } = await createBrowser().get(url)
    t.equal(status, 302, name)
    t.equal(location?.pathname, '/login', name)
  }
})

t.test('a client with several identity providers has to say where to go', async (t) => {
  const fixture = demoFixture()
  const web = fixture.pools[0]?.Clients?.[0]
  Object.assign(web as object, { SupportedIdentityProviders: ['COGNITO', 'Google'] })
  Object.assign(fixture.pools[0] as object, {
    IdentityProviders: [{ ProviderName: 'Google', ProviderType: 'Google' }],
  })
  const mock = await startWorld(t, { fixture })
  const { headers } = await createBrowser().get(authorizeUrl(mock, { redirect_uri: undefined }))
  t.equal(headers.get('location'), '/error?error=Required+parameters+missing')
})

t.test('a client without any flow has none of them', async (t) => {
  const fixture = demoFixture()
  Object.assign(fixture.pools[0]?.Clients?.[0] as object, { AllowedOAuthFlows: [] })
  const mock = await startWorld(t, { fixture })
  await createBrowser().get(authorizeUrl(mock))
  t.match(lastReason(mock), /response_type=code needs the OAuth flow code; client web has none/)
  await exchange(mock, 'x')
  t.match(lastReason(mock), /grant_type=authorization_code needs the OAuth flow code; client web has none/)
})

t.test('a callback of a scheme of its own, and one with a query, get the code behind them', async (t) => {
  shows(t, 'authorize.custom-scheme', 'authorize.registered-query', 'authorize.code')
  const fixture = demoFixture()
  Object.assign(fixture.pools[0]?.Clients?.[0] as object, {
    CallbackURLs: ['http://localhost:9401/auth/callback?tenant=ä', 'mockapp://callback'],
  })
  const mock = await startWorld(t, { fixture })
  const browser = createBrowser()
  const first = await browser.follow(authorizeUrl(mock))
  const answer = await browser.submit(first, { username: 'alice', password: 'Passw0rd!' })
  t.match(
    answer.headers.get('location'),
    /^http:\/\/localhost:9401\/auth\/callback\?tenant=%C3%A4&code=[0-9a-f-]{36}&state=some-state$/,
  )
  const silent = await browser.get(
    authorizeUrl(mock, { redirect_uri: 'mockapp://callback', state: undefined }),
  )
  t.match(silent.headers.get('location'), /^mockapp:\/\/callback\?code=[0-9a-f-]{36}$/)
})
