// A resource API as it stands behind a BFF: it knows no cookie and no session, only access tokens, which it
// verifies as an API in AWS does, with aws-jwt-verify. What it has to tell, it makes up.
import { JwtRsaVerifier } from 'aws-jwt-verify'
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier'
import { JwtBaseError } from 'aws-jwt-verify/error'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'

export interface SampleApiOptions {
  readonly issuer: string
  readonly jwksUri: string
  /** The app clients whose users are served; asked for with each request, since they come and go. */
  readonly clientIds: () => readonly string[]
}

interface Claims {
  readonly sub: string
  readonly username: string
  readonly client_id: string
  readonly scope: string
  readonly exp: number
}

/**
 * Builds the API; it does not listen.
 *
 * @example
 * const api = createSampleApi({ issuer, jwksUri, clientIds: () => [clientId] })
 * await api.inject({ url: '/me', headers: { authorization: `Bearer ${accessToken}` } })
 */
export function createSampleApi({ issuer, jwksUri, clientIds }: SampleApiOptions): FastifyInstance {
  const api = fastify({ forceCloseConnections: true })
  const verifier = JwtRsaVerifier.create(
    {
      issuer,
      jwksUri,
      audience: null,
      customJwtCheck: ({ payload }) =>
        validateCognitoJwtFields(payload, { tokenUse: 'access', clientId: [...clientIds()] }),
    },
    // Its own fetcher speaks https only, as becomes a verifier; on this machine there is none.
    {
      jwksCache: new SimpleJwksCache({ fetcher: { fetch: async (uri) => (await fetch(uri)).arrayBuffer() } }),
    },
  )

  async function claimsOf({ headers }: FastifyRequest): Promise<Claims> {
    const [, token = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
    return (await verifier.verify(token)) as unknown as Claims
  }

  /** RFC 6750 §3 */
  api.setErrorHandler((error, _request, reply) => {
    const challenge = (status: number, code: string, why: string) =>
      reply
        .code(status)
        .header('www-authenticate', `Bearer error="${code}"`)
        .send({ error: code, error_description: why })
    if (error instanceof JwtBaseError) return challenge(401, 'invalid_token', error.message)
    if (error instanceof MissingScope) return challenge(403, 'insufficient_scope', error.message)
    return reply.send(error)
  })

  api.get('/me', async (request) => {
    const { username, sub, client_id, scope, exp } = await claimsOf(request)
    return {
      username,
      sub,
      clientId: client_id,
      scopes: scope.split(' '),
      tokenExpiresAt: new Date(exp * 1000),
    }
  })

  // What the article's home page shows to who has logged in, and in its words.
  api.get('/resource', async (request) => {
    await claimsOf(request)
    return { resource: 'Protected Resource Retrieved from DB.' }
  })

  const orders: { readonly item: string; readonly by: string }[] = [
    { item: 'A book about OAuth', by: 'alice' },
    { item: 'A cup of tea', by: 'bob' },
  ]

  api.get('/orders', async (request) => {
    demandScope(await claimsOf(request), 'orders/read')
    return orders
  })

  const schema = {
    body: {
      type: 'object',
      required: ['item'],
      properties: { item: { type: 'string', minLength: 1, maxLength: 100 } },
    },
  }
  api.post<{ Body: { item: string } }>('/orders', { schema }, async (request, reply) => {
    const claims = await claimsOf(request)
    demandScope(claims, 'orders/write')
    orders.push({ item: request.body.item, by: claims.username })
    return reply.code(201).send(orders.at(-1))
  })

  return api
}

class MissingScope extends Error {}

function demandScope({ scope }: Claims, wanted: string): void {
  if (!scope.split(' ').includes(wanted)) throw new MissingScope(`the access token has no scope ${wanted}`)
}
