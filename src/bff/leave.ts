// The end of a session, in the order that leaves the least behind: here first, so that it is over whatever
// happens next; then its refresh token at the provider, which cannot stop the first.
import type { FastifyBaseLogger } from 'fastify'
import type { Bff } from './parts.ts'
import type { EndReason, Session } from './sessions.ts'

/** What did not work at the provider since this process began. The person is gone by then, and nobody would complain. */
export interface Failures {
  revocation: number
  globalSignOut: number
}

/**
 * Ends a session and revokes its refresh token. That the provider cannot be reached is logged, and no reason to
 * stay logged in.
 *
 * @example
 * await leave(session, 'logout', bff, request.log)
 */
export async function leave(
  session: Session,
  reason: EndReason,
  { sessions, provider, failures }: Pick<Bff, 'sessions' | 'provider' | 'failures'>,
  log: FastifyBaseLogger,
): Promise<void> {
  if (!(await sessions.end(session.id, reason))) return
  try {
    await provider.revoke(session)
  } catch (error) {
    failures.revocation++
    log.warn(
      { reason: (error as Error).message, failures: failures.revocation },
      'a refresh token could not be revoked, and will expire by itself',
    )
  }
}
