// GET /auth/status: whether this browser is logged in, and as whom. Always 200, never a token, and
// asking does not prolong the session.
import type { FastifyPluginAsync } from 'fastify'
import type { Bff } from '../../bff.ts'
import { secondsUntil } from '../../clock.ts'

type Needs = Pick<Bff, 'clock' | 'cookies' | 'sessions'>

export const status: FastifyPluginAsync<Needs> = async (app, { clock, cookies, sessions }) => {
  app.get('/auth/status', async (request) => {
    const id = cookies.sessionOf(request)
    const session = id && (await sessions.find(id))
    if (!session) return { loggedIn: false }

    const idle = secondsUntil(session.idleExpiresAt, clock.now())
    const absolute = secondsUntil(session.absoluteExpiresAt, clock.now())
    return {
      loggedIn: true,
      user: session.user,
      session: { expiresIn: Math.min(idle, absolute), absoluteExpiresIn: absolute },
    }
  })
}
