// Who is logged in. The tokens live here and nowhere else: the browser holds a random id, the store its
// fingerprint, and person and tokens sealed. Two limits, judged on reading: idle, and absolute from the login on.
import type { Clock } from './clock.ts'
import type { BffConfig } from './config.ts'
import { type Fingerprint, fingerprint } from './secrets.ts'
import type { FoundSession, SessionRecord, Store } from './stores/store.ts'
import type { User } from './user.ts'
import type { Vault } from './vault.ts'

/** What the token endpoint gave. Never part of an answer to a browser. */
export interface Tokens {
  readonly accessToken: string
  readonly accessExpiresAt: number
  /** Absent when the app client may not refresh. */
  readonly refreshToken: string | undefined
}

/** Somebody who is proven to have logged in, and with which client id. */
export interface Login {
  readonly clientId: string
  readonly user: User
  readonly tokens: Tokens
}

/** How the id of a session travels; it works in no other way. */
export type Transport = 'cookie' | 'bearer'

interface Sealed extends Login {
  readonly transport: Transport
  /** When the provider last vouched for this person, or was asked to. */
  readonly askedAt: number
  /** The `User-Agent` at the login, for the list of one's sessions. */
  readonly device: string
}

export interface Session extends Sealed, Omit<FoundSession, 'sealed' | 'subject' | 'version'> {}

/** Why a session is over; told once to the one who had it. */
export type EndReason = 'logout' | 'idle' | 'absolute' | 'revoked' | 'replaced' | 'ended_elsewhere'

export type Sessions = ReturnType<typeof sessionsIn>

/** How somebody came; not every client says what it is. */
export interface Opening extends Pick<Sealed, 'transport'> {
  readonly device: Sealed['device'] | undefined
}

/** What may change about a session. */
export type Change = Partial<
  Pick<
    Session,
    'askedAt' | 'seenAt' | 'expiresAt' | 'absoluteExpiresAt' | 'startedAt' | 'refresh' | 'user' | 'tokens'
  >
>

export type SessionLimits = Pick<
  BffConfig,
  'sessionIdleSeconds' | 'sessionAbsoluteSeconds' | 'refreshTokenSeconds' | 'sessionsPerUser'
>

interface Needs {
  readonly store: Store
  readonly vault: Vault
  readonly clock: Clock
  readonly limits: SessionLimits
}

/** A reason waits this long for the one to whom it matters. */
const reasonMilliseconds = 3_600_000
const sweepMilliseconds = 60_000
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
  let sweptAt = 0

  const now = () => clock.now().getTime()
  const reasonKey = (id: Fingerprint) => fingerprint(`reason ${id}`)

  /** What cannot be opened was sealed with a key since retired, or not by us: that is no session. */
  function unsealed(found: FoundSession): (Session & Pick<FoundSession, 'subject'>) | undefined {
    const { sealed, version, ...record } = found
    const content = vault.open<Sealed>(sealed, found.id)
    return content && { ...record, ...content }
  }

  function seal(session: Session & Pick<FoundSession, 'subject'>): SessionRecord {
    const { user, tokens, clientId, transport, askedAt, device, ...record } = session
    return {
      ...record,
      sealed: vault.seal({ user, tokens, clientId, transport, askedAt, device }, session.id),
    }
  }

  const isOver = ({ expiresAt }: Pick<SessionRecord, 'expiresAt'>) => now() >= expiresAt

  async function sweep() {
    if (now() < sweptAt + sweepMilliseconds) return
    sweptAt = now()
    await store.sweep(sweptAt)
  }

  async function open(id: Fingerprint, login: Login, { transport, device = '' }: Opening): Promise<void> {
    await sweep()
    for (const { id: oldest } of (await of(login.user)).slice(limits.sessionsPerUser - 1))
      await end(oldest, 'replaced')

    const { accessExpiresAt, refreshToken } = login.tokens
    const longest = now() + absoluteMilliseconds
    const absoluteExpiresAt = refreshToken === undefined ? Math.min(longest, accessExpiresAt) : longest
    const moments = { startedAt: now(), seenAt: now(), askedAt: now(), absoluteExpiresAt }
    const expiresAt = Math.min(now() + idleMilliseconds, absoluteExpiresAt)
    const subject = fingerprint(login.user.sub)
    await store.addSession(
      seal({ ...login, transport, device, id, subject, ...moments, expiresAt, refresh: null }),
    )
  }

  /** The session, unless it has expired. Looking does not prolong it. */
  async function find(id: Fingerprint): Promise<Session | undefined> {
    const found = await store.findSession(id)
    if (!found) return undefined
    if (!isOver(found)) return unsealed(found)
    await end(id, now() >= found.absoluteExpiresAt ? 'absolute' : 'idle')
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
    if (ended && reason !== 'logout') await store.keepOnce(reasonKey(id), reason, now() + reasonMilliseconds)
    return ended
  }

  /** Why a session that is over ended. Once: then that is forgotten too. */
  const takeReason = async (id: Fingerprint) =>
    (await store.takeOnce(reasonKey(id), now())) as EndReason | undefined

  /** Those of the same person, the newest first. */
  async function of({ sub }: Pick<User, 'sub'>): Promise<Session[]> {
    const found = await store.sessionsOf(fingerprint(sub))
    const open = found.filter((each) => !isOver(each)).map(unsealed)
    return open.filter((each) => each !== undefined).sort((one, other) => other.startedAt - one.startedAt)
  }

  /** Changes a session that is still there; undefined from `how` leaves it as it is. */
  async function change(
    id: Fingerprint,
    how: (now: Session) => Change | undefined,
  ): Promise<Session | undefined> {
    for (let tries = 0; tries < mostTries; tries++) {
      const found = await store.findSession(id)
      const session = found && !isOver(found) ? unsealed(found) : undefined
      const changes = session && how(session)
      if (!found || !session || !changes) return session
      const next = { ...session, ...changes }
      if (await store.replaceSession(found, seal(next))) return next
    }
    throw new Error(`the store refuses every change of a session: ${mostTries} in a row`)
  }

  return { open, find, touch, end, takeReason, of, change }
}
