// Waiting for something to happen, without polling and with an end.
import { clearTimeout, setTimeout } from '../idp/machine-timers.ts'

export interface Patience {
  readonly timeoutMilliseconds: number
  /** Aborted when the mock closes. */
  readonly closing: AbortSignal
  /** What to say when time is up. */
  complaint(): string
}

/**
 * What `look` finds, now or after something has happened.
 *
 * @param subscribe calls its listener after each thing that happens, until the returned function is called
 * @throws when time is up, or the mock closes
 */
export function firstOf<T>(
  look: () => T | undefined,
  subscribe: (listener: () => void) => () => void,
  { timeoutMilliseconds, closing, complaint }: Patience,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const found = look()
    if (found !== undefined) return resolve(found)
    const settle = (act: () => void) => {
      unsubscribe()
      clearTimeout(timer)
      closing.removeEventListener('abort', onClose)
      act()
    }
    const unsubscribe = subscribe(() => {
      const found = look()
      if (found !== undefined) settle(() => resolve(found))
    })
    const onClose = () => settle(() => reject(new Error('the mock was closed')))
    const timer = setTimeout(
      () => settle(() => reject(new TimeoutError(complaint(), timeoutMilliseconds))),
      timeoutMilliseconds,
    )
    closing.addEventListener('abort', onClose)
  })
}

/** Waited in vain. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'

  constructor(complaint: string, milliseconds: number) {
    super(`${complaint} (waited ${milliseconds / 1000} s)`)
  }
}
