// Who is logged in. The tokens live here and nowhere else: the browser holds a random id, this
// store its fingerprint. Two limits, both judged on reading: idle, and absolute from the login on.
import { type Clock, secondsAfter } from './clock.ts'
import type { Fingerprint } from './secrets.ts'
import type { User } from './user.ts'

/** What the token endpoint gave. Never part of an answer to a browser. */
export interface Tokens {
  readonly accessToken: string
  readonly idToken: string
  /** Absent when the app client may not refresh. */
  readonly refreshToken: string | undefined
}

export interface Session {
  readonly user: User
  readonly tokens: Tokens
  readonly idleExpiresAt: Date
  readonly absoluteExpiresAt: Date
}

export interface Sessions {
  open(id: Fingerprint, who: Pick<Session, 'user' | 'tokens'>): Promise<void>
  /** The session, unless it has expired. Looking does not prolong it. */
  find(id: Fingerprint): Promise<Session | undefined>
  /** Starts the idle time anew, because somebody is really there. */
  touch(id: Fingerprint): Promise<void>
  /** Forgets the session and its tokens. */
  end(id: Fingerprint): Promise<void>
}

export interface SessionLimits {
  readonly sessionIdleSeconds: number
  readonly sessionAbsoluteSeconds: number
}

/**
 * Sessions in the memory of this process.
 *
 * @example
 * const sessions = sessionsInMemory(systemClock, { sessionIdleSeconds: 900, sessionAbsoluteSeconds: 28_800 })
 * await sessions.open(fingerprint(id), { user, tokens })
 * await sessions.find(fingerprint(id)) // the session
 */
export function sessionsInMemory(clock: Clock, limits: SessionLimits): Sessions {
  // Touching moves a session to the end, so those idle longest, the only ones to sweep, come first.
  const open = new Map<Fingerprint, Session>()

  const isOver = ({ idleExpiresAt, absoluteExpiresAt }: Session, now: Date) =>
    now >= idleExpiresAt || now >= absoluteExpiresAt

  function sweep(now: Date) {
    for (const [id, session] of open) {
      if (!isOver(session, now)) return
      open.delete(id)
    }
  }

  return {
    async open(id, { user, tokens }) {
      const now = clock.now()
      sweep(now)
      open.set(id, {
        user,
        tokens,
        idleExpiresAt: secondsAfter(now, limits.sessionIdleSeconds),
        absoluteExpiresAt: secondsAfter(now, limits.sessionAbsoluteSeconds),
      })
    },

    async find(id) {
      const session = open.get(id)
      return session && !isOver(session, clock.now()) ? session : undefined
    },

    async touch(id) {
      const now = clock.now()
      const session = open.get(id)
      if (!session || isOver(session, now)) return
      open.delete(id)
      open.set(id, { ...session, idleExpiresAt: secondsAfter(now, limits.sessionIdleSeconds) })
    },

    async end(id) {
      open.delete(id)
    },
  }
}
