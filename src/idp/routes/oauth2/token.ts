// POST /oauth2/token (RFC 6749 §3.2): a form in, tokens or an error out. Any other method or content type is a bare 405.
import type { FastifyInstance } from 'fastify'
import { answerTokenRequest, type Form } from '../../domain/token-request.ts'
import { note } from '../../domain/trail.ts'
import { preflight } from '../../plugins/cors.ts'
import { otherMethods } from '../../plugins/other-methods.ts'
import { jsonType } from '../../plugins/voices/oauth.ts'

const path = '/oauth2/token'
const form = 'token.form'

export async function token(app: FastifyInstance): Promise<void> {
  const { urls } = app.idp
  app.post<{ Body: Form | undefined }>(path, { config: { form } }, async (request, reply) => {
    const { exchange, headers, announcedOrigin, world } = request
    note(exchange, form, true)
    const response = await answerTokenRequest(
      request.body ?? {},
      headers.authorization,
      world,
      (pool) => urls.issuer(pool, announcedOrigin),
      exchange,
    )
    return reply.type(jsonType).send(JSON.stringify(response))
  })
  otherMethods(app, path, ['POST'], form)
  preflight(app, path, 'POST', form)
}
