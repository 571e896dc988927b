// aws-jwt-verify is AWS's own verifier, and it insists on AWS's own issuer. Each way to bring it together
// with the mock is walked here with real logins; what it must refuse, it refuses in each of them. The recipe, which shows
// two of them, is run as it is printed.
import { CognitoJwtVerifier, JwtRsaVerifier, JwtVerifier } from 'aws-jwt-verify'
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier'
import * as refusals from 'aws-jwt-verify/error'
import type { Fetcher } from 'aws-jwt-verify/https'
import { type Jwks, SimpleJwksCache } from 'aws-jwt-verify/jwk'
import t, { type Test } from 'tap'
import type { Mocknito } from '../../src/handle/mocknito.ts'
import { startMocknito } from '../../src/start.ts'
import { bob } from '../support/browser.ts'
import { demoWith } from '../support/fixtures.ts'
import { basic, postToken } from '../support/oauth.ts'
import { runRecipe } from '../support/recipe.ts'
import { shows } from '../support/world.ts'
import { type Login, logIn, refresh, type Tokens, tokensIn } from './log-in.ts'

const [asAws, asLocal] = await Promise.all([
  startMocknito({ issuer: 'aws' }),
  startMocknito({ issuer: 'local' }),
])
t.teardown(() => Promise.all([asAws.close(), asLocal.close()]))

const awsIssuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_LocalPool'

/** What a resource server demands of a token. */
interface Demands {
  readonly tokenUse: 'id' | 'access'
  readonly clientId: string | string[]
  readonly groups?: string | string[]
  readonly scope?: string | string[]
}

/** One way to verify: resolves with the claims, or rejects. */
type Verify = (token: string, demands: Demands) => Promise<Record<string, unknown>>

/** The fetcher of the library speaks https only; this one speaks plain http, and counts. */
function plainFetcher(
  rewrite: (uri: string) => string = (uri) => uri,
): Fetcher & { readonly seen: string[] } {
  const seen: string[] = []
  return {
    seen,
    async fetch(uri) {
      seen.push(uri)
      return (await fetch(rewrite(uri))).arrayBuffer()
    },
  }
}

const rewriting = plainFetcher((uri) => uri.replace('https://cognito-idp.us-east-1.amazonaws.com', asAws.url))
const rewritingCache = new SimpleJwksCache({ fetcher: rewriting })
const plain = plainFetcher()
const plainCache = new SimpleJwksCache({ fetcher: plain })
const jwks = (await (await fetch(asAws.pool.jwksUri)).json()) as Jwks

const preloaded: Verify = async (token, demands) => {
  const verifier = CognitoJwtVerifier.create({ userPoolId: asAws.pool.id, ...demands })
  verifier.cacheJwks(jwks)
  return verifier.verifySync(token)
}

const redirected: Verify = (token, demands) =>
  CognitoJwtVerifier.create({ userPoolId: asAws.pool.id, ...demands }, { jwksCache: rewritingCache }).verify(
    token,
  )

const generic =
  (verifiers: typeof JwtVerifier): Verify =>
  (token, { scope, ...demands }) =>
    verifiers
      .create(
        {
          issuer: asLocal.pool.issuer,
          audience: null,
          ...(scope !== undefined && { scope }),
          customJwtCheck: ({ payload }) => validateCognitoJwtFields(payload, demands),
        },
        { jwksCache: plainCache },
      )
      .verify(token)

const ways: readonly (readonly [string, Mocknito, Verify])[] = [
  ['CognitoJwtVerifier with the keys loaded beforehand, issuer: aws', asAws, preloaded],
  ['CognitoJwtVerifier with a fetcher that asks the mock in place of AWS, issuer: aws', asAws, redirected],
  ['JwtVerifier with validateCognitoJwtFields, issuer: local', asLocal, generic(JwtVerifier)],
  ['JwtRsaVerifier, its old name, issuer: local', asLocal, generic(JwtRsaVerifier)],
]

/** Tokens of a login two hours ago: an hour past their time. */
async function oldTokens(mock: Mocknito): Promise<Tokens> {
  await mock.pool.clock.advance('-2h')
  const tokens = await tokensIn(await logIn(mock))
  await mock.pool.clock.reset()
  return tokens
}

async function machineToken(mock: Mocknito): Promise<string> {
  const { body } = await postToken(
    mock,
    { grant_type: 'client_credentials' },
    basic(mock.pool.client('machine')),
  )
  return String(body.access_token)
}

