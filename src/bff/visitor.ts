// Who is asking: a browser by its cookie, or an app by `Authorization: Bearer`, with the same kind of session
// behind both. A session answers to the one way in which its id was handed out, so that nobody can slip a
// browser the id of an app, or the other way round.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Cookies } from './cookies.ts'
import { conflictingSessions, loginRequired } from './problems.ts'
import { type Fingerprint, fingerprint } from './secrets.ts'
import type { EndReason, Session, Sessions, Transport } from './sessions.ts'

export interface Visitor {
  readonly id: Fingerprint
  readonly transport: Transport
}

export type Visitors = ReturnType<typeof visitorsOf>

/**
 * Knows who asks.
 *
 * @example
 * const session = await visitorsOf({ cookies, sessions }).required(request, reply)
 */
export function visitorsOf({ cookies, sessions }: { cookies: Cookies; sessions: Sessions }) {
  /** What the request claims; undefined if nothing. @throws {Problem} `conflicting_sessions` */
  function claimed(request: FastifyRequest): Visitor | undefined {
    const cookie = cookies.sessionOf(request)
    const bearer = bearerOf(request)
    if (cookie && bearer && cookie !== bearer) throw conflictingSessions()
    if (bearer) return { id: fingerprint(bearer), transport: 'bearer' }
    return cookie ? { id: fingerprint(cookie), transport: 'cookie' } : undefined
  }

  /** The session of whoever asks, if there is one. */
  async function sessionOf(request: FastifyRequest): Promise<Session | undefined> {
    const visitor = claimed(request)
    const session = visitor && (await sessions.find(visitor.id))
    return session?.transport === visitor?.transport ? session : undefined
  }

  /** There is none (any more): why, once, and the browser forgets its cookie. */
  async function farewell(request: FastifyRequest, reply: FastifyReply): Promise<EndReason | undefined> {
    const visitor = claimed(request)
    if (visitor?.transport === 'cookie') cookies.dropSession(reply)
    return visitor && sessions.takeReason(visitor.id)
  }

  /** The session of whoever asks, where it takes one. @throws {Problem} `login_required` */
  async function required(request: FastifyRequest, reply: FastifyReply): Promise<Session> {
    const session = await sessionOf(request)
    if (!session) throw loginRequired(await farewell(request, reply))
    return session
  }

  return { claimed, sessionOf, required, farewell }
}

/**
 * The token in `Authorization: Bearer`. RFC 6750 §2.1
 *
 * @example
 * bearerOf({ headers: { authorization: 'Bearer abc' } }) // 'abc'
 */
export const bearerOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
