// GET /<poolId>/.well-known/openid-configuration (OpenID Connect Discovery 1.0), consistent with whatever name the server was called by.
import type { FastifyInstance } from 'fastify'
import { note } from '../../domain/trail.ts'
import { preflight } from '../../plugins/cors.ts'
import { knownPool, type PoolRequest } from './known-pool.ts'
import { domainMissing } from './no-domain.ts'

const path = '/:poolId/.well-known/openid-configuration'

export async function openidConfiguration(app: FastifyInstance): Promise<void> {
  const { world, urls } = app.idp
  app.get(path, async (request: PoolRequest) => {
    const pool = knownPool(request, world)
    note(request.exchange, 'pool.domain', pool.hasDomain, pool.hasDomain ? undefined : domainMissing(pool.id))
    return urls.discovery(pool, request.announcedOrigin)
  })
  preflight(app, path, 'GET')
}
