// GET /logout: ends the browser's session, whatever else is wrong with the request (unless that is switched),
// and sends the browser on; by way of the SAML provider where the session began, if that is to know.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { samlSession, signOutRequest } from '../../domain/federation/single-logout.ts'
import { logoutTarget } from '../../domain/logout.ts'
import { sessionIdOf, signBrowserOut } from '../../plugins/browser-session.ts'
import { signOutPlace } from '../../plugins/identity-providers.ts'

export async function logout(app: FastifyInstance): Promise<void> {
  const endsAnyway = app.idp.world.choices['logout-without-target'] === 'signs-out'
  app.get<{ Querystring: URLSearchParams }>('/logout', async (request, reply) => {
    const { query, world, exchange, announcedOrigin } = request
    const saml = await samlSession(world, sessionIdOf(request))
    if (endsAnyway) await endSession(request, reply)
    const { target, client } = logoutTarget(query, world, exchange)
    if (!endsAnyway) await endSession(request, reply)
    if (saml === undefined || client === undefined) return reply.redirect(target)
    const place = signOutPlace(announcedOrigin, saml)
    return reply.redirect(`${place}?${await signOutRequest(saml, client, target, place)}`)
  })
}

async function endSession(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const sessionId = sessionIdOf(request)
  if (sessionId === undefined) return
  await Promise.all(request.world.pools.map((pool) => pool.sessions.close(sessionId)))
  signBrowserOut(request, reply)
}
