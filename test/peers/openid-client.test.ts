// openid-client 6, a certified relying party, logs in at the mock as any app would: by discovery alone, with
// every check that it has switched on, by every grant. What it refuses, and what the mock refuses it, is here too; and
// its recipe, run as it is printed.
import * as openid from 'openid-client'
import t, { type Test } from 'tap'
import { startMocknito } from '../../src/start.ts'
import { alice, bob, type Credentials, createBrowser } from '../support/browser.ts'
import { demoWithMore } from '../support/fixtures.ts'
import { runRecipe } from '../support/recipe.ts'

const mock = await startMocknito({
  fixture: demoWithMore({
    rotating: { RefreshTokenRotation: { Feature: 'ENABLED' } },
    implicit: { AllowedOAuthFlows: ['implicit'] },
  }),
})
t.teardown(() => mock.close())

type ClientName = 'web' | 'spa' | 'app' | 'machine' | 'rotating' | 'implicit'

const secretOf = (client: ClientName) => String(mock.pool.client(client).secret)
const secret = secretOf('web')
const names = ['127.0.0.1', 'localhost']
const issuerAt = (host: string) => new URL(`http://${host}:${mock.port}/${mock.pool.id}`)

/** The usual settings of an app, for the mock by one of its names. */
function discover(
  authentication: openid.ClientAuth = openid.ClientSecretBasic(secret),
  client: ClientName = 'web',
  host = '127.0.0.1',
) {
  return openid.discovery(issuerAt(host), mock.pool.client(client).id, undefined, authentication, {
    execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
  })
}

/** What the app remembers while its user is away at the login page. */
interface Remembered {
  readonly expectedState: string
  readonly expectedNonce: string
  readonly pkceCodeVerifier: string
}

const remember = (): Remembered => ({
  expectedState: openid.randomState(),
  expectedNonce: openid.randomNonce(),
  pkceCodeVerifier: openid.randomPKCECodeVerifier(),
})

async function authorizeUrl(provider: openid.Configuration, remembered: Remembered, more = {}): Promise<URL> {
  const { expectedState, expectedNonce, pkceCodeVerifier } = remembered
  return openid.buildAuthorizationUrl(provider, {
    redirect_uri: String(mock.pool.client(provider.clientMetadata().client_id).callbackUrls[0]),
    scope: 'openid email orders/read',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  })
}

/** Away to the login page, and back with a code. */
async function signIn(provider: openid.Configuration, remembered: Remembered, person: Credentials = alice) {
  return createBrowser().signIn(await authorizeUrl(provider, remembered), person)
}

async function walkTheWholeLogin(t: Test, provider: openid.Configuration, more = {}): Promise<void> {
  const { issuer } = provider.serverMetadata()
  const remembered = remember()
  const callback = await createBrowser().signIn(await authorizeUrl(provider, remembered, more), alice)

  const tokens = await openid.authorizationCodeGrant(provider, callback, remembered)
  const claims = tokens.claims()
  t.hasStrict(claims, { iss: issuer, 'cognito:username': 'alice', nonce: remembered.expectedNonce })
  t.equal(tokens.expires_in, 3600)
  const sub = String(claims?.sub)

  t.strictSame(await openid.fetchUserInfo(provider, tokens.access_token, sub), {
    sub,
    email: 'alice@example.com',
    email_verified: 'true',
    username: 'alice',
  })

  const renewed = await openid.refreshTokenGrant(provider, String(tokens.refresh_token))
  t.hasStrict(renewed.claims(), { iss: issuer, sub, 'cognito:username': 'alice' })
  t.equal(renewed.refresh_token, undefined, 'the first refresh token stays the only one')
  t.not(renewed.access_token, tokens.access_token)
  t.hasStrict(await openid.fetchUserInfo(provider, renewed.access_token, sub), { username: 'alice' })
}

/** The last refusal that the mock noted, as its log tells it. */
function lastRefusal() {
  const { path, refusal } = mock.exchanges().findLast(({ refusal }) => refusal) ?? {}
  return { path, rule: refusal?.rule, reason: refusal?.message }
}

/** How openid-client reports an error answer of the token endpoint. */
const answered = (error: string, error_description?: string) => ({
  name: 'ResponseBodyError',
  status: 400,
  error,
  error_description,
})