function tamperedWith(token: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const forged = Buffer.from(JSON.stringify({ ...claims, 'cognito:groups': ['admins', 'owners'] }))
  return [header, forged.toString('base64url'), signature].join('.')
}

/** The errors of the library differ in their class only: name and code are the same in all of them. */
async function refuses(t: Test, refusal: new (...parts: never[]) => Error, verifying: Promise<unknown>) {
  const error = await verifying.catch((reason) => reason)
  t.type(error, refusal)
}

for (const [way, mock, verify] of ways) {
  t.test(way, async (t) => {
    const clientId = mock.pool.client('web').id
    const { id_token, access_token } = await tokensIn(await logIn(mock))
    const asId = { tokenUse: 'id', clientId } as const
    const asAccess = { tokenUse: 'access', clientId } as const

    t.test('accepts the ID token of alice, an administrator', async (t) => {
      t.hasStrict(await verify(id_token, { ...asId, groups: 'admins' }), {
        iss: mock === asAws ? awsIssuer : mock.pool.issuer,
        token_use: 'id',
        aud: clientId,
        'cognito:username': 'alice',
      })
    })

    t.test('accepts her access token, with its group and one of its scopes', async (t) => {
      t.hasStrict(await verify(access_token, { ...asAccess, groups: 'admins', scope: 'orders/read' }), {
        iss: mock === asAws ? awsIssuer : mock.pool.issuer,
        token_use: 'access',
        client_id: clientId,
        username: 'alice',
      })
    })

    t.test('accepts any of several clients, groups and scopes', async (t) => {
      const demands = {
        clientId: [mock.pool.client('spa').id, clientId],
        groups: ['owners', 'admins'],
        scope: ['orders/delete', 'orders/write'],
      }
      t.hasStrict(await verify(access_token, { ...asAccess, ...demands }), { 'cognito:groups': ['admins'] })
      const { scope: _, ...ofAnyScope } = demands
      t.hasStrict(await verify(id_token, { ...asId, ...ofAnyScope }), { 'cognito:groups': ['admins'] })
    })

    t.test('accepts what a refresh gave', async (t) => {
      const { refresh_token } = await tokensIn(await logIn(mock))
      const renewed = await tokensIn(await refresh(mock, 'web', refresh_token))
      t.hasStrict(await verify(renewed.id_token, { ...asId, groups: 'admins' }), { token_use: 'id' })
      t.hasStrict(await verify(renewed.access_token, { ...asAccess, scope: 'orders/read' }), { version: 2 })
    })

    t.test('accepts the token of a machine, which is in no group', async (t) => {
      const machine = { tokenUse: 'access', clientId: mock.pool.client('machine').id } as const
      const token = await machineToken(mock)
      t.hasStrict(await verify(token, { ...machine, scope: 'orders/read' }), { sub: machine.clientId })
      await refuses(t, refusals.CognitoJwtInvalidGroupError, verify(token, { ...machine, groups: 'admins' }))
    })

    t.test('refuses the one in place of the other', async (t) => {
      await refuses(t, refusals.CognitoJwtInvalidTokenUseError, verify(id_token, asAccess))
      await refuses(t, refusals.CognitoJwtInvalidTokenUseError, verify(access_token, asId))
    })

    t.test('refuses tokens of another client', async (t) => {
      const another = { clientId: mock.pool.client('spa').id }
      await refuses(t, refusals.CognitoJwtInvalidClientIdError, verify(id_token, { ...asId, ...another }))
      await refuses(
        t,
        refusals.CognitoJwtInvalidClientIdError,
        verify(access_token, { ...asAccess, ...another }),
      )
    })

    t.test('refuses bob, who is no administrator', async (t) => {
      const tokens = await tokensIn(await logIn(mock, { person: bob }))
      for (const [token, demands] of [
        [tokens.id_token, asId],
        [tokens.access_token, asAccess],
      ] as const) {
        t.hasStrict(await verify(token, demands), { token_use: demands.tokenUse })
        await refuses(
          t,
          refusals.CognitoJwtInvalidGroupError,
          verify(token, { ...demands, groups: 'admins' }),
        )
      }
    })

    t.test('refuses a scope that was not granted', async (t) => {
      const tokens = await tokensIn(await logIn(mock, { scope: 'openid orders/read' }))
      t.hasStrict(await verify(tokens.access_token, { ...asAccess, scope: 'orders/read' }), { version: 2 })
      await refuses(
        t,
        refusals.JwtInvalidScopeError,
        verify(tokens.access_token, { ...asAccess, scope: 'orders/write' }),
      )
    })

    t.test('refuses tokens that were tampered with', async (t) => {
      await refuses(t, refusals.JwtInvalidSignatureError, verify(tamperedWith(id_token), asId))
      await refuses(t, refusals.JwtInvalidSignatureError, verify(tamperedWith(access_token), asAccess))
    })

    t.test('refuses tokens past their time', async (t) => {
      const old = await oldTokens(mock)
      await refuses(t, refusals.JwtExpiredError, verify(old.id_token, asId))
      await refuses(t, refusals.JwtExpiredError, verify(old.access_token, asAccess))
    })
  })
}

