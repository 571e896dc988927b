// The clock of a pool, as a test author moves it. Records hold `expiresAt` and are judged when read, so a
// move takes effect at once, on everything that was issued before it.
import type { Instant } from '../idp/domain/clock.ts'
import { agedCode } from '../idp/domain/codes.ts'
import { agedFamily } from '../idp/domain/refresh-tokens.ts'
import { agedSession } from '../idp/domain/sessions.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { type Duration, millisecondsOf } from '../idp/duration.ts'

/** What can be made older without moving the clock. */
export type Ageing = 'codes' | 'refreshTokens' | 'ssoSessions' | { readonly user: string }

export interface Clock {
  now(): Date
  readonly isFrozen: boolean
  /**
   * Moves the clock of the pool, ahead or (with a negative duration) back: codes, sessions and tokens age at once.
   *
   * @example
   * await pool.clock.advance('5m') // every code issued so far has expired
   */
  advance(by: Duration): Promise<void>
  /** Makes it that time now. */
  set(time: Date): Promise<void>
  /** Stops the clock, until it is reset. It can still be advanced and set. */
  freeze(): Promise<void>
  /** Returns to the machine's time. */
  reset(): Promise<void>
  /**
   * Makes things older and leaves the clock alone: right where the app under test compares tokens with its own time.
   *
   * @param what one kind of thing, or everything that belongs to a user
   * @returns how many records are older now
   * @example
   * await pool.clock.age('codes', '5m1s')
   */
  age(what: Ageing, by: Duration): Promise<number>
}

export function clockOf(pool: UserPool): Clock {
  const { clock } = pool
  return {
    now: clock.now,
    get isFrozen() {
      return clock.setting.frozenAtMilliseconds !== undefined
    },
    advance: async (by) => clock.advance(millisecondsOf(by)),
    set: async (time) => clock.set(wellFormed(time)),
    freeze: async () => clock.freeze(),
    reset: async () => clock.reset(),
    age: (what, by) => age(pool, what, millisecondsOf(by)),
  }
}

function wellFormed(time: Instant): Instant {
  if (Number.isNaN(time.getTime())) throw new Error('that is no date')
  return time
}

async function age(pool: UserPool, what: Ageing, milliseconds: number): Promise<number> {
  const { codes, refreshTokens, sessions } = pool
  const isAll = typeof what === 'string'
  const sub = isAll ? undefined : (await pool.users.find(what.user))?.sub
  if (!isAll && sub === undefined) throw new Error(`pool ${pool.id} has no user ${what.user}`)
  const kinds = isAll ? [what] : (['codes', 'refreshTokens', 'ssoSessions'] as const)
  const belongs = (owner: string | undefined) => sub === undefined || owner === sub
  const counts = kinds.map((kind) => {
    switch (kind) {
      case 'codes':
        return codes.revise((each) => (belongs(each.code.sub) ? agedCode(each, milliseconds) : each))
      case 'refreshTokens':
        return refreshTokens.revise((each) =>
          belongs(each.tokens[0]?.sub) ? agedFamily(each, milliseconds) : each,
        )
      case 'ssoSessions':
        return sessions.revise((each) => (belongs(each.sub) ? agedSession(each, milliseconds) : each))
      default:
        throw new Error(`there are no ${kind} to age; there are codes, refreshTokens and ssoSessions`)
    }
  })
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}
