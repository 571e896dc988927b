// For load balancers: alive, whether or not the identity provider is, with the count of what failed there; and ready, if it is too.
import type { FastifyPluginAsync } from 'fastify'
import type { Bff } from '../parts.ts'

export const health: FastifyPluginAsync<Pick<Bff, 'failures' | 'provider'>> = async (
  app,
  { failures, provider },
) => {
  app.get('/health', { exposeHeadRoute: true }, async () => ({ status: 'ok', failures }))

  app.get('/ready', async () => {
    await provider.lookUp()
    return { status: 'ready' }
  })
}