t.test('every key was found by its kid, with one fetch of the key set', async (t) => {
  t.strictSame(rewriting.seen, [`${awsIssuer}/.well-known/jwks.json`])
  t.strictSame(plain.seen, [asLocal.pool.jwksUri])
})

t.test('CognitoJwtVerifier knows no local issuer, which is why there is issuer: aws', async (t) => {
  const { id_token } = await tokensIn(await logIn(asLocal))
  const verifier = CognitoJwtVerifier.create({
    userPoolId: asLocal.pool.id,
    tokenUse: 'id',
    clientId: asLocal.pool.client('web').id,
  })
  await t.rejects(verifier.verify(id_token), { message: `issuer not configured: ${asLocal.pool.issuer}` })
})

t.test('with issuer: aws discovery names AWS as the issuer and the mock for everything else', async (t) => {
  const { issuer, ...metadata } = (await (
    await fetch(`${asAws.url}/${asAws.pool.id}/.well-known/openid-configuration`)
  ).json()) as Record<string, unknown>
  t.equal(issuer, awsIssuer)
  t.equal(asAws.pool.issuer, awsIssuer)
  const urls = Object.values(metadata).filter((value) => typeof value === 'string')
  t.ok(urls.length >= 5)
  for (const url of urls) t.equal(new URL(url).origin, asAws.url, url)
})

t.test('a pool with the updated issuer says so, and CognitoJwtVerifier accepts that too', async (t) => {
  shows(t, 'discovery.updated-issuer')
  const fixture = demoWith((pool) => {
    pool.UserPool.IssuerConfiguration = { Type: 'UPDATED' }
  })
  const mock = await startMocknito({ issuer: 'aws', fixture })
  t.teardown(() => mock.close())
  const updated = 'https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_LocalPool'
  const discovery = await fetch(`${mock.url}/us-east-1_LocalPool/.well-known/openid-configuration`)
  t.match(await discovery.json(), { issuer: updated })
  const { id_token, access_token } = await tokensIn(await logIn(mock))
  const verifier = CognitoJwtVerifier.create({
    userPoolId: mock.pool.id,
    tokenUse: null,
    clientId: mock.pool.client('web').id,
  })
  verifier.cacheJwks((await (await fetch(mock.pool.jwksUri)).json()) as Jwks)
  for (const token of [id_token, access_token]) t.equal(verifier.verifySync(token).iss, updated)
  const userInfo = await fetch(`${mock.url}/oauth2/userInfo`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  t.equal(userInfo.status, 200)
})

t.test('with issuer: aws the mock knows its own tokens again', async (t) => {
  const { access_token } = await tokensIn(await logIn(asAws))
  const headers = { authorization: `Bearer ${access_token}` }
  const answer = await fetch(`${asAws.url}/oauth2/userInfo`, { headers })
  t.equal(answer.status, 200)
  t.hasStrict(await answer.json(), { username: 'alice', email: 'alice@example.com' })
})

for (const [mock, script] of [
  [asAws, 'verify.mjs'],
  [asLocal, 'verify-local.mjs'],
] as const)
  t.test(`the recipe tells an administrator from others: ${script}`, async (t) => {
    const verdictOn = async (login: Login) => {
      const { access_token } = await tokensIn(await logIn(mock, login))
      return runRecipe(t, 'aws-jwt-verify', script, { MOCK_URL: mock.url }, access_token).output
    }
    t.equal(await verdictOn({}), 'alice administrates and may read orders\n')
    await t.rejects(verdictOn({ person: bob }), /CognitoJwtInvalidGroupError/)
    await t.rejects(verdictOn({ scope: 'openid' }), /JwtInvalidScopeError/)
  })
