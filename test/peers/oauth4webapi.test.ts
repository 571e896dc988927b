// oauth4webapi is openid-client without the comfort: each response is validated by a call of its own. So each
// response of the mock, to every grant, is proven valid by itself, and each validation is shown to be one that can fail. Its
// recipe is run as it is printed.
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import t, { type Test } from 'tap'
import { startMocknito } from '../../src/start.ts'
import { alice, createBrowser } from '../support/browser.ts'
import { demoWithMore } from '../support/fixtures.ts'
import { runRecipe } from '../support/recipe.ts'

const mock = await startMocknito({
  fixture: demoWithMore({ rotating: { RefreshTokenRotation: { Feature: 'ENABLED' } } }),
})
t.teardown(() => mock.close())

const insecure = { [oauth.allowInsecureRequests]: true } as const
const issuer = new URL(mock.pool.issuer)
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))

/** An app: who it is, and how it proves that. */
interface App {
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
  readonly redirectUri: string
}

function app(
  name: 'web' | 'spa' | 'machine' | 'rotating',
  authenticate: (secret: string) => oauth.ClientAuth,
): App {
  const { id, secret = '', callbackUrls } = mock.pool.client(name)
  return {
    client: { client_id: id },
    authentication: authenticate(secret),
    redirectUri: String(callbackUrls[0]),
  }
}

const web = app('web', oauth.ClientSecretBasic)

const remember = () => ({
  state: oauth.generateRandomState(),
  nonce: oauth.generateRandomNonce(),
  verifier: oauth.generateRandomCodeVerifier(),
})
type Remembered = ReturnType<typeof remember>

async function signIn({ client, redirectUri }: App, { state, nonce, verifier }: Remembered): Promise<URL> {
  const url = new URL(String(server.authorization_endpoint))
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email phone',
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  return createBrowser().signIn(url, alice)
}

async function exchange(
  { client, authentication, redirectUri }: App,
  remembered: Remembered,
  {
    verifier = remembered.verifier,
    ...options
  }: oauth.TokenEndpointRequestOptions & { verifier?: string } = {},
): Promise<Response> {
  const callback = await signIn({ client, authentication, redirectUri }, remembered)
  const parameters = oauth.validateAuthResponse(server, client, callback, remembered.state)
  return oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    parameters,
    redirectUri,
    verifier,
    { ...insecure, ...options },
  )
}

