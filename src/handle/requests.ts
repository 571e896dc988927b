// What came in, for a test to look at: the journal in plain records. Prefer to assert on what your app does; this is
// for the few things that cannot be seen otherwise, and for finding out why something was refused.
import type { Exchange, Journal } from '../idp/domain/journal.ts'
import { nearest } from '../idp/domain/redirect-uri.ts'
import { PageRefusal } from '../idp/domain/refusal.ts'
import { isMeant, type RequestTarget, type Target } from '../idp/domain/target.ts'
import { type Duration, millisecondsOf } from '../idp/duration.ts'
import { firstOf } from './waiting.ts'

export type { RequestTarget, Target } from '../idp/domain/target.ts'

export interface RecordedRequest {
  /** Its place among everything that the server answered: what `since` is compared with. */
  readonly id: number
  readonly at: Date
  readonly target: RequestTarget
  readonly method: string
  readonly path: string
  /** The client id, once it is known. */
  readonly client?: string
  /** The username, once it is known. */
  readonly user?: string
  /** How the client showed who it is. */
  readonly auth: 'basic' | 'post' | 'none'
  /** Query and form; secrets, codes and tokens are not shown. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[]
  readonly status: number
  /** `refused` says no with a reason, `faulty` ran into an armed fault, `failed` is a defect of the mock. */
  readonly outcome: 'answered' | 'refused' | 'faulty' | 'failed'
  /** What the wire said, in a word. */
  readonly error?: string
  /** The rule that did not hold, and why; see docs/compatibility.md. */
  readonly rule?: string
  readonly reason?: string
  /** What was probably meant, where something unregistered was sent. */
  readonly nearMiss?: { readonly parameter: string; readonly sent: string; readonly nearest: string }
  /** The id of the fault that it ran into. */
  readonly fault?: string
}

export interface RequestFilter {
  readonly target?: Target
  /** The client id. */
  readonly client?: string
  readonly user?: string
  readonly status?: number
  readonly outcome?: RecordedRequest['outcome']
  /** Only what came after the request with this id. */
  readonly since?: number
}

export interface WaitOptions {
  /** Default: 5 s. */
  readonly timeout?: Duration
}

export interface Requests {
  /**
   * Oldest first; the last thousand.
   *
   * @example
   * const refused = await pool.requests.list({ outcome: 'refused' })
   */
  list(filter?: RequestFilter): Promise<readonly RecordedRequest[]>
  /**
   * How many fit.
   *
   * @example
   * t.equal(await pool.requests.count({ target: 'token:refresh' }), 0)
   */
  count(filter?: RequestFilter): Promise<number>
  /**
   * The newest one, or the newest of a kind.
   *
   * @example
   * const reason = (await pool.requests.last('token'))?.reason
   */
  last(target?: Target): Promise<RecordedRequest | undefined>
  /**
   * The first request that fits, as soon as it is there.
   *
   * @throws after the timeout, with what came nearest
   * @example
   * const fetched = pool.requests.waitFor({ target: 'jwks' }, { timeout: '2s' })
   * await fetch(pool.jwksUri)
   * await fetched
   */
  waitFor(filter: RequestFilter, options?: WaitOptions): Promise<RecordedRequest>
  /**
   * Forgets what came in.
   *
   * @example
   * await pool.requests.clear()
   */
  clear(): Promise<void>
}

export function requestsOf(journal: Journal, closing: AbortSignal): Requests {
  const list = (filter: RequestFilter = {}) =>
    journal
      .list()
      .map(shown)
      .filter((each) => fits(each, filter))
  return {
    list: async (filter) => list(filter),
    count: async (filter) => list(filter).length,
    last: async (target = '*') => list({ target }).at(-1),
    waitFor: async (filter, { timeout = '5s' } = {}) =>
      firstOf(() => list(filter)[0], journal.subscribe, {
        timeoutMilliseconds: millisecondsOf(timeout),
        closing,
        complaint: () => noneFits(filter, journal.list().map(shown)),
      }),
    clear: async () => journal.clear(),
  }
}

function shown(exchange: Exchange): RecordedRequest {
  const { sequence, at, method, path, clientId, username, status, refusal, verdicts, faultId } = exchange
  const broken = verdicts.findLast(({ holds }) => !holds)
  const nearMiss = nearMissOf(exchange)
  return {
    id: sequence as number,
    at,
    target: exchange.target ?? 'other',
    method,
    path,
    ...(clientId !== undefined && { client: clientId }),
    ...(username !== undefined && { user: username }),
    auth: exchange.clientAuthentication ?? 'none',
    parameters: (exchange.parameters ?? []).map(([name, value]) => ({ name, value })),
    status: status as number,
    outcome: outcomeOf(exchange),
    ...(refusal !== undefined && { error: refusal.wireCode }),
    ...(broken !== undefined && { rule: broken.rule, ...(broken.reason && { reason: broken.reason }) }),
    ...(nearMiss !== undefined && { nearMiss }),
    ...(faultId !== undefined && { fault: faultId }),
  }
}

/** A sign-in page that is shown again is a refusal too, though the wire says 200. */
function outcomeOf({ failure, faultId, refusal, verdicts }: Exchange): RecordedRequest['outcome'] {
  if (failure !== undefined) return 'failed'
  if (faultId !== undefined) return 'faulty'
  const isRefusedLogin = verdicts.some(({ rule, holds }) => !holds && rule.startsWith('login.'))
  return refusal !== undefined || isRefusedLogin ? 'refused' : 'answered'
}

function nearMissOf({ refusal }: Exchange): RecordedRequest['nearMiss'] {
  if (!(refusal instanceof PageRefusal) || refusal.comparison === undefined) return undefined
  const { parameter, sent, registered } = refusal.comparison
  const meant = nearest(sent, registered)
  return meant === undefined ? undefined : { parameter, sent, nearest: meant }
}

function fits(request: RecordedRequest, filter: RequestFilter): boolean {
  const { target, since, ...exact } = filter
  return (
    (target === undefined || isMeant(target, request.target)) &&
    request.id > (since ?? 0) &&
    Object.entries(exact).every(
      ([name, value]) => value === undefined || request[name as keyof typeof exact] === value,
    )
  )
}

/** Why nothing fitted: the request that shares most with the filter, and what else came. */
export function noneFits(filter: RequestFilter, requests: readonly RecordedRequest[]): string {
  const wanted = `no request fits ${JSON.stringify(filter)}`
  const conditions = Object.entries(filter).map(([name, value]) => ({ [name]: value }))
  const [best] = requests
    .map((request) => ({ request, met: conditions.filter((condition) => fits(request, condition)).length }))
    .sort((one, other) => other.met - one.met || other.request.id - one.request.id)
  if (best === undefined) return `${wanted}; none came at all`
  const { target, client, user, status, outcome, reason } = best.request
  const nearestSeen = JSON.stringify({ target, client, user, status, outcome, reason })
  return `${wanted}; of ${requests.length} that came the nearest is ${nearestSeen}`
}
