// The clock of a pool, as a test author moves it. Records hold `expiresAt` and are judged when read, so a
// move takes effect at once, on everything that was issued before it.
import type { Instant } from '../idp/domain/clock.ts'
import { agedCode } from '../idp/domain/codes.ts'
import { agedContinuation } from '../idp/domain/continuations.ts'
import { agedFamily } from '../idp/domain/refresh-tokens.ts'
import { agedSession } from '../idp/domain/sessions.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { agedVerificationCode } from '../idp/domain/verification-codes.ts'
import { type Duration, millisecondsOf } from '../idp/duration.ts'

/** What can be made older without moving the clock. */
export type Ageing = AgeingKind | { readonly user: string }

/** `codes` are authorization codes, `verificationCodes` are mailed or texted, `challenges` are pages of a login. */
export type AgeingKind = 'codes' | 'refreshTokens' | 'ssoSessions' | 'verificationCodes' | 'challenges'

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
  /**
   * Makes it that time now.
   *
   * @example
   * await pool.clock.set(new Date('2030-01-01T00:00:00Z'))
   */
  set(time: Date): Promise<void>
  /**
   * Stops the clock, until it is reset. It can still be advanced and set.
   *
   * @example
   * await pool.clock.freeze()
   */
  freeze(): Promise<void>
  /**
   * Returns to the machine's time.
   *
   * @example
   * await pool.clock.reset()
   */
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
  if (typeof what === 'string') {
    if (!Object.hasOwn(ageingOf, what))
      throw new Error(`there are no ${what} to age; there are ${Object.keys(ageingOf).join(', ')}`)
    return ageingOf[what](pool, milliseconds, () => true)
  }
  const sub = (await pool.users.find(what.user))?.sub
  if (sub === undefined) throw new Error(`pool ${pool.id} has no user ${what.user}`)
  const counts = Object.values(ageingOf).map((age) => age(pool, milliseconds, (owner) => owner === sub))
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

type BelongsTo = (owner: string | undefined) => boolean

/** Makes the records of one kind older that belong to somebody who is meant, and says how many. */
const ageingOf: Readonly<
  Record<AgeingKind, (pool: UserPool, milliseconds: number, isMeant: BelongsTo) => Promise<number>>
> = {
  codes: ({ codes }, milliseconds, isMeant) =>
    codes.revise((each) => (isMeant(each.code.sub) ? agedCode(each, milliseconds) : each)),
  refreshTokens: ({ refreshTokens }, milliseconds, isMeant) =>
    refreshTokens.revise((each) => (isMeant(each.tokens[0]?.sub) ? agedFamily(each, milliseconds) : each)),
  ssoSessions: ({ sessions }, milliseconds, isMeant) =>
    sessions.revise((each) => (isMeant(each.sub) ? agedSession(each, milliseconds) : each)),
  verificationCodes: ({ verificationCodes }, milliseconds, isMeant) =>
    verificationCodes.revise((each) =>
      isMeant(each.code.sub) ? agedVerificationCode(each, milliseconds) : each,
    ),
  // Managed login asks for the name first, and does not know yet whose it is.
  challenges: ({ continuations }, milliseconds, isMeant) =>
    continuations.revise((each) =>
      isMeant('sub' in each.step ? each.step.sub : undefined) ? agedContinuation(each, milliseconds) : each,
    ),
}
