// Time is injected: one clock for each pool, and this file is the only one of the domain that asks the
// machine for the time. It keeps the functions it found when it was loaded, so a test that fakes Date in the
// same process does not move the mock (and the mock's own clock can still be moved on purpose).
import type { Place } from './kept.ts'

const MachineDate = Date
const machineNow = Date.now

/**
 * A point in time. The domain says this instead of Date, so that the linter can keep `new Date()` out of it.
 */
export type Instant = Date

/** Tells the time to everything that expires. */
export interface Clock {
  now(): Instant
}

/** How far a clock has been moved, and whether it stands still; what a snapshot keeps of it. */
export interface ClockSetting {
  readonly aheadMilliseconds: number
  /** Since when it stands still, in milliseconds since the epoch. */
  readonly frozenAtMilliseconds?: number
}

/**
 * A clock that a test can move. Records hold `expiresAt` and are judged when read, so moving it is all it
 * takes.
 */
export interface AdjustableClock extends Clock {
  /** Moves the clock forward (or back, if negative), in milliseconds. */
  advance(milliseconds: number): void
  /** Makes it that time now; a clock that stands still goes on standing still. */
  set(time: Instant): void
  /** Stops it, until it is reset. It can still be moved. */
  freeze(): void
  /** Returns to the machine's time. */
  reset(): void
  readonly setting: ClockSetting
  /** Makes it as it was when `setting` was read. */
  restore(setting: ClockSetting): void
}

/** A clock that nobody has moved. */
const untouched: ClockSetting = { aheadMilliseconds: 0 }

/**
 * A clock that runs with the machine's and can be moved ahead of it.
 *
 * @param readMilliseconds where the time comes from, in milliseconds since the epoch; the machine unless told
 * @param place where it is kept how the clock has been moved
 * @example
 * const clock = createClock()
 * clock.advance(5 * 60_000) // every code issued before this line is now dead
 */
export function createClock(
  readMilliseconds: () => number = machineNow,
  place: Place<ClockSetting> = { value: undefined },
): AdjustableClock {
  const setting = () => place.value ?? untouched
  const nowMilliseconds = () => {
    const { frozenAtMilliseconds, aheadMilliseconds } = setting()
    return frozenAtMilliseconds ?? readMilliseconds() + aheadMilliseconds
  }
  const moveTo = (milliseconds: number) => {
    const aheadMilliseconds = milliseconds - readMilliseconds()
    const isFrozen = setting().frozenAtMilliseconds !== undefined
    place.value = isFrozen ? { aheadMilliseconds, frozenAtMilliseconds: milliseconds } : { aheadMilliseconds }
  }
  return {
    now: () => new MachineDate(nowMilliseconds()),
    advance: (milliseconds) => moveTo(nowMilliseconds() + milliseconds),
    set: (time) => moveTo(time.getTime()),
    freeze: () => {
      place.value = { ...setting(), frozenAtMilliseconds: nowMilliseconds() }
    },
    reset: () => {
      place.value = undefined
    },
    get setting() {
      return setting()
    },
    restore: (earlier) => {
      place.value = earlier
    },
  }
}

/** The date that lies `seconds` after `date`. */
export const secondsAfter = (date: Instant, seconds: number): Instant =>
  new MachineDate(date.getTime() + seconds * 1000)

/** The date that lies `milliseconds` before `date`. */
export const millisecondsBefore = (date: Instant, milliseconds: number): Instant =>
  new MachineDate(date.getTime() - milliseconds)

/** Whole seconds since the epoch, as JWT claims count them (RFC 7519 §2, NumericDate). */
export const epochSeconds = (date: Instant): number => Math.floor(date.getTime() / 1000)

/** The date of a NumericDate. */
export const fromEpochSeconds = (seconds: number): Instant => new MachineDate(seconds * 1000)

/** How long ago that was, as one would say it: `3 s`, `12 min`, `2 h`. */
export function howLong(from: Instant, to: Instant): string {
  const seconds = Math.round((to.getTime() - from.getTime()) / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}
