// The one place of the BFF that reads the time. Sessions and pending logins hold the moment they
// expire and are judged when they are read, so a test moves this clock instead of waiting.

/** Tells the time. Give {@link createBff} your own to travel in it. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/**
 * Whole seconds from one moment until another, never less than zero.
 *
 * @example
 * secondsUntil(new Date(61_500), new Date(1_000)) // 60
 */
export const secondsUntil = (deadline: Date, now: Date): number =>
  Math.max(0, Math.floor((deadline.getTime() - now.getTime()) / 1000))
