// GET /oauth2/userInfo, capital I. POST gets the same answer: OpenID Connect Core §5.3.1 has both, AWS
// documents GET.
import type { FastifyInstance } from 'fastify'
import { userInfo as claimsAbout } from '../../domain/user-info.ts'
import { preflight } from '../../plugins/cors.ts'
import { jsonType } from '../../plugins/voices/oauth.ts'

export async function userInfo(app: FastifyInstance): Promise<void> {
  const { urls } = app.idp
  app.route({
    method: ['GET', 'POST'],
    url: '/oauth2/userInfo',
    handler: async ({ headers, exchange, world }, reply) => {
      const claims = await claimsAbout(headers.authorization, world, urls.announces, exchange)
      return reply.type(jsonType).send(JSON.stringify(claims))
    },
  })
  preflight(app, '/oauth2/userInfo', 'GET, POST')
}
