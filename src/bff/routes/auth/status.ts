// GET /auth/status: whether this browser or app is logged in, and as whom. Never a token. Asking does not prolong
// the session, or an open tab would stay logged in for ever; `slide` is for pages that know that somebody is there.
import type { FastifyPluginAsync } from 'fastify'
import { secondsUntil } from '../../clock.ts'
import type { Bff } from '../../parts.ts'
import { loginRequired } from '../../problems.ts'
import type { Session } from '../../sessions.ts'
import { logoutProof } from './logout.ts'

const properties = { strict: { const: '1' }, slide: { const: '1' } }
type Query = { readonly [Name in keyof typeof properties]?: '1' }

type Needs = Pick<Bff, 'clock' | 'sessions' | 'urls' | 'visitors'>

export const status: FastifyPluginAsync<Needs> = async (app, { clock, sessions, urls, visitors }) => {
  const schema = { querystring: { type: 'object', properties } }

  app.get<{ Querystring: Query }>('/auth/status', { schema }, async (request, reply) => {
    const { strict, slide } = request.query
    const found = await visitors.sessionOf(request)
    const session = found && slide ? await sessions.touch(found) : found
    if (!session) {
      const reason = await visitors.farewell(request, reply)
      if (strict) throw loginRequired(reason)
      return { loggedIn: false, ...(reason && { reason }) }
    }
    return {
      loggedIn: true,
      user: session.user,
      session: {
        ...lifetimeOf(session, clock.now()),
        authTime: session.authTime,
        transport: session.transport,
      },
      logoutUrl: `${urls().path('logout')}?${new URLSearchParams({ sid: logoutProof(session.id) })}`,
    }
  })
}

/** How long a session lasts, in whole seconds: if nobody comes, and at the longest. */
export const lifetimeOf = ({ expiresAt, absoluteExpiresAt }: Session, now: Date) => ({
  expiresIn: secondsUntil(new Date(expiresAt), now),
  absoluteExpiresIn: secondsUntil(new Date(absoluteExpiresAt), now),
})