for (const host of names) {
  t.test(`by the name ${host}`, async (t) => {
    t.test('a confidential client logs in with its secret in the Authorization header', async (t) =>
      walkTheWholeLogin(t, await discover(openid.ClientSecretBasic(secret), 'web', host)),
    )

    t.test('a confidential client logs in with its secret in the body', async (t) =>
      walkTheWholeLogin(t, await discover(openid.ClientSecretPost(secret), 'web', host)),
    )

    t.test('a public client logs in without a secret', async (t) =>
      walkTheWholeLogin(t, await discover(openid.None(), 'spa', host)),
    )

    t.test('an app on a phone logs in without a secret, and comes back by a scheme of its own', async (t) =>
      walkTheWholeLogin(t, await discover(openid.None(), 'app', host), { scope: 'openid email' }),
    )

    t.test('discovery speaks of the server by that name only', async (t) => {
      const { issuer, ...metadata } = (await discover(openid.None(), 'spa', host)).serverMetadata()
      t.equal(issuer, issuerAt(host).href)
      const urls = Object.values(metadata).filter((value) => String(value).startsWith('http'))
      t.ok(urls.length >= 5)
      for (const url of urls) t.equal(new URL(String(url)).host, issuerAt(host).host, String(url))
    })
  })
}

t.test('a refresh token that rotates gives way to the next one', async (t) => {
  const provider = await discover(openid.ClientSecretBasic(secretOf('rotating')), 'rotating')
  const remembered = remember()
  const first = await openid.authorizationCodeGrant(provider, await signIn(provider, remembered), remembered)
  const second = await openid.refreshTokenGrant(provider, String(first.refresh_token))
  t.not(second.refresh_token, first.refresh_token)
  await t.rejects(
    openid.refreshTokenGrant(provider, String(first.refresh_token)),
    answered('invalid_grant'),
    'the first one is over',
  )
  t.match(lastRefusal(), { rule: 'refresh.rotation' })
  const third = await openid.refreshTokenGrant(provider, String(second.refresh_token))
  t.hasStrict(third.claims(), { sub: first.claims()?.sub, auth_time: first.claims()?.auth_time })
})

t.test('a machine gets an access token with its scopes, and no more', async (t) => {
  for (const authentication of [openid.ClientSecretBasic, openid.ClientSecretPost]) {
    const provider = await discover(authentication(secretOf('machine')), 'machine')
    const tokens = await openid.clientCredentialsGrant(provider, { scope: 'orders/read' })
    t.same(Object.keys(tokens), ['access_token', 'expires_in', 'token_type'])
    t.equal(tokens.claims(), undefined)
    await t.rejects(
      openid.clientCredentialsGrant(provider, { scope: 'orders/steal' }),
      answered('invalid_scope'),
    )
    t.match(lastRefusal(), { rule: 'token.machine-scope' })
  }
})

