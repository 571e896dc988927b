// Failures on order. What can go wrong between an app and Cognito, once or as often as wanted, for one kind of request,
// one client or one user.
import type {
  Effect,
  Faults as FaultList,
  MutableAnswer,
  NetworkFailure,
  ArmedFault as Struck,
  TokenDefect,
} from '../idp/domain/faults.ts'
import type { Target } from '../idp/domain/target.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { type Duration, millisecondsOf } from '../idp/duration.ts'
import { clientOf, clientsOf } from './clients.ts'
import { NothingThere } from './nothing-there.ts'

export type { MutableAnswer, NetworkFailure, TokenDefect } from '../idp/domain/faults.ts'

/** A fault as it can be written down in JSON. */
export type WritableFault =
  /** An OAuth error: JSON on the back channel, a redirect to the app from the hosted pages. */
  | { readonly oauth: string; readonly status?: number }
  /** An error of the AWS JSON API. */
  | { readonly aws: string; readonly message?: string }
  /** 429. */
  | { readonly throttle: true }
  /** An answer of your own; a body that is no text is sent as JSON. */
  | {
      readonly status: number
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  /** The right answer, late: by the machine's time. */
  | { readonly delay: Duration }
  /** The right answer, in so many pieces. */
  | { readonly dribble: { readonly chunks: number; readonly over: Duration } }
  | { readonly network: NetworkFailure }
  | { readonly malformedJson: true }
  | { readonly contentType: string }
  /** The right answer with a token that the app must refuse. */
  | { readonly token: TokenDefect }

/** A fault, or (in this process only) a function that changes the answer. */
export type Fault = WritableFault | { readonly hook: (answer: MutableAnswer) => void }

export interface FaultOptions {
  /** How often it strikes. Default: until it is cleared. */
  readonly times?: number
  /** How many requests that it is meant for it lets pass first. */
  readonly after?: number
  /** Only for this client (by name or id), only for this user. */
  readonly where?: { readonly client?: string; readonly user?: string }
}

export interface ArmedFault {
  readonly id: string
  readonly target: Target
  /** How often it will strike yet; `null`: until it is cleared. */
  readonly remaining: number | null
  readonly strikes: number
}

export interface Faults {
  /**
   * The next request of that kind fails.
   *
   * @throws if the fault makes no sense
   * @example
   * await pool.faults.next('token:code', { oauth: 'invalid_grant' })
   */
  next(target: Target, fault: Fault, options?: Omit<FaultOptions, 'times'>): Promise<ArmedFault>
  /**
   * Requests of that kind fail.
   *
   * @example
   * await pool.faults.add('token:refresh', { throttle: true }, { times: 2, where: { user: 'alice' } })
   */
  add(target: Target, fault: Fault, options?: FaultOptions): Promise<ArmedFault>
  /**
   * What has still to strike, oldest first.
   *
   * @example
   * const [fault] = await pool.faults.pending()
   */
  pending(): Promise<readonly ArmedFault[]>
  /**
   * Passes if every fault has struck as often as it was to, or at least once where that was left open. A fault that
   * never struck is a test that shows nothing.
   *
   * @throws with those that have not
   * @example
   * await pool.faults.assertAllUsed() // at the end of each test
   */
  assertAllUsed(): Promise<void>
  /**
   * Takes one away, or all.
   *
   * @throws if there is none of that id
   * @example
   * const { id } = await pool.faults.add('userInfo', { delay: '2s' })
   * await pool.faults.clear(id)
   */
  clear(id?: string): Promise<void>
}

export function faultsOf(pool: UserPool, faults: FaultList): Faults {
  const add: Faults['add'] = async (target, fault, { times, after = 0, where = {} } = {}) => {
    const { client, user } = where
    const clientId = client === undefined ? undefined : clientOf(pool.id, clientsOf(pool), client).id
    const username = user === undefined ? undefined : (await pool.users.find(user))?.username
    if (user !== undefined && username === undefined) throw new Error(`pool ${pool.id} has no user ${user}`)
    const order = {
      poolId: pool.id,
      target: knownTarget(target),
      effect: effectOf(fault),
      ...(times !== undefined && { times: wholeNumber('times', times, 1) }),
      after: wholeNumber('after', after, 0),
      where: { ...(clientId !== undefined && { clientId }), ...(username !== undefined && { username }) },
    }
    return shown(faults.arm(order))
  }
  const pending = () => faults.armed(pool.id).map(shown)
  return {
    add,
    next: (target, fault, options) => add(target, fault, { ...options, times: 1 }),
    pending: async () => pending(),
    assertAllUsed: async () => refuseUnused(pending()),
    async clear(id) {
      if (!faults.disarm(pool.id, id) && id !== undefined)
        throw new NothingThere(`pool ${pool.id} has no armed fault ${id}`)
    },
  }
}

const shown = ({ id, target, times, strikes }: Struck): ArmedFault => ({
  id,
  target,
  remaining: times === undefined ? null : times - strikes,
  strikes,
})

/** @throws with those that have not struck as often as they were to */
export function refuseUnused(pending: readonly ArmedFault[]): void {
  const unused = pending.filter(({ remaining, strikes }) => remaining !== null || strikes === 0)
  if (unused.length === 0) return
  const each = unused.map(({ id, target, remaining, strikes }) => {
    const missing =
      remaining === null ? 'has never struck' : `struck ${strikes} times and has ${remaining} left`
    return `${id} for ${target} ${missing}`
  })
  throw new Error(`not every fault was used: ${each.join('; ')}`)
}

const targets = [
  'authorize',
  'login',
  'logout',
  'token',
  'token:code',
  'token:refresh',
  'token:machine',
  'userInfo',
  'revoke',
  'jwks',
  'discovery',
  '*',
]

function knownTarget(target: Target): Target {
  if (targets.includes(target) || /^api:\w+$/.test(target)) return target
  throw new Error(`there is no target ${target}; there are ${targets.join(', ')} and api:<operation>`)
}

function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value
  throw new Error(`${name} is ${value}, expected a whole number from ${least}`)
}