/** The code exchange with everything checked that can be: nonce, auth_time, issuer, audience, times, signature. */
async function logIn(app: App) {
  const remembered = remember()
  const response = await exchange(app, remembered)
  const tokens = await oauth.processAuthorizationCodeResponse(server, app.client, response, {
    expectedNonce: remembered.nonce,
    maxAge: 60,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(server, response, insecure)
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  return { tokens, claims, sub: String(claims?.sub) }
}

async function walkTheWholeLogin(t: Test, app: App): Promise<void> {
  const { client } = app
  const { tokens, claims, sub } = await logIn(app)
  t.hasStrict(claims, { iss: issuer.href, aud: client.client_id, 'cognito:username': 'alice' })
  t.equal(tokens.token_type, 'bearer', 'the library writes it in lower case')

  const told = await oauth.userInfoRequest(server, client, tokens.access_token, insecure)
  t.strictSame(await oauth.processUserInfoResponse(server, client, sub, told), {
    sub,
    email: 'alice@example.com',
    email_verified: 'true',
    username: 'alice',
  })

  const renewed = await refresh(app, tokens.refresh_token)
  t.hasStrict(oauth.getValidatedIdTokenClaims(renewed), { sub, auth_time: claims?.auth_time })
  t.not(renewed.access_token, tokens.access_token)

  await revoke(app, tokens.refresh_token)
  await t.rejects(refresh(app, tokens.refresh_token), answered('invalid_grant'))
  for (const { access_token } of [tokens, renewed]) {
    const { status } = await oauth.userInfoRequest(server, client, access_token, insecure)
    t.equal(status, 401, 'the access tokens of the login are over here, too')
  }
}

/** How the library reports an error answer. */
const answered = (error: string, status = 400) => ({ code: 'OAUTH_RESPONSE_BODY_ERROR', status, error })

/** New tokens, their signature checked. */
async function refresh({ client, authentication }: App, token: string | undefined) {
  const response = await oauth.refreshTokenGrantRequest(
    server,
    client,
    authentication,
    String(token),
    insecure,
  )
  const tokens = await oauth.processRefreshTokenResponse(server, client, response)
  await oauth.validateApplicationLevelSignature(server, response, insecure)
  return tokens
}

async function revoke({ client, authentication }: App, token: string | undefined): Promise<void> {
  const response = await oauth.revocationRequest(server, client, authentication, String(token), insecure)
  await oauth.processRevocationResponse(response)
}

t.test('a confidential client logs in with its secret in the Authorization header', (t) =>
  walkTheWholeLogin(t, web),
)

t.test('a confidential client logs in with its secret in the body', (t) =>
  walkTheWholeLogin(t, app('web', oauth.ClientSecretPost)),
)

t.test('a public client logs in without a secret', (t) => walkTheWholeLogin(t, app('spa', oauth.None)))

t.test('a refresh token that rotates gives way to the next one, and revoking that ends both', async (t) => {
  const rotating = app('rotating', oauth.ClientSecretBasic)
  const { tokens, sub } = await logIn(rotating)
  const second = await refresh(rotating, tokens.refresh_token)
  t.not(second.refresh_token, tokens.refresh_token)
  t.equal(oauth.getValidatedIdTokenClaims(second)?.sub, sub)
  await t.rejects(refresh(rotating, tokens.refresh_token), answered('invalid_grant'))
  const third = await refresh(rotating, second.refresh_token)
  await revoke(rotating, third.refresh_token)
  await t.rejects(refresh(rotating, third.refresh_token), answered('invalid_grant'))
})

t.test('only a refresh token can be revoked, and only by a client that can prove itself', async (t) => {
  const { tokens } = await logIn(web)
  await t.rejects(revoke(web, tokens.access_token), answered('unsupported_token_type'))
  const impostor = { ...web, authentication: oauth.ClientSecretBasic('a-wrong-secret') }
  await t.rejects(revoke(impostor, tokens.refresh_token), answered('invalid_client', 401))
  t.type((await refresh(web, tokens.refresh_token)).access_token, 'string', 'neither has harmed it')
})

t.test('a machine gets an access token and nothing else, with its secret in header or body', async (t) => {
  for (const authenticate of [oauth.ClientSecretBasic, oauth.ClientSecretPost]) {
    const { client, authentication } = app('machine', authenticate)
    const scope = new URLSearchParams({ scope: 'orders/write' })
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      authentication,
      scope,
      insecure,
    )
    const tokens = await oauth.processClientCredentialsResponse(server, client, response)
    t.same(Object.keys(tokens), ['access_token', 'expires_in', 'token_type'])
    t.hasStrict(jose.decodeJwt(tokens.access_token), { client_id: client.client_id, scope: 'orders/write' })
  }
})

t.test('an access token is no RFC 9068 one: it has neither the type nor an audience', async (t) => {
  const { tokens } = await logIn(web)
  const request = new Request('http://localhost/orders', {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
  await t.rejects(oauth.validateJwtAccessToken(server, request, web.client.client_id, insecure), {
    code: 'OAUTH_INVALID_RESPONSE',
    message: 'unexpected JWT "typ" header parameter value',
  })
})

t.test('a discovery document that another issuer serves is not accepted', async (t) => {
  const byAnotherName = new URL(issuer)
  byAnotherName.hostname = 'localhost'
  const response = await oauth.discoveryRequest(byAnotherName, insecure)
  await t.rejects(oauth.processDiscoveryResponse(issuer, response), {
    code: 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
    cause: { attribute: 'issuer' },
  })
})

t.test('a callback with another state, or with none, is not accepted', async (t) => {
  const remembered = remember()
  const callback = await signIn(web, remembered)
  const validate = () => oauth.validateAuthResponse(server, web.client, callback, remembered.state)
  t.equal(validate().get('code'), callback.searchParams.get('code'))

  callback.searchParams.set('state', oauth.generateRandomState())
  t.throws(validate, {
    code: 'OAUTH_INVALID_RESPONSE',
    message: 'unexpected "state" response parameter value',
  })
  callback.searchParams.delete('state')
  t.throws(validate, { code: 'OAUTH_INVALID_RESPONSE', message: 'response parameter "state" missing' })
})

t.test('an ID token with another nonce, or with one that was not asked for, is not accepted', async (t) => {
  for (const expectedNonce of [oauth.generateRandomNonce(), oauth.expectNoNonce] as const)
    await t.rejects(
      oauth.processAuthorizationCodeResponse(server, web.client, await exchange(web, remember()), {
        expectedNonce,
      }),
      {
        code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
        message: 'unexpected ID Token "nonce" claim value',
      },
    )
})

t.test('a code verifier that does not fit the challenge gets invalid_grant and no token', async (t) => {
  const response = await exchange(web, remember(), { verifier: oauth.generateRandomCodeVerifier() })
  await t.rejects(oauth.processAuthorizationCodeResponse(server, web.client, response), {
    code: 'OAUTH_RESPONSE_BODY_ERROR',
    status: 400,
    error: 'invalid_grant',
  })
  const { rule } = mock.exchanges().findLast(({ refusal }) => refusal)?.refusal ?? {}
  t.equal(rule, 'pkce.verifier')
})

t.test('an ID token for another client is not accepted', async (t) => {
  const remembered = remember()
  const response = await exchange(web, remembered)
  const { client } = app('spa', oauth.None)
  await t.rejects(
    oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: remembered.nonce }),
    { code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', message: 'unexpected JWT "aud" (audience) claim value' },
  )
})

t.test('an ID token that was changed on its way has no valid signature', async (t) => {
  const remembered = remember()
  /** A man in the middle makes bob of alice. */
  const middle = async (url: string, options: RequestInit) => {
    const body = (await (await fetch(url, options)).json()) as { id_token: string }
    const [header, payload = '', signature] = body.id_token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...claims, 'cognito:username': 'bob' })).toString('base64url')
    return Response.json({ ...body, id_token: [header, forged, signature].join('.') })
  }
  const response = await exchange(web, remembered, { [oauth.customFetch]: middle as never })
  const tokens = await oauth.processAuthorizationCodeResponse(server, web.client, response, {
    expectedNonce: remembered.nonce,
  })
  t.equal(oauth.getValidatedIdTokenClaims(tokens)?.['cognito:username'], 'bob', 'the claims alone look fine')
  await t.rejects(oauth.validateApplicationLevelSignature(server, response, insecure), {
    message: 'JWT signature verification failed',
  })
})

