// The beginning of a session, whoever's it is: a browser's or an app's.
import type { FastifyBaseLogger } from 'fastify'
import { revoke } from './leave.ts'
import type { Bff } from './parts.ts'
import type { Fingerprint } from './secrets.ts'
import type { Login, Opening } from './sessions.ts'

type Needs = Pick<Bff, 'failures' | 'provider' | 'sessions'>

/**
 * Opens a session; if the person has too many, the oldest give way, and their refresh tokens are revoked.
 *
 * @example
 * await enter(fingerprint(id), login, { transport: 'cookie', device }, bff, request.log)
 */
export async function enter(
  id: Fingerprint,
  login: Login,
  opening: Opening,
  bff: Needs,
  log: FastifyBaseLogger,
): Promise<void> {
  const oldest = await bff.sessions.open(id, login, opening)
  await Promise.all(oldest.map((each) => revoke(each, bff, log)))
}
