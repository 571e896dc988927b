// GET /oauth2/userInfo, capital I. POST gets the same answer: OpenID Connect Core §5.3.1 has both, AWS
// documents GET.
import type { FastifyInstance } from 'fastify'
import { note } from '../../domain/trail.ts'
import { userInfo as claimsAbout } from '../../domain/user-info.ts'
import { preflight } from '../../plugins/cors.ts'
import { otherMethods } from '../../plugins/other-methods.ts'
import { jsonType } from '../../plugins/voices/oauth.ts'

const path = '/oauth2/userInfo'
const form = 'userinfo.form'

export async function userInfo(app: FastifyInstance): Promise<void> {
  const { urls } = app.idp
  const methods = app.idp.world.choices['user-info-post'] === 'answered' ? ['GET', 'POST'] : ['GET']
  app.route({
    method: methods,
    url: path,
    config: { form },
    handler: async ({ headers, exchange, world }, reply) => {
      note(exchange, form, true)
      const claims = await claimsAbout(headers.authorization, world, urls.announces, exchange)
      return reply.type(jsonType).send(JSON.stringify(claims))
    },
  })
  otherMethods(app, path, methods, form)
  preflight(app, path, methods.join(', '), form)
}
