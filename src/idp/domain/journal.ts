// The journal of exchanges: a bounded list, newest last, that the log, the error page's panel and the tests
// read. The recorder plugin writes it; app.ts adds only what reaches no hook.
import { hash } from 'node:crypto'
import type { Instant } from './clock.ts'
import type { Refusal } from './refusal.ts'
import type { Trail } from './trail.ts'

/** One request and its answer. Holds no password, secret, code or token. */
export interface Exchange extends Trail {
  readonly at: Instant
  readonly method: string
  /** The path, without the query. */
  readonly path: string
  status?: number
  /** The key of the error page that the answer leads to; the address itself may hold a token (see `pageKey`). */
  errorPage?: string
  /** What was sent, for the panel of that page. */
  parameters?: readonly (readonly [string, string])[]
  /** A defect of the mock itself, behind a 500. */
  failure?: Error
  /** Why it was refused, if it was. */
  refusal?: Refusal
}

export interface Journal {
  /** Adds a finished exchange and tells everyone who listens. */
  append(exchange: Exchange): void
  /** The newest exchange that fits, or none. */
  findLast(fits: (exchange: Exchange) => boolean): Exchange | undefined
  list(): readonly Exchange[]
  /** Calls `listener` after each exchange, until the returned function is called. */
  subscribe(listener: (exchange: Exchange) => void): () => void
}

/** By which the error page finds its exchange again, without the journal keeping the address. */
export const pageKey = (address: string): string => hash('sha256', address, 'base64url')

/**
 * A journal in memory.
 *
 * @param capacity how many exchanges it keeps; older ones are forgotten
 * @example
 * const journal = createJournal()
 * journal.subscribe((exchange) => process.stderr.write(`${exchange.path} ${exchange.status}\n`))
 */
export function createJournal(capacity = 1000): Journal {
  const ring: Exchange[] = []
  const listeners = new Set<(exchange: Exchange) => void>()
  let oldest = 0
  const inOrder = () => [...ring.slice(oldest), ...ring.slice(0, oldest)]
  return {
    append(exchange) {
      if (ring.length < capacity) ring.push(exchange)
      else {
        ring[oldest] = exchange
        oldest = (oldest + 1) % capacity
      }
      for (const listener of listeners) listener(exchange)
    },
    findLast: (fits) => inOrder().findLast(fits),
    list: inOrder,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
