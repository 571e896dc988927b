// openid-client 6, a certified relying party, logs in at the mock as any app would: by discovery alone, with
// every check that it has switched on. What it refuses, and what the mock refuses it, is here too.
import * as openid from 'openid-client'
import t, { type Test } from 'tap'
import { startMocknito } from '../../src/start.ts'
import { alice, bob, type Credentials, createBrowser } from '../support/browser.ts'

const mock = await startMocknito()
t.teardown(() => mock.close())

type ClientName = 'web' | 'spa'

const web = mock.pool.client('web')
const secret = String(web.secret)
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

async function walkTheWholeLogin(t: Test, provider: openid.Configuration): Promise<void> {
  const { issuer } = provider.serverMetadata()
  const remembered = remember()
  const callback = await signIn(provider, remembered)

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

    t.test('discovery speaks of the server by that name only', async (t) => {
      const { issuer, ...metadata } = (await discover(openid.None(), 'spa', host)).serverMetadata()
      t.equal(issuer, issuerAt(host).href)
      const urls = Object.values(metadata).filter((value) => String(value).startsWith('http'))
      t.ok(urls.length >= 5)
      for (const url of urls) t.equal(new URL(String(url)).host, issuerAt(host).host, String(url))
    })
  })
}

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
