// GET /logout: ends the browser's session, whatever else is wrong with the request (unless that is switched),
// and sends the browser on.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { logoutTarget } from '../../domain/logout.ts'
import { sessionIdOf, signBrowserOut } from '../../plugins/browser-session.ts'

export async function logout(app: FastifyInstance): Promise<void> {
  const endsAnyway = app.idp.world.choices['logout-without-target'] === 'signs-out'
  app.get<{ Querystring: URLSearchParams }>('/logout', async (request, reply) => {
    if (endsAnyway) await endSession(request, reply)
    const target = logoutTarget(request.query, request.world, request.exchange)
    if (!endsAnyway) await endSession(request, reply)
    return reply.redirect(target)
  })
}

async function endSession(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const sessionId = sessionIdOf(request)
  if (sessionId === undefined) return
  await Promise.all(request.world.pools.map((pool) => pool.sessions.close(sessionId)))
  signBrowserOut(request, reply)
}
