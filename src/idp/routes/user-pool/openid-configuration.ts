// GET /<poolId>/.well-known/openid-configuration (OpenID Connect Discovery 1.0), consistent with whatever name the server was called by.
import type { FastifyInstance } from 'fastify'
import { preflight } from '../../plugins/cors.ts'
import { knownPool, type PoolRequest } from './known-pool.ts'

const path = '/:poolId/.well-known/openid-configuration'

export async function openidConfiguration(app: FastifyInstance): Promise<void> {
  const { world, urls } = app.idp
  app.get(path, async (request: PoolRequest) =>
    urls.discovery(knownPool(request, world), request.announcedOrigin),
  )
  preflight(app, path, 'GET')
}
