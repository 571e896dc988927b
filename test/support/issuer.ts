// A tiny OpenID issuer that is not the mock: the proof that the BFF needs nothing of it. It logs
// `user` in at once, remembers every secret that it handed out, and misbehaves on request.
import { createHash, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import formbody from '@fastify/formbody'
import { type FastifyReply, fastify } from 'fastify'
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
  /** How long access tokens are said to be good; undefined: nothing is said. */
  accessSeconds: number | undefined
  /** There are refresh tokens. */
  refreshes: boolean
  /** A refresh token is good for one use, without grace. */
  rotates: boolean
  /** The named paths do not answer. */
  silent: readonly string[]
  /** The new ID token of a refresh is of this subject. */
  refreshedSubject: string | undefined
  /** The token endpoint says 429. */
  throttled: boolean
  /** And when to come back. */
  retryAfter: string | undefined
  /** Who fails to prove itself with Basic is challenged, as RFC 6749 has it; Cognito does not. */
  challenges: boolean
  /** A refresh brings an ID token too. */
  refreshesIdToken: boolean
  /** There is an endpoint to revoke tokens. */
  revocation: boolean
  /** GlobalSignOut is refused, as for a token without its scope. */
  signOutRefused: boolean
  /** ID tokens are signed by this key. */
  key: 'one' | 'two'
  /** When people showed who they are, in epoch seconds; undefined: nothing is said. */
  authTime: number | undefined
  /** The one that is in the JWKS, if it is another. */
  published: 'one' | 'two' | undefined
  /** The named paths answer when this has happened. */
  waits: Readonly<Record<string, Promise<void>>>
  /** The ID token of a refresh says nothing of the person. */
  refreshesSilently: boolean
  /** Every refresh gives the same access token. */
  repeatsToken: boolean
  /** userInfo refuses every token, with a challenge. */
  userInfoRefuses: boolean
  /** How far the clock of this issuer is ahead. */
  clockSkewSeconds: number
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
  /** The next request to this path has arrived. */
  arrival(path: string): Promise<void>
  /** Refresh tokens that were revoked. */
  readonly revoked: string[]
  /** Access tokens that came with a GlobalSignOut. */
  readonly signedOut: string[]
  /** How the client has proven itself, each time. */
  readonly proofs: ('basic' | 'post' | 'none')[]
  /** Secrets that the client may use; at first its one. */
  readonly clientSecrets: string[]
  close(): Promise<void>
}

const well: Behaviour = {
  user: { sub: 'sub-alice', username: 'alice', email: 'alice@example.com', email_verified: 'true' },
  foreignNonce: false,
  foreignSignature: false,
  foreignSubject: undefined,
  decline: undefined,
  accessSeconds: 3600,
  refreshes: true,
  rotates: false,
  silent: [],
  refreshedSubject: undefined,
  throttled: false,
  retryAfter: '7',
  challenges: false,
  refreshesIdToken: true,
  revocation: true,
  signOutRefused: false,
  key: 'one',
  published: undefined,
  authTime: undefined,
  waits: {},
  refreshesSilently: false,
  repeatsToken: false,
  userInfoRefuses: false,
  clockSkewSeconds: 0,
  tokenError: undefined,
  broken: [],
  dead: [],
}

/** The two of every issuer, and one that nobody has published. Made once: that takes longer than most stories. */
const keyPairs = Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256'), generateKeyPair('RS256')])

interface Grant extends Readonly<Record<string, string>> {}