const json = { 'content-type': 'application/json;charset=UTF-8' }
const awsJson = 'application/x-amz-json-1.1'

/** AWS answers 400 to whatever the caller may mend or repeat, and 500 to what is its own fault. */
const awsStatus = (type: string): number => (type === 'InternalErrorException' ? 500 : 400)

type Keyed<K extends string> = Extract<Fault, { readonly [Key in K]: unknown }>

/** By the key that says what kind of fault it is; `status` comes last, because an OAuth error may have one too. */
const effects: { readonly [name: string]: (fault: never) => Effect } = {
  oauth: ({ oauth, status = oauth === 'server_error' ? 500 : 400 }: Keyed<'oauth'>) => ({
    kind: 'oauth',
    error: text('oauth', oauth),
    status: statusCode(status),
  }),
  aws: ({ aws, message = 'Rate exceeded' }: Keyed<'aws'>) => ({
    kind: 'answer',
    status: awsStatus(text('aws', aws)),
    body: JSON.stringify({ __type: aws, message }),
    headers: { 'content-type': awsJson, 'x-amzn-errortype': `${aws}:` },
  }),
  throttle: () => ({
    kind: 'answer',
    status: 429,
    body: '{"message":"Too Many Requests"}',
    headers: json,
  }),
  delay: ({ delay }: Keyed<'delay'>) => ({ kind: 'delay', milliseconds: length(delay) }),
  dribble: ({ dribble }: Keyed<'dribble'>) => ({
    kind: 'dribble',
    chunks: wholeNumber('chunks', dribble?.chunks, 2),
    milliseconds: length(dribble?.over),
  }),
  network: ({ network }: Keyed<'network'>) => ({
    kind: 'network',
    failure: oneOf('network', network, ['reset', 'empty', 'garbage', 'truncate', 'hang']),
  }),
  malformedJson: () => ({ kind: 'malformedJson' }),
  contentType: ({ contentType }: Keyed<'contentType'>) => ({
    kind: 'contentType',
    contentType: text('contentType', contentType),
  }),
  token: ({ token }: Keyed<'token'>) => ({
    kind: 'token',
    defect: oneOf('token', token, [
      'expired',
      'wrongNonce',
      'wrongAudience',
      'badSignature',
      'noIdToken',
      'noRefreshToken',
    ]),
  }),
  hook: ({ hook }: Keyed<'hook'>) => {
    if (typeof hook !== 'function') throw new Error('hook is no function')
    return { kind: 'hook', change: hook }
  },
  status: ({ status, body = '', headers = {} }: Extract<Fault, { readonly body?: unknown }>) => ({
    kind: 'answer',
    status: statusCode(status),
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { ...(typeof body !== 'string' && json), ...headers },
  }),
}

function effectOf(fault: Fault): Effect {
  const name = Object.keys(effects).find((key) => Object.hasOwn(fault ?? {}, key))
  if (name === undefined) throw new Error(`a fault is one of ${Object.keys(effects).join(', ')}`)
  return (effects[name] as (fault: Fault) => Effect)(fault)
}

function statusCode(status: number): number {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status
  throw new Error(`status is ${status}, expected a number from 200 to 599`)
}

function length(duration: Duration): number {
  const milliseconds = millisecondsOf(duration)
  if (milliseconds >= 0) return milliseconds
  throw new Error(`${duration} is negative`)
}

function text(name: string, value: string): string {
  if (typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)) return value
  throw new Error(`${name} is ${JSON.stringify(value)}, expected a text in ASCII`)
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((each) => each === value)
  if (found === undefined) throw new Error(`${name} is ${value}, expected ${known.join(', ')}`)
  return found
}
