// How often somebody got it wrong, and how long they have to wait (AWS: lockout behavior). From the fifth wrong
// attempt on, one second, then twice as long each time, up to about 15 minutes; a quarter of an hour without an
// attempt forgets it all.
import { type Instant, secondsAfter } from './clock.ts'
import type { Kept } from './kept.ts'
import type { UserPool } from './user-pool.ts'

export interface FailedAttempts {
  readonly key: string
  readonly count: number
  /** Until when nothing is judged. */
  readonly lockedUntil: Instant
  /** When it is forgotten. */
  readonly expiresAt: Instant
}

export interface Attempts extends Kept<FailedAttempts> {
  find(key: string): Promise<FailedAttempts | undefined>
  /** Counts one more, atomically: of two at once, one is the second. */
  count(key: string, next: (before: FailedAttempts | undefined) => FailedAttempts): Promise<void>
  forget(key: string): Promise<void>
}

const freeAttempts = 5
const longestLockSeconds = 15 * 60
const forgottenSeconds = 15 * 60

type Counting = Pick<UserPool, 'attempts' | 'clock'>

/** The record that still counts. */
export async function liveAttempts(
  { attempts, clock }: Counting,
  key: string,
): Promise<FailedAttempts | undefined> {
  const found = await attempts.find(key)
  return found !== undefined && clock.now() < found.expiresAt ? found : undefined
}

/** Adds a wrong attempt, and locks from the fifth on. */
export function countFailure({ attempts, clock }: Counting, key: string): Promise<void> {
  const now = clock.now()
  return attempts.count(key, (before) => {
    const count = (before !== undefined && now < before.expiresAt ? before.count : 0) + 1
    const lockSeconds = count < freeAttempts ? 0 : Math.min(2 ** (count - freeAttempts), longestLockSeconds)
    const lockedUntil = secondsAfter(now, lockSeconds)
    return { key, count, lockedUntil, expiresAt: secondsAfter(lockedUntil, forgottenSeconds) }
  })
}

/** Locks somebody out for so long, whatever they got wrong before. */
export function lockOut({ attempts, clock }: Counting, key: string, seconds: number): Promise<void> {
  const lockedUntil = secondsAfter(clock.now(), seconds)
  return attempts.count(key, (before) => ({
    key,
    count: Math.max(before?.count ?? 0, freeAttempts),
    lockedUntil,
    expiresAt: secondsAfter(lockedUntil, forgottenSeconds),
  }))
}

/** Whether somebody has to wait at this moment. */
export const isLocked = ({ clock }: Pick<UserPool, 'clock'>, record: FailedAttempts | undefined): boolean =>
  record !== undefined && clock.now() < record.lockedUntil
