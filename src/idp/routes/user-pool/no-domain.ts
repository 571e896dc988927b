// /<poolId>/authorize, /token and /userInfo: where discovery puts the endpoints of a user pool without a domain. Cognito
// has no login there, and neither have we; but whoever follows the document is told what is missing.
import type { FastifyInstance } from 'fastify'
import { NoDomain } from '../../domain/refusal.ts'
import { refused } from '../../domain/trail.ts'
import { preflight } from '../../plugins/cors.ts'
import type { PoolRequest } from './known-pool.ts'

/** What to do about it. */
export const domainMissing = (poolId: string): string =>
  `User pool ${poolId} has no domain, and so neither login pages nor tokens; give it one in the fixture, as in "Domain": "my-app".`

/** What looks like the id of a pool (AWS); `/oauth2/authorize` is somebody else's path. */
const poolId = ':poolId(^[\\w-]+_[0-9a-zA-Z]+$)'

export async function noDomain(app: FastifyInstance): Promise<void> {
  const { world } = app.idp
  // Whatever is posted here is not read.
  app.addContentTypeParser('*', (_, body, done) => {
    body.resume()
    done(null)
  })
  // The preflight too: there is nothing at the path of any other pool.
  app.addHook('preHandler', async ({ params }, reply) => {
    const pool = world.pool((params as PoolRequest['params']).poolId)
    if (pool !== undefined && !pool.hasDomain) return
    return reply.removeHeader('access-control-allow-origin').callNotFound()
  })
  for (const endpoint of ['authorize', 'token', 'userInfo']) {
    const path = `/${poolId}/${endpoint}`
    app.route({
      method: ['GET', 'POST'],
      url: path,
      handler: async ({ params: { poolId }, exchange }: PoolRequest) => {
        exchange.poolId = poolId
        throw refused(exchange, 'pool.domain', new NoDomain(domainMissing(poolId)))
      },
    })
    preflight(app, path, 'GET, POST')
  }
}