/** Starts an issuer on a port of its own, or on the one given. */
export async function startIssuer({ port = 0, clientId = 'a client' } = {}): Promise<Issuer> {
  const app = fastify({ forceCloseConnections: true })
  await app.register(formbody)

  const clientSecret = 's3cret:with/odd+characters%'
  const behaviour: Behaviour = { ...well }
  const secrets: string[] = []
  const seen: string[] = []
  const grants = new Map<string, { asked: Grant; user: Behaviour['user'] }>()
  const users = new Map<string, Behaviour['user']>()

  const [one, two, stranger] = await keyPairs
  const keys = { one, two }
  const revoked: string[] = []
  const signedOut: string[] = []
  const clientSecrets = [clientSecret]
  const proofs: Issuer['proofs'] = []
  const refreshTokens = new Map<string, Behaviour['user']>()

  const origin = () => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const arrivals = new Map<string, () => void>()
  const remember = (secret: string) => {
    secrets.push(secret)
    return secret
  }

  app.addHook('onRequest', async (request, reply) => {
    const path = String(request.url.split('?', 1)[0])
    seen.push(path)
    arrivals.get(path)?.()
    await behaviour.waits[path]
    if (behaviour.silent.includes(path)) await new Promise(() => {})
    if (behaviour.dead.includes(path)) request.raw.destroy()
    if (behaviour.broken.includes(path)) await reply.code(500).send('<h1>no</h1>')
  })

  // As Cognito's, this document says nothing about code challenge methods.
  app.get('/pool/.well-known/openid-configuration', async () => ({
    issuer: `${origin()}/pool`,
    authorization_endpoint: `${origin()}/oauth2/authorize`,
    token_endpoint: `${origin()}/oauth2/token`,
    ...(behaviour.revocation && { revocation_endpoint: `${origin()}/oauth2/revoke` }),
    userinfo_endpoint: `${origin()}/oauth2/userInfo`,
    jwks_uri: `${origin()}/pool/.well-known/jwks.json`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }))

  const published = () => behaviour.published ?? behaviour.key
  app.get('/pool/.well-known/jwks.json', async () => ({
    keys: [{ ...(await exportJWK(keys[published()].publicKey)), kid: published(), alg: 'RS256', use: 'sig' }],
  }))

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
    if (behaviour.throttled) {
      if (behaviour.retryAfter !== undefined) reply.header('retry-after', behaviour.retryAfter)
      return reply.code(429).send({ error: 'slow_down' })
    }
    const refusal =
      behaviour.tokenError ?? (mayAsk(headers.authorization, body) ? undefined : 'invalid_client')
    if (refusal === 'invalid_client' && isChallenged(headers.authorization)) return challenge(reply)
    if (refusal) return reply.code(400).send({ error: refusal, error_description: 'No <b>way</b>' })
    const login = body.grant_type === 'refresh_token' ? refreshed(body) : redeemed(body)
    if (!login) return reply.code(400).send({ error: 'invalid_grant', error_description: 'No <b>way</b>' })
    return answer(login)
  })

  interface Granted {
    readonly user: Behaviour['user']
    readonly nonce?: string | undefined
    readonly refreshToken: string | undefined
  }

  const newRefreshToken = (user: Behaviour['user']) => {
    const refreshToken = remember(`refresh-${randomUUID()}`)
    refreshTokens.set(refreshToken, user)
    return refreshToken
  }

  function redeemed(body: Grant): Granted | undefined {
    const grant = grants.get(String(body.code))
    grants.delete(String(body.code))
    if (!grant || !proves(String(body.code_verifier), grant.asked)) return undefined
    remember(String(body.code_verifier))
    const { user, asked } = grant
    return { user, nonce: asked.nonce, refreshToken: behaviour.refreshes ? newRefreshToken(user) : undefined }
  }

  function refreshed(body: Grant): Granted | undefined {
    const token = String(body.refresh_token)
    const user = refreshTokens.get(token)
    if (!user) return undefined
    if (!behaviour.rotates) return { user, refreshToken: undefined }
    refreshTokens.delete(token)
    return { user, refreshToken: newRefreshToken(user) }
  }

  async function answer({ user, nonce, refreshToken }: Granted) {
    const accessToken = behaviour.repeatsToken ? 'access-always-the-same' : remember(`access-${randomUUID()}`)
    users.set(accessToken, user)
    const { username, email_verified: _, ...claims } = user
    const now = Math.floor(Date.now() / 1000) + behaviour.clockSkewSeconds
    const idToken = await new SignJWT({
      ...(nonce === undefined && behaviour.refreshesSilently
        ? {}
        : { ...claims, 'cognito:username': username }),
      ...(nonce === undefined && { sub: behaviour.refreshedSubject ?? user.sub }),
      ...(behaviour.authTime !== undefined && { auth_time: behaviour.authTime }),
      ...(nonce !== undefined && { nonce: behaviour.foreignNonce ? 'of-somebody-else' : nonce }),
      at_hash: 'not-for-browsers',
    })
      .setProtectedHeader({ alg: 'RS256', kid: behaviour.key })
      .setIssuer(`${origin()}/pool`)
      .setAudience(clientId)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + 3600)
      .sign(behaviour.foreignSignature ? stranger.privateKey : keys[behaviour.key].privateKey)
    return {
      access_token: accessToken,
      ...((nonce !== undefined || behaviour.refreshesIdToken) && { id_token: remember(idToken) }),
      ...(refreshToken && { refresh_token: refreshToken }),
      token_type: 'Bearer',
      ...(behaviour.accessSeconds !== undefined && { expires_in: behaviour.accessSeconds }),
    }
  }

  app.post<{ Body: Grant }>('/oauth2/revoke', async ({ body, headers }, reply) => {
    if (!mayAsk(headers.authorization, body)) {
      if (isChallenged(headers.authorization)) return challenge(reply)
      return reply.code(400).send({ error: 'invalid_client' })
    }
    revoked.push(String(body.token))
    refreshTokens.delete(String(body.token))
    return reply.type('application/json').send('')
  })

  // The one operation of Cognito's other API that a BFF may want.
  app.addContentTypeParser(
    'application/x-amz-json-1.1',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => JSON.parse(body),
  )
  app.post<{ Body: Grant }>('/', async ({ body, headers }, reply) => {
    if (headers['x-amz-target'] !== 'AWSCognitoIdentityProviderService.GlobalSignOut')
      return reply.callNotFound()
    if (behaviour.signOutRefused)
      return reply
        .code(400)
        .send({ __type: 'NotAuthorizedException', message: 'Access Token does not have required scopes' })
    signedOut.push(String(body.AccessToken))
    return {}
  })

  app.get('/oauth2/userInfo', async ({ headers }, reply) => {
    if (behaviour.userInfoRefuses) return challenge(reply)
    const user = users.get(String(headers.authorization?.slice('Bearer '.length)))
    // As Cognito's, it knows of no groups.
    return { ...user, 'cognito:groups': undefined, sub: behaviour.foreignSubject ?? user?.sub }
  })

  app.get<{ Querystring: Grant }>('/logout', async ({ query }, reply) =>
    reply.redirect(String(query.logout_uri)),
  )

  /** Basic credentials are form-encoded before they are joined, RFC 6749 §2.3.1; or no secret at all. */
  function mayAsk(authorization: string | undefined, body: Grant): boolean {
    proofs.push(authorization ? 'basic' : body.client_secret ? 'post' : 'none')
    if (!authorization)
      return (
        body.client_id === clientId && (!body.client_secret || clientSecrets.includes(body.client_secret))
      )
    const pair = Buffer.from(authorization.slice('Basic '.length), 'base64').toString()
    const [id, secret] = pair.split(':').map((half) => decodeURIComponent(half.replaceAll('+', ' ')))
    return id === clientId && clientSecrets.includes(String(secret))
  }

  const isChallenged = (authorization: string | undefined) =>
    behaviour.challenges && authorization !== undefined
  const challenge = (reply: FastifyReply) =>
    reply.code(401).header('www-authenticate', 'Basic realm="issuer"').send({ error: 'invalid_client' })

  await app.listen({ host: '127.0.0.1', port })
  return {
    url: `${origin()}/pool`,
    origin: origin(),
    clientId,
    clientSecret,
    behaviour,
    secrets,
    seen,
    arrival: (path) => new Promise((arrive) => arrivals.set(path, arrive)),
    revoked,
    signedOut,
    proofs,
    clientSecrets,
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  }
}

const proves = (verifier: string, asked: Grant): boolean =>
  asked.code_challenge_method === 'S256' &&
  createHash('sha256').update(verifier).digest('base64url') === asked.code_challenge
