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

type Needs = Pick<Bff, 'failures' | 'provider' | 'sessions'>

/**
 * Ends a session and revokes its refresh token. That the provider cannot be reached is logged and counted, and no
 * reason to stay logged in.
 *
 * @example
 * await leave(session, 'logout', bff, request.log)
 */
export async function leave(session: Session, reason: EndReason, bff: Needs, log: FastifyBaseLogger) {
  if (await bff.sessions.end(session.id, reason)) await revoke(session, bff, log)
}

/** Revokes the refresh token of a session that is over. */
export const revoke = (session: Session, bff: Needs, log: FastifyBaseLogger) =>
  attempt('revocation', () => bff.provider.revoke(session), bff, log)

/** Ends all other sessions of the same person. */
export async function leaveOthers({ id, user }: Session, bff: Needs, log: FastifyBaseLogger): Promise<void> {
  for (const other of await bff.sessions.of(user))
    if (other.id !== id) await leave(other, 'ended_elsewhere', bff, log)
}

/** Cognito's GlobalSignOut, while there is an access token to do it with. */
export const signOutEverywhere = ({ tokens }: Session, bff: Needs, log: FastifyBaseLogger) =>
  attempt('globalSignOut', () => bff.provider.signOutEverywhere(tokens), bff, log)

async function attempt(
  what: keyof Failures,
  work: () => Promise<void>,
  { failures }: Needs,
  log: FastifyBaseLogger,
): Promise<'done' | 'failed'> {
  try {
    await work()
    return 'done'
  } catch (error) {
    failures[what]++
    log.error({ reason: (error as Error).message, failures: failures[what] }, consequences[what])
    return 'failed'
  }
}

const consequences = {
  revocation: 'a refresh token could not be revoked, and will expire by itself',
  globalSignOut: 'the global sign-out failed: other apps may be logged in still',
}
