// Failures on order: a test arms one for a kind of request of one pool, and it strikes as often as it was told to. The
// list is the server's, so that a request on a server where nothing is armed costs one look at it; each entry belongs
// to one pool.
import { isMeant, type RequestTarget, type Target } from './target.ts'

/** A token answer that an app must refuse. */
export type TokenDefect =
  | 'expired'
  | 'wrongNonce'
  | 'wrongAudience'
  | 'badSignature'
  | 'noIdToken'
  | 'noRefreshToken'

/** What happens to the connection instead of an answer, or in the middle of one. */
export type NetworkFailure = 'reset' | 'empty' | 'garbage' | 'truncate' | 'hang'

/** What a hook of a test in the same process may change before an answer is sent. */
export interface MutableAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** What an armed fault does; times in milliseconds. */
export type Effect =
  | { readonly kind: 'oauth'; readonly error: string; readonly status: number }
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body: string
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'dribble'; readonly chunks: number; readonly milliseconds: number }
  | { readonly kind: 'network'; readonly failure: NetworkFailure }
  | { readonly kind: 'malformedJson' }
  | { readonly kind: 'contentType'; readonly contentType: string }
  | { readonly kind: 'token'; readonly defect: TokenDefect }
  | { readonly kind: 'hook'; readonly change: (answer: MutableAnswer) => void }

/** Whose request it is, as far as it can be told. */
export interface Asker {
  readonly poolId?: string
  readonly clientId?: string
  readonly username?: string
}

export interface Order {
  readonly poolId: string
  readonly target: Target
  readonly effect: Effect
  /** How often it strikes; absent: until it is taken away. */
  readonly times?: number
  /** How many requests that it is meant for it lets pass first. */
  readonly after: number
  readonly where: Omit<Asker, 'poolId'>
}

export interface ArmedFault extends Order {
  readonly id: string
  /** How often it was met so far, those that it let pass included. */
  readonly meetings: number
  /** How often it struck. */
  readonly strikes: number
}

export interface Faults {
  readonly isEmpty: boolean
  arm(order: Order): ArmedFault
  /** The fault that strikes this request, if there is one: the oldest of those that are meant for it. */
  strike(target: RequestTarget, asker: Asker): ArmedFault | undefined
  /** What is still armed in a pool, oldest first. */
  armed(poolId: string): readonly ArmedFault[]
  /** Takes one away, or all of a pool. Returns whether there was anything. */
  disarm(poolId: string, id?: string): boolean
}

export function createFaults(): Faults {
  let armed: ArmedFault[] = []
  let count = 0
  const replace = (fault: ArmedFault) => {
    armed = armed.flatMap((each) => (each.id !== fault.id ? [each] : isSpent(fault) ? [] : [fault]))
  }
  return {
    get isEmpty() {
      return armed.length === 0
    },
    arm(order) {
      const fault = { ...order, id: `fault-${++count}`, meetings: 0, strikes: 0 }
      armed = [...armed, fault]
      return fault
    },
    strike(target, asker) {
      for (const fault of armed) {
        if (!isMeant(fault.target, target) || !isFor(fault, asker)) continue
        const met = { ...fault, meetings: fault.meetings + 1 }
        const strikes = met.meetings > fault.after
        replace(strikes ? { ...met, strikes: fault.strikes + 1 } : met)
        if (strikes) return fault
      }
      return undefined
    },
    armed: (poolId) => armed.filter((fault) => fault.poolId === poolId),
    disarm(poolId, id) {
      const before = armed.length
      armed = armed.filter((fault) => fault.poolId !== poolId || (id !== undefined && fault.id !== id))
      return armed.length < before
    },
  }
}

const isSpent = ({ times, strikes }: ArmedFault): boolean => times !== undefined && strikes >= times

const isFor = ({ poolId, where }: ArmedFault, asker: Asker): boolean =>
  poolId === asker.poolId &&
  (where.clientId === undefined || where.clientId === asker.clientId) &&
  (where.username === undefined || where.username === asker.username)
