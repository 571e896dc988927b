// POST /oauth2/token (RFC 6749 §3.2): a form in, tokens or an error out. Any other method or content type is a bare 405.
import type { FastifyInstance } from 'fastify'
import { methodNotAllowed } from '../../domain/refusal.ts'
import { answerTokenRequest, type Form } from '../../domain/token-request.ts'
import { refused } from '../../domain/trail.ts'
import { preflight } from '../../plugins/cors.ts'
import { jsonType } from '../../plugins/voices/oauth.ts'

export async function token(app: FastifyInstance): Promise<void> {
  const { urls } = app.idp
  app.post<{ Body: Form | undefined }>('/oauth2/token', async (request, reply) => {
    const { exchange, headers, announcedOrigin, world } = request
    exchange.verdicts.push({ rule: 'token.form', holds: true })
    const response = await answerTokenRequest(
      request.body ?? {},
      headers.authorization,
      world,
      (pool) => urls.issuer(pool, announcedOrigin),
      exchange,
    )
    return reply.type(jsonType).send(JSON.stringify(response))
  })
  app.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'],
    url: '/oauth2/token',
    handler: async ({ exchange, method }) => {
      throw refused(exchange, 'token.form', methodNotAllowed(`the method is ${method}, expected POST`))
    },
  })
  preflight(app, '/oauth2/token', 'POST')
}