t.test('the implicit grant answers in the fragment, which the library reads if told so', async (t) => {
  const provider = await discover(openid.None(), 'implicit')
  openid.useIdTokenResponseType(provider)
  const { expectedState: state, expectedNonce: nonce } = remember()
  const url = openid.buildAuthorizationUrl(provider, {
    // Cognito's word for it; the library would say id_token.
    response_type: 'token',
    redirect_uri: String(mock.pool.client('implicit').callbackUrls[0]),
    scope: 'openid email',
    state,
    nonce,
  })
  const callback = await createBrowser().signIn(url, alice)
  t.equal(callback.search, '', 'nothing for a server to see')
  const { iss, email } = await openid.implicitAuthentication(provider, callback, nonce, {
    expectedState: state,
  })
  t.strictSame({ iss, email }, { iss: mock.pool.issuer, email: 'alice@example.com' })
  const accessToken = String(new URLSearchParams(callback.hash.slice(1)).get('access_token'))
  t.hasStrict(await openid.fetchUserInfo(provider, accessToken, openid.skipSubjectCheck), {
    username: 'alice',
  })
  await t.rejects(
    openid.implicitAuthentication(provider, callback, openid.randomNonce(), { expectedState: state }),
    { code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' },
  )
})

for (const [name, authentication] of [
  ['web', openid.ClientSecretBasic(secret)],
  ['web', openid.ClientSecretPost(secret)],
  ['spa', openid.None()],
] as const)
  t.test(`${name}: a revoked refresh token is over, and so are its access tokens here`, async (t) => {
    const provider = await discover(authentication, name)
    const remembered = remember()
    const tokens = await openid.authorizationCodeGrant(
      provider,
      await signIn(provider, remembered),
      remembered,
    )
    await openid.tokenRevocation(provider, String(tokens.refresh_token))
    await openid.tokenRevocation(provider, String(tokens.refresh_token))
    await t.rejects(
      openid.refreshTokenGrant(provider, String(tokens.refresh_token)),
      answered('invalid_grant'),
    )
    await t.rejects(
      openid.fetchUserInfo(provider, tokens.access_token, String(tokens.claims()?.sub)),
      { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', cause: { status: 401 } },
      'a status, and no challenge: the header has no scheme, so the library cannot read it',
    )
    t.match(lastRefusal(), { path: '/oauth2/userInfo', rule: 'userinfo.not-revoked' })
    await t.rejects(openid.tokenRevocation(provider, tokens.access_token), answered('unsupported_token_type'))
  })

t.test('a client that cannot prove itself revokes nothing', async (t) => {
  const provider = await discover(openid.ClientSecretBasic('a-wrong-secret'))
  await t.rejects(openid.tokenRevocation(provider, 'whatever'), {
    ...answered('invalid_client'),
    status: 401,
  })
})

t.test('after the sign-out URL the page is shown again', async (t) => {
  const provider = await discover()
  const browser = createBrowser()
  await browser.signIn(await authorizeUrl(provider, remember()), alice)
  const silent = await browser.get(await authorizeUrl(provider, remember()))
  t.ok(silent.location?.searchParams.has('code'), 'until then there is none')

  const [logoutUri] = mock.pool.client('web').logoutUrls
  const oidcStyle = openid.buildEndSessionUrl(provider, { post_logout_redirect_uri: String(logoutUri) })
  t.equal((await browser.get(oidcStyle)).location?.pathname, '/error', 'Cognito has a parameter of its own')
  const url = openid.buildEndSessionUrl(provider, { logout_uri: String(logoutUri) })
  t.equal((await browser.get(url)).location?.href, logoutUri)
  const page = await browser.get(await authorizeUrl(provider, remember()))
  t.equal(page.location?.pathname, '/login')
})

t.test('every endpoint that discovery announces is there', async (t) => {
  const metadata: Readonly<Record<string, unknown>> = (await discover()).serverMetadata()
  const announced = Object.keys(metadata).filter((name) => /_endpoint$|^jwks_uri$/.test(name))
  for (const name of ['authorization', 'end_session', 'token', 'userinfo'])
    t.ok(announced.includes(`${name}_endpoint`), `${name} is announced`)
  for (const name of announced) {
    const { status } = await fetch(String(metadata[name]), { redirect: 'manual' })
    t.not(status, 404, `${name} is at ${metadata[name]}`)
  }
})

t.test('a back channel by another host name does not change who issued the tokens', async (t) => {
  const provider = await discover(openid.ClientSecretBasic(secret), 'web', 'localhost')
  const called: string[] = []
  provider[openid.customFetch] = (url, options) => {
    const elsewhere = url.replace('//localhost:', '//127.0.0.1:')
    called.push(new URL(elsewhere).pathname)
    return fetch(elsewhere, options as RequestInit)
  }
  await walkTheWholeLogin(t, provider)
  t.ok(called.includes('/oauth2/token') && called.includes('/oauth2/userInfo'), called.join(' '))
})

t.test('state and nonce come back letter for letter', async (t) => {
  const provider = await discover()
  const odd = `a'b"c&d=e+f g%20h/ü<i>#j?${'k'.repeat(500)}`
  const remembered = { ...remember(), expectedState: odd, expectedNonce: odd }
  const tokens = await openid.authorizationCodeGrant(provider, await signIn(provider, remembered), remembered)
  t.equal(tokens.claims()?.nonce, odd)
})

t.test('a callback with the state of somebody else is refused, and the code stays unspent', async (t) => {
  const provider = await discover()
  const remembered = remember()
  const callback = await signIn(provider, remembered)
  await t.rejects(
    openid.authorizationCodeGrant(provider, callback, { ...remembered, expectedState: openid.randomState() }),
    { code: 'OAUTH_INVALID_RESPONSE', cause: { message: 'unexpected "state" response parameter value' } },
  )
  const tokens = await openid.authorizationCodeGrant(provider, callback, remembered)
  t.equal(tokens.claims()?.['cognito:username'], 'alice')
})

t.test('an ID token with the nonce of somebody else is refused', async (t) => {
  const provider = await discover()
  const remembered = remember()
  const callback = await signIn(provider, remembered)
  await t.rejects(
    openid.authorizationCodeGrant(provider, callback, { ...remembered, expectedNonce: openid.randomNonce() }),
    {
      code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
      cause: { message: 'unexpected ID Token "nonce" claim value' },
    },
  )
})

t.test('a code verifier that does not fit the challenge is refused, and the log says why', async (t) => {
  const provider = await discover()
  const remembered = remember()
  const callback = await signIn(provider, remembered)
  await t.rejects(
    openid.authorizationCodeGrant(provider, callback, {
      ...remembered,
      pkceCodeVerifier: openid.randomPKCECodeVerifier(),
    }),
    answered('invalid_grant'),
  )
  t.match(lastRefusal(), { path: '/oauth2/token', rule: 'pkce.verifier', reason: /code_verifier/ })
})

t.test('an app that forgot its code verifier is refused', async (t) => {
  const provider = await discover()
  const { pkceCodeVerifier: _, ...forgetful } = remember()
  const callback = await signIn(provider, { ...forgetful, pkceCodeVerifier: openid.randomPKCECodeVerifier() })
  await t.rejects(openid.authorizationCodeGrant(provider, callback, forgetful), answered('invalid_grant'))
  t.match(lastRefusal(), { rule: 'pkce.verifier', reason: /missing/ })
})

t.test('a code works once', async (t) => {
  const provider = await discover()
  const remembered = remember()
  const callback = await signIn(provider, remembered)
  await openid.authorizationCodeGrant(provider, callback, remembered)
  await t.rejects(openid.authorizationCodeGrant(provider, callback, remembered), answered('invalid_grant'))
  t.match(lastRefusal(), { rule: 'code.single-use', reason: /used/ })
})

t.test('a wrong secret is invalid_client, in the header and in the body', async (t) => {
  for (const authentication of [openid.ClientSecretBasic, openid.ClientSecretPost]) {
    const provider = await discover(authentication('a-wrong-secret'))
    const remembered = remember()
    const callback = await signIn(provider, remembered)
    await t.rejects(
      openid.authorizationCodeGrant(provider, callback, remembered),
      answered('invalid_client', 'invalid_client_secret'),
    )
    t.match(lastRefusal(), { path: '/oauth2/token', rule: 'client.secret' })
  }
})

t.test('a confidential client that sends no secret is invalid_client', async (t) => {
  const provider = await discover(openid.None())
  const remembered = remember()
  const callback = await signIn(provider, remembered)
  await t.rejects(
    openid.authorizationCodeGrant(provider, callback, remembered),
    answered('invalid_client', 'invalid_client_secret'),
  )
})

t.test('a code does not work for another client', async (t) => {
  const remembered = remember()
  const callback = await signIn(await discover(), remembered)
  await t.rejects(
    openid.authorizationCodeGrant(await discover(openid.None(), 'spa'), callback, remembered),
    answered('invalid_grant'),
  )
  t.match(lastRefusal(), { rule: 'code.client' })
})

t.test('a refresh token does not work for another client', async (t) => {
  const provider = await discover()
  const remembered = remember()
  const callback = await signIn(provider, remembered)
  const { refresh_token } = await openid.authorizationCodeGrant(provider, callback, remembered)
  await t.rejects(
    openid.refreshTokenGrant(await discover(openid.None(), 'spa'), String(refresh_token)),
    answered('invalid_grant'),
  )
  t.match(lastRefusal(), { rule: 'refresh.client' })
})

t.test('userInfo about somebody else is refused by the app', async (t) => {
  const provider = await discover()
  const [asAlice, asBob] = [remember(), remember()]
  const ofAlice = await openid.authorizationCodeGrant(provider, await signIn(provider, asAlice), asAlice)
  const ofBob = await openid.authorizationCodeGrant(provider, await signIn(provider, asBob, bob), asBob)
  await t.rejects(openid.fetchUserInfo(provider, ofBob.access_token, String(ofAlice.claims()?.sub)), {
    code: 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  })
})

t.test(
  'what the authorize endpoint refuses arrives at the callback, where the app can read it',
  async (t) => {
    const provider = await discover()
    const remembered = remember()
    const url = await authorizeUrl(provider, remembered, { scope: 'openid orders/delete' })
    const { location } = await createBrowser().get(url)
    await t.rejects(openid.authorizationCodeGrant(provider, location as URL, remembered), {
      name: 'AuthorizationResponseError',
      error: 'invalid_request',
      error_description: 'invalid_scope',
    })
    t.match(lastRefusal(), {
      path: '/oauth2/authorize',
      rule: 'authorize.scope-allowed',
      reason: /orders\/delete/,
    })
  },
)

t.test('the recipe logs alice in', async (t) => {
  const recipe = runRecipe(t, 'openid-client', 'login.mjs', { COGNITO_ISSUER: mock.pool.issuer })
  const login = new URL(await recipe.url)
  await mock.pool.client('web').register({ callbackUrls: [String(login.searchParams.get('redirect_uri'))] })
  const browser = createBrowser()
  const home = await browser.get(await browser.signIn(login, alice))
  t.match(home, { status: 200, body: 'Hello, alice (alice@example.com)' })
  t.match(await recipe.output, login.href)
})
