// For load balancers: alive, whether or not the identity provider is; and ready, if it is too.
import type { FastifyPluginAsync } from 'fastify'
import type { Bff } from '../parts.ts'

export const health: FastifyPluginAsync<Pick<Bff, 'provider'>> = async (app, { provider }) => {
  app.get('/health', { exposeHeadRoute: true }, async () => ({ status: 'ok' }))

  app.get('/ready', async () => {
    await provider.lookUp()
    return { status: 'ready' }
  })
}