t.test(
  'userInfo answers an access token only: not an ID token, not one that was changed, not an old one',
  async (t) => {
    const { tokens, sub } = await logIn(web)
    const ask = async (token: string) => {
      const response = await oauth.userInfoRequest(server, web.client, token, insecure)
      const challenge = response.headers.get('www-authenticate')
      await t.rejects(oauth.processUserInfoResponse(server, web.client, sub, response), {
        message: '"response" is not a conform UserInfo Endpoint response (unexpected HTTP status code)',
        cause: { status: 401 },
      })
      t.equal(
        challenge,
        'error="invalid_token", error_description="Access token is expired, disabled, or deleted, or the user has globally signed out."',
      )
      return mock.exchanges().findLast(({ refusal }) => refusal)?.refusal?.rule
    }
    t.equal(await ask(String(tokens.id_token)), 'userinfo.access-token')

    const [header, payload, signature = ''] = tokens.access_token.split('.')
    const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    t.equal(await ask([header, payload, changed].join('.')), 'userinfo.signature')

    t.teardown(() => mock.pool.clock.reset())
    await mock.pool.clock.advance('1h')
    t.equal(await ask(tokens.access_token), 'userinfo.lifetime')
  },
)

t.test('the recipe gets a token that stands for the machine', async (t) => {
  const { output } = runRecipe(t, 'oauth4webapi', 'machine.mjs', { COGNITO_ISSUER: mock.pool.issuer })
  const keys = jose.createRemoteJWKSet(new URL(mock.pool.jwksUri))
  const { payload } = await jose.jwtVerify((await output).trim(), keys, { issuer: mock.pool.issuer })
  t.hasStrict(payload, {
    token_use: 'access',
    client_id: mock.pool.client('machine').id,
    scope: 'orders/read',
  })
})
