// The browser's session at the hosted pages, behind the `cognito` cookie: one hour from the last interactive
// sign-in, not extended by silent ones (AWS: managed login session).
import type { Proof } from './authentication.ts'
import { howLong, type Instant, millisecondsBefore, secondsAfter } from './clock.ts'
import type { Kept } from './kept.ts'
import { note, type Trail } from './trail.ts'
import type { UserPool } from './user-pool.ts'

/** AWS: the cookie lives for one hour. */
export const sessionSeconds = 60 * 60

export interface BrowserSession {
  readonly id: string
  readonly sub: string
  /** When the user last typed a password. */
  readonly authTime: Instant
  /** How they did it; absent in what was kept before it was written down. */
  readonly proofs?: readonly Proof[]
  /** The identity provider that said who they are. */
  readonly provider?: string
  readonly expiresAt: Instant
}

export interface Sessions extends Kept<BrowserSession> {
  open(session: BrowserSession): Promise<void>
  /** The session as it was opened, expired or not; whoever asks judges it by the clock. */
  find(id: string): Promise<BrowserSession | undefined>
  close(id: string): Promise<void>
}

/** The session as if the password had been typed that much earlier. */
export const agedSession = (session: BrowserSession, milliseconds: number): BrowserSession => ({
  ...session,
  authTime: millisecondsBefore(session.authTime, milliseconds),
  expiresAt: millisecondsBefore(session.expiresAt, milliseconds),
})

/** How somebody signed in: what they proved, and where. */
export interface SignedInHow {
  readonly proofs: readonly Proof[]
  readonly provider?: string
}

/** Opens the hour that follows an interactive sign-in. */
export async function openSession(
  { sessions, ids, clock }: Pick<UserPool, 'sessions' | 'ids' | 'clock'>,
  sub: string,
  how: SignedInHow,
): Promise<BrowserSession> {
  const authTime = clock.now()
  const expiresAt = secondsAfter(authTime, sessionSeconds)
  const session = { id: ids.opaque(), sub, authTime, ...how, expiresAt }
  await sessions.open(session)
  return session
}

/**
 * The session behind a cookie, if it can sign in without a page. A user who is gone or disabled cannot;
 * somebody who was signed out elsewhere still can, as at Cognito.
 */
export async function liveSession(
  { sessions, users, clock }: Pick<UserPool, 'sessions' | 'users' | 'clock'>,
  id: string | undefined,
  trail: Trail,
): Promise<BrowserSession | undefined> {
  if (id === undefined) return undefined
  const session = await sessions.find(id)
  const user = session && (await users.bySub(session.sub))
  const reason =
    session === undefined
      ? 'the cognito cookie belongs to no session of this pool'
      : clock.now() >= session.expiresAt
        ? `the session ended ${howLong(session.expiresAt, clock.now())} ago`
        : !user?.enabled
          ? 'the user of the session is deleted or disabled'
          : undefined
  note(trail, 'session.live', reason === undefined, reason)
  if (reason !== undefined) return undefined
  trail.username = user?.username as string
  return session
}
