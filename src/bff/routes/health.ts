// For load balancers: alive, whether or not the identity provider is.
import type { FastifyPluginAsync } from 'fastify'

export const health: FastifyPluginAsync = async (app) => {
  app.get('/health', { exposeHeadRoute: true }, async () => ({ status: 'ok' }))
}
