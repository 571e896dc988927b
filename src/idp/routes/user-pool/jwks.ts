// GET /<poolId>/.well-known/jwks.json (RFC 7517): exactly two signing keys.
import type { FastifyInstance } from 'fastify'
import { preflight } from '../../plugins/cors.ts'
import { knownPool, type PoolRequest } from './known-pool.ts'

const path = '/:poolId/.well-known/jwks.json'

export async function jwks(app: FastifyInstance): Promise<void> {
  const { world } = app.idp
  app.get(path, async (request: PoolRequest) => (await knownPool(request, world).keys).jwks)
  preflight(app, path, 'GET')
}
