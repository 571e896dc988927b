// POST /oauth2/revoke (RFC 7009): 200 without a body, typed as JSON because some clients refuse anything else.
import type { FastifyInstance } from 'fastify'
import { revoke as revokeToken } from '../../domain/revocation.ts'
import type { Form } from '../../domain/token-request.ts'
import { note } from '../../domain/trail.ts'
import { preflight } from '../../plugins/cors.ts'
import { otherMethods } from '../../plugins/other-methods.ts'
import { jsonType } from '../../plugins/voices/oauth.ts'

const path = '/oauth2/revoke'
const form = 'revoke.form'

export async function revoke(app: FastifyInstance): Promise<void> {
  app.post<{ Body: Form | undefined }>(
    path,
    { config: { form } },
    async ({ body, headers, exchange, world }, reply) => {
      note(exchange, form, true)
      await revokeToken(body ?? {}, headers.authorization, world, exchange)
      return reply.type(jsonType).send('')
    },
  )
  otherMethods(app, path, ['POST'], form)
  preflight(app, path, 'POST', form)
}
