// Who is logged in. The tokens live here and nowhere else: the browser holds a random id, the store its
// fingerprint, and person and tokens sealed. Two limits, judged on reading: idle, and absolute from the login on.
import type { Clock } from './clock.ts'
import type { BffConfig } from './config.ts'
import { type Fingerprint, fingerprint } from './secrets.ts'
import type { FoundSession, SessionRecord, Store } from './stores/store.ts'
import type { Known, User } from './user.ts'
import type { Vault } from './vault.ts'

/** What the token endpoint gave. Never part of an answer to a browser. */
export interface Tokens {
  readonly accessToken: string
  readonly accessExpiresAt: number
  /** From then on it is renewed before it is used. */
  readonly refreshAt: number
  /** Absent when the app client may not refresh. */
  readonly refreshToken: string | undefined
}

/** Somebody who is proven to have logged in, and with which client id. */
export interface Login extends Known {
  readonly clientId: string
  /** When they showed who they are, in epoch seconds: long before a login that asked for nothing, perhaps. */
  readonly authTime: number
  readonly tokens: Tokens
}

/** How the id of a session travels; it works in no other way. */
export type Transport = 'cookie' | 'bearer'

/** What a store keeps sealed. Times are epoch milliseconds. */
export interface Session extends Login {
  readonly id: Fingerprint
  readonly transport: Transport
  /** The `User-Agent` at the login, for the list of one's sessions. */
  readonly device: string
  readonly startedAt: number
  readonly seenAt: number
  /** When the provider last vouched for this person, or was asked to. */
  readonly askedAt: number
  readonly expiresAt: number
  readonly absoluteExpiresAt: number
  /**
   * Somebody refreshes the tokens, or failed to and waits: nobody else tries until then. Or somebody has, although they
   * looked good: until then no API is a reason to do so again.
   */
  readonly refresh: { readonly state: 'under-way' | 'postponed' | 'tried'; readonly until: number } | null
}

/** Why a session is over; told once to the one who had it. */
export type EndReason = 'logout' | 'idle' | 'absolute' | 'revoked' | 'replaced' | 'ended_elsewhere'

export type Sessions = ReturnType<typeof sessionsIn>

interface Needs {
  readonly store: Store
  readonly vault: Vault
  readonly clock: Clock
  readonly limits: Pick<
    BffConfig,
    'sessionIdleSeconds' | 'sessionAbsoluteSeconds' | 'refreshTokenSeconds' | 'sessionsPerUser'
  >
}

/** How somebody came; not every client says what it is. */
export interface Opening {
  readonly transport: Transport
  readonly device: string | undefined
}

/** A reason waits this long for the one to whom it matters. */
const reasonMilliseconds = 3_600_000
/** Each time a change is lost, somebody else's has won, so this many in a row is no coincidence. */
const mostTries = 1000

/**
 * The sessions in a store.
 *
 * @example
 * const sessions = sessionsIn({ store: memoryStore(), vault: createVault([]), clock: systemClock, limits: config })
 * await sessions.open(fingerprint(id), login, { transport: 'cookie', device: '' })
 * await sessions.find(fingerprint(id)) // the session
 */
export function sessionsIn({ store, vault, clock, limits }: Needs) {
  const idleMilliseconds = limits.sessionIdleSeconds * 1000
  const absoluteMilliseconds = Math.min(limits.sessionAbsoluteSeconds, limits.refreshTokenSeconds) * 1000

  const now = () => clock.now().getTime()
  const reasonKey = (id: Fingerprint) => fingerprint(`reason ${id}`)

  const subjectOf = ({ sub }: Pick<User, 'sub'>) => fingerprint(sub)
  const isOver = ({ expiresAt }: Session) => now() >= expiresAt

  function seal(session: Session): SessionRecord {
    const { id, user, expiresAt } = session
    return { id, subject: subjectOf(user), expiresAt, sealed: vault.seal(session, id) }
  }

  /** What cannot be opened was sealed with a key since retired, or not by us: that is no session. */
  const unsealed = (found: FoundSession | undefined) => found && vault.open<Session>(found.sealed, found.id)

  /** @returns the oldest of the same person, which had to give way */
  async function open(id: Fingerprint, login: Login, opening: Opening): Promise<readonly Session[]> {
    const { transport, device = '' } = opening
    const oldest = (await of(login.user)).slice(limits.sessionsPerUser - 1)
    for (const each of oldest) await end(each.id, 'replaced')

    const { accessExpiresAt, refreshToken } = login.tokens
    const longest = now() + absoluteMilliseconds
    const absoluteExpiresAt = refreshToken === undefined ? Math.min(longest, accessExpiresAt) : longest
    const expiresAt = Math.min(now() + idleMilliseconds, absoluteExpiresAt)
    const moments = { startedAt: now(), seenAt: now(), askedAt: now(), expiresAt, absoluteExpiresAt }
    await store.addSession(seal({ ...login, id, transport, device, ...moments, refresh: null }))
    return oldest
  }

  /** The session, unless it has expired. Looking does not prolong it. */
  async function find(id: Fingerprint): Promise<Session | undefined> {
    const session = unsealed(await store.findSession(id))
    if (!session || !isOver(session)) return session
    await end(id, now() >= session.absoluteExpiresAt ? 'absolute' : 'idle')
    return undefined
  }

  /** Starts the idle time anew, because somebody is really there. */
  async function touch(session: Session): Promise<Session | undefined> {
    // Not for each of a hundred requests a minute: that would be a hundred writes.
    if (now() < session.seenAt + Math.min(60_000, idleMilliseconds / 10)) return session
    return change(session.id, ({ absoluteExpiresAt }) => ({
      seenAt: now(),
      expiresAt: Math.min(now() + idleMilliseconds, absoluteExpiresAt),
    }))
  }

  /**
   * Forgets the session and its tokens.
   *
   * @returns whether this call ended it: of several at once, one
   */
  async function end(id: Fingerprint, reason: EndReason): Promise<boolean> {
    const ended = await store.removeSession(id)
    const until = now() + reasonMilliseconds
    // A courtesy: a store that can keep nothing more does not stop the end of a session, nor what comes after it.
    if (ended && reason !== 'logout') await store.keepOnce(reasonKey(id), reason, until).catch(() => {})
    return ended
  }

  /** Why a session that is over ended. Once: then that is forgotten too. */
  const takeReason = async (id: Fingerprint) =>
    (await store.takeOnce(reasonKey(id), now())) as EndReason | undefined

  /** Those of the same person, the newest first. */
  async function of(user: Pick<User, 'sub'>): Promise<Session[]> {
    const all = (await store.sessionsOf(subjectOf(user))).map(unsealed)
    const open = all.filter((each) => each !== undefined).filter((each) => !isOver(each))
    return open.sort((one, other) => other.startedAt - one.startedAt)
  }

  /** Changes a session that is still there; undefined from `how` leaves it as it is. */
  async function change(
    id: Fingerprint,
    how: (now: Session) => Partial<Session> | undefined,
  ): Promise<Session | undefined> {
    for (let tries = 0; tries < mostTries; tries++) {
      const found = await store.findSession(id)
      const session = unsealed(found)
      if (!found || !session || isOver(session)) return undefined
      const changes = how(session)
      if (!changes) return session
      const next = { ...session, ...changes }
      if (await store.replaceSession(found, seal(next))) return next
    }
    throw new Error(`the store refuses every change of a session: ${mostTries} in a row`)
  }

  return { open, find, touch, end, takeReason, of, change }
}
