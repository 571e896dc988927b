// POST /oauth2/revoke (RFC 7009): 200 without a body, typed as JSON because some clients refuse anything else.
import type { FastifyInstance } from 'fastify'
import { revoke as revokeToken } from '../../domain/revocation.ts'
import type { Form } from '../../domain/token-request.ts'
import { preflight } from '../../plugins/cors.ts'
import { jsonType } from '../../plugins/voices/oauth.ts'

export async function revoke(app: FastifyInstance): Promise<void> {
  app.post<{ Body: Form | undefined }>(
    '/oauth2/revoke',
    async ({ body, headers, exchange, world }, reply) => {
      await revokeToken(body ?? {}, headers.authorization, world, exchange)
      return reply.type(jsonType).send('')
    },
  )
  preflight(app, '/oauth2/revoke', 'POST')
}
