// A tiny OpenID issuer that is not the mock: the proof that the BFF needs nothing of it. It logs
// `user` in at once, remembers every secret that it handed out, and misbehaves on request.
import { createHash, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import formbody from '@fastify/formbody'
import { fastify } from 'fastify'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface Behaviour {
  /** Who is sitting in front of the login page. */
  user: Readonly<Record<string, unknown>> & { readonly sub: string }
  /** The ID token has somebody else's nonce. */
  foreignNonce: boolean
  /** The ID token is signed with a key that is not in the JWKS. */
  foreignSignature: boolean
  /** userInfo speaks of this subject. */
  foreignSubject: string | undefined
  /** The authorization endpoint sends the browser back with this instead of a code. */
  decline: Readonly<Record<string, string>> | undefined
  /** The token endpoint answers with this OAuth error. */
  tokenError: string | undefined
  /** The named paths answer 500 and a body that is none of our business. */
  broken: readonly string[]
  /** Connections to the named paths are cut. */
  dead: readonly string[]
}

export interface Issuer extends AsyncDisposable {
  readonly url: string
  readonly origin: string
  readonly clientId: string
  readonly clientSecret: string
  readonly behaviour: Behaviour
  /** Codes, verifiers and tokens: what passed here and is nobody else's to see. */
  readonly secrets: string[]
  /** The path of every request that arrived. */
  readonly seen: string[]
  close(): Promise<void>
}

const well: Behaviour = {
  user: { sub: 'sub-alice', username: 'alice', email: 'alice@example.com', email_verified: 'true' },
  foreignNonce: false,
  foreignSignature: false,
  foreignSubject: undefined,
  decline: undefined,
  tokenError: undefined,
  broken: [],
  dead: [],
}

interface Grant extends Readonly<Record<string, string>> {}

/** Starts an issuer on a port of its own, or on the one given. */
export async function startIssuer({ port = 0 } = {}): Promise<Issuer> {
  const app = fastify({ forceCloseConnections: true })
  await app.register(formbody)

  const clientId = 'a client'
  const clientSecret = 's3cret:with/odd+characters%'
  const behaviour: Behaviour = { ...well }
  const secrets: string[] = []
  const seen: string[] = []
  const grants = new Map<string, { asked: Grant; user: Behaviour['user'] }>()
  const users = new Map<string, Behaviour['user']>()

  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const stranger = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }

  const origin = () => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const remember = (secret: string) => {
    secrets.push(secret)
    return secret
  }

  app.addHook('onRequest', async (request, reply) => {
    const path = String(request.url.split('?', 1)[0])
    seen.push(path)
    if (behaviour.dead.includes(path)) request.raw.destroy()
    if (behaviour.broken.includes(path)) await reply.code(500).send('<h1>no</h1>')
  })

  // As Cognito's, this document says nothing about code challenge methods.
  app.get('/pool/.well-known/openid-configuration', async () => ({
    issuer: `${origin()}/pool`,
    authorization_endpoint: `${origin()}/oauth2/authorize`,
    token_endpoint: `${origin()}/oauth2/token`,
    userinfo_endpoint: `${origin()}/oauth2/userInfo`,
    jwks_uri: `${origin()}/pool/.well-known/jwks.json`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }))

  app.get('/pool/.well-known/jwks.json', async () => ({ keys: [jwk] }))

  app.get<{ Querystring: Grant }>('/oauth2/authorize', async ({ query }, reply) => {
    const back = new URL(String(query.redirect_uri))
    back.searchParams.set('state', String(query.state))
    if (behaviour.decline) {
      for (const [name, value] of Object.entries(behaviour.decline)) back.searchParams.set(name, value)
      return reply.redirect(back.href)
    }
    const code = remember(randomUUID())
    grants.set(code, { asked: query, user: behaviour.user })
    back.searchParams.set('code', code)
    return reply.redirect(back.href)
  })

  app.post<{ Body: Grant }>('/oauth2/token', async ({ body, headers }, reply) => {
    const grant = grants.get(String(body.code))
    grants.delete(String(body.code))
    const refusal =
      behaviour.tokenError ??
      (mayAsk(headers.authorization, body) ? undefined : 'invalid_client') ??
      (grant && proves(String(body.code_verifier), grant.asked) ? undefined : 'invalid_grant')
    if (refusal || !grant) return reply.code(400).send({ error: refusal, error_description: 'No <b>way</b>' })

    const { asked, user } = grant
    remember(String(body.code_verifier))
    const accessToken = remember(`access-${randomUUID()}`)
    users.set(accessToken, user)
    const { username, email_verified: _, ...claims } = user
    const idToken = await new SignJWT({
      ...claims,
      'cognito:username': username,
      nonce: behaviour.foreignNonce ? 'of-somebody-else' : asked.nonce,
      at_hash: 'not-for-browsers',
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(`${origin()}/pool`)
      .setAudience(clientId)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(behaviour.foreignSignature ? stranger.privateKey : privateKey)
    return {
      access_token: accessToken,
      id_token: remember(idToken),
      refresh_token: remember(`refresh-${randomUUID()}`),
      token_type: 'Bearer',
      expires_in: 3600,
    }
  })

  app.get('/oauth2/userInfo', async ({ headers }) => {
    const user = users.get(String(headers.authorization?.slice('Bearer '.length)))
    return { ...user, sub: behaviour.foreignSubject ?? user?.sub }
  })

  app.get<{ Querystring: Grant }>('/logout', async ({ query }, reply) =>
    reply.redirect(String(query.logout_uri)),
  )

  /** Basic credentials are form-encoded before they are joined, RFC 6749 §2.3.1; or no secret at all. */
  function mayAsk(authorization: string | undefined, body: Grant): boolean {
    if (!authorization) return body.client_id === clientId
    const pair = Buffer.from(authorization.slice('Basic '.length), 'base64').toString()
    const [id, secret] = pair.split(':').map((half) => decodeURIComponent(half.replaceAll('+', ' ')))
    return id === clientId && secret === clientSecret
  }

  await app.listen({ host: '127.0.0.1', port })
  return {
    url: `${origin()}/pool`,
    origin: origin(),
    clientId,
    clientSecret,
    behaviour,
    secrets,
    seen,
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  }
}

const proves = (verifier: string, asked: Grant): boolean =>
  asked.code_challenge_method === 'S256' &&
  createHash('sha256').update(verifier).digest('base64url') === asked.code_challenge
