// The journal of exchanges: a bounded list, newest last, that the log, the error page's panel and the tests
// read. The recorder plugin writes it; app.ts adds only what reaches no hook.
import { hash } from 'node:crypto'
import type { Instant } from './clock.ts'
import type { Refusal } from './refusal.ts'
import type { RequestTarget } from './target.ts'
import type { Trail } from './trail.ts'

/** One request and its answer. Holds no password, secret, code or token. */
export interface Exchange extends Trail {
  readonly at: Instant
  readonly method: string
  /** The path, without the query. */
  readonly path: string
  /** Its place among everything that this server answered, from 1; set by the journal. */
  sequence?: number
  target?: RequestTarget
  /** How the client showed who it is (RFC 6749 §2.3.1). */
  clientAuthentication?: 'basic' | 'post' | 'none'
  status?: number
  /** The key of the error page that the answer leads to; the address itself may hold a token (see `pageKey`). */
  errorPage?: string
  /** What was sent in query and form, less the secrets. */
  parameters?: readonly (readonly [string, string])[]
  /** A defect of the mock itself, behind a 500. */
  failure?: Error
  /** Why it was refused, if it was. */
  refusal?: Refusal
  /** The armed fault that it ran into. */
  faultId?: string
}

export interface Journal {
  /** Adds a finished exchange and tells everyone who listens. */
  append(exchange: Exchange): void
  /** The newest exchange that fits, or none. */
  findLast(fits: (exchange: Exchange) => boolean): Exchange | undefined
  list(): readonly Exchange[]
  /** Forgets all exchanges. */
  clear(): void
  /** Calls `listener` after each exchange, until the returned function is called. */
  subscribe(listener: (exchange: Exchange) => void): () => void
}

/**
 * What has no business in a query, and may be in one all the same; what a form is for; and what an app tells the hooks
 * of the pool, which is nobody else's.
 */
const secretParameters = new Set([
  'password',
  'client_secret',
  'code',
  'code_verifier',
  'token',
  'access_token',
  'id_token',
  'id_token_hint',
  'refresh_token',
  'SAMLResponse',
  '_csrf',
  'csrf',
  'aws_client_metadata',
])

const longestValue = 1000

/** A parameter as the journal keeps it: without secrets, and not too long. */
export const recordedParameter = (name: string, value: string): [string, string] => [
  name,
  secretParameters.has(name)
    ? '(not shown)'
    : value.length > longestValue
      ? `${value.slice(0, longestValue)}…`
      : value,
]

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
  let sequence = 0
  const inOrder = () => [...ring.slice(oldest), ...ring.slice(0, oldest)]
  return {
    append(exchange) {
      exchange.sequence ??= ++sequence
      if (ring.length < capacity) ring.push(exchange)
      else {
        ring[oldest] = exchange
        oldest = (oldest + 1) % capacity
      }
      for (const listener of listeners) listener(exchange)
    },
    findLast: (fits) => inOrder().findLast(fits),
    list: inOrder,
    clear() {
      ring.length = 0
      oldest = 0
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
