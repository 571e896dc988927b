// POST /oauth2/token (RFC 6749 §3.2): a form in, tokens or an error out. Any other method or content type is a bare 405.
import type { FastifyInstance } from 'fastify'
import { answerTokenRequest, type Form, mergedForm } from '../../domain/token-request.ts'
import { note } from '../../domain/trail.ts'
import { preflight } from '../../plugins/cors.ts'
import { otherMethods } from '../../plugins/other-methods.ts'
import { jsonType } from '../../plugins/voices/oauth.ts'

const path = '/oauth2/token'
const form = 'token.form'

export async function token(app: FastifyInstance): Promise<void> {
  const { urls } = app.idp
  const mergesQuery = app.idp.world.choices['token-query'] === 'merged'
  type Request = { Body: Form | undefined; Querystring: URLSearchParams }
  app.post<Request>(path, { config: { form } }, async (request, reply) => {
    const { exchange, headers, announcedOrigin, world } = request
    const posted = request.body ?? {}
    note(exchange, form, true)
    const response = await answerTokenRequest(
      mergesQuery ? mergedForm(request.query, posted) : posted,
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
