// The clock of a pool, as a test author moves it. Records hold `expiresAt` and are judged when read, so a
// move takes effect at once, on everything that was issued before it.
import type { UserPool } from '../idp/domain/user-pool.ts'
import { type Duration, millisecondsOf } from '../idp/duration.ts'

export interface Clock {
  now(): Date
  /**
   * Moves the clock of the pool, ahead or (with a negative duration) back: codes, sessions and tokens age at once.
   *
   * @example
   * await pool.clock.advance('5m') // every code issued so far has expired
   */
  advance(by: Duration): Promise<void>
  /** Returns to the machine's time. */
  reset(): Promise<void>
}

export function clockOf({ clock }: Pick<UserPool, 'clock'>): Clock {
  return {
    now: clock.now,
    advance: async (by) => clock.advance(millisecondsOf(by)),
    reset: async () => clock.reset(),
  }
}
