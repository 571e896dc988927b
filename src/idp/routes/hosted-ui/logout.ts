// GET /logout: ends the browser's session, whatever else is wrong with the request, and sends the browser on.
import type { FastifyInstance } from 'fastify'
import { logoutTarget } from '../../domain/logout.ts'
import { sessionIdOf, signBrowserOut } from '../../plugins/browser-session.ts'

export async function logout(app: FastifyInstance): Promise<void> {
  app.get<{ Querystring: URLSearchParams }>('/logout', async (request, reply) => {
    const sessionId = sessionIdOf(request)
    if (sessionId !== undefined) {
      await Promise.all(request.world.pools.map((pool) => pool.sessions.close(sessionId)))
      signBrowserOut(request, reply)
    }
    return reply.redirect(logoutTarget(request.query, request.world, request.exchange))
  })
}
