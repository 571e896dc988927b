// A pool of a mock elsewhere: every facet of the interface, each verb one call of the control API.
import type { Followed, StorageState } from '../handle/auth.ts'
import { type Client, type ClientRecord, clientOf } from '../handle/clients.ts'
import type { Clock } from '../handle/clock.ts'
import { environmentFor } from '../handle/environment.ts'
import {
  type ArmedFault,
  type Fault,
  type Faults,
  refuseUnused,
  type WritableFault,
} from '../handle/faults.ts'
import type { CodeView, Introspection, RefreshFamilyView, SsoSessionView } from '../handle/introspection.ts'
import type { Key, Keys } from '../handle/keys.ts'
import { appClient, type Pool } from '../handle/pool.ts'
import type { Defect, MintOptions, TokenSet, Tokens } from '../handle/tokens.ts'
import type { User, Users } from '../handle/users.ts'
import { machineFetch, ProblemError, pathOf, queryOf, toWire, type Wire } from './http.ts'
import { remoteInbox } from './inbox.ts'
import { remoteRequests } from './requests.ts'

/** What the control API says of a pool. */
export interface PoolRecord extends Pick<Pool, 'id' | 'name' | 'issuer' | 'jwksUri' | 'domainUrl'> {
  readonly clients: readonly ClientRecord[]
}

/** A pool, and how the mock tells it what has changed. */
export interface RemotePool {
  readonly pool: Pool
  update(record: PoolRecord): Promise<void>
}

export async function remotePool(wire: Wire, first: PoolRecord): Promise<RemotePool> {
  const path = (...parts: string[]) => pathOf('pools', first.id, ...parts)
  const { clock, read } = remoteClock(wire, path)
  await read()
  let record = first
  const clients = () => record.clients.map(clientHandle)

  const changed = (client: ClientRecord): Client => {
    const others = record.clients.filter(({ id }) => id !== client.id)
    const isNew = others.length === record.clients.length
    record = {
      ...record,
      clients: isNew
        ? [...others, client]
        : record.clients.map((each) => (each.id === client.id ? client : each)),
    }
    return clientHandle(client)
  }
  const changeClient = async (method: string, clientPath: string, body?: unknown) =>
    changed(await wire.call<ClientRecord>(method, clientPath, body))

  function clientHandle(client: ClientRecord): Client {
    return {
      ...client,
      register: (urls) => changeClient('POST', path('clients', client.id, 'urls'), urls),
      addSecret: () => changeClient('POST', path('clients', client.id, 'secrets')),
      removeSecret: (secret) => changeClient('DELETE', path('clients', client.id, 'secrets', secret)),
    }
  }

  const pool: Pool = {
    id: first.id,
    get name() {
      return record.name
    },
    get issuer() {
      return record.issuer
    },
    get jwksUri() {
      return record.jwksUri
    },
    get domainUrl() {
      return record.domainUrl
    },
    env: (names) => environmentFor(record, appClient(record.clients), names),
    jwks: async () => (await machineFetch(record.jwksUri)).json() as ReturnType<Pool['jwks']>,
    get clients() {
      return clients()
    },
    client: (nameOrId) => clientOf(first.id, clients(), nameOrId),
    createClient: (client) => changeClient('POST', path('clients'), client),
    users: remoteUsers(wire, path),
    tokens: remoteTokens(wire, path),
    auth: {
      code: (request) => wire.call('POST', path('signins'), request),
      follow: async (authorizeUrl, options) => {
        const { callbackUrl, cookies } = await wire.call<Followed>('POST', path('signins'), {
          authorizeUrl,
          ...options,
        })
        return { callbackUrl, cookies }
      },
      auto: (user, options) => wire.call('PUT', path('auto-login'), { user, ...options }),
      storageState: (options) => wire.call<StorageState>('POST', path('storage-states'), options),
      endSso: (user) => wire.call('DELETE', `${path('sso-sessions')}${queryOf({ user })}`),
    },
    clock,
    faults: remoteFaults(wire, path),
    keys: remoteKeys(wire, path),
    inbox: remoteInbox(wire, path('inbox')),
    requests: remoteRequests(wire, path('requests')),
    codes: remoteIntrospection<CodeView>(wire, path, 'codes'),
    refreshFamilies: remoteIntrospection<RefreshFamilyView>(wire, path, 'refresh-families'),
    ssoSessions: remoteIntrospection<SsoSessionView>(wire, path, 'sso-sessions'),
  }
  return {
    pool,
    async update(next) {
      record = next
      await read()
    },
  }
}

type PathOf = (...parts: string[]) => string

/** Nobody there is no error. */
function nothingIfNotFound(error: unknown): undefined {
  if (!(error instanceof ProblemError) || error.status !== 404) throw error
}

function remoteUsers(wire: Wire, path: PathOf): Users {
  return {
    create: (user) => wire.call<User>('POST', path('users'), user),
    get: (name) => wire.call<User>('GET', path('users', name)).catch(nothingIfNotFound),
    list: () => wire.call<User[]>('GET', path('users')),
    patch: (name, { lockedFor, ...change }) =>
      wire.call<User>('PATCH', path('users', name), {
        ...change,
        ...(lockedFor !== undefined && { lockedFor: toWire(lockedFor) }),
      }),
    delete: (name) => wire.call('DELETE', path('users', name)),
  }
}

const defects: readonly Defect[] = [
  'expired',
  'notYetValid',
  'wrongIssuer',
  'wrongAudience',
  'wrongClient',
  'wrongUse',
  'badSignature',
  'unknownKid',
  'algNone',
  'missingSub',
]

function remoteTokens(wire: Wire, path: PathOf): Tokens {
  const mint = async ({ issuedAt, expiresIn, ...options }: MintOptions, bad?: Defect) => {
    const { token } = await wire.call<{ token: string }>('POST', path('tokens'), {
      ...options,
      bad,
      ...(options.claims !== undefined && { claims: withNulls(options.claims) }),
      ...(issuedAt !== undefined && { issuedAt: typeof issuedAt === 'object' ? issuedAt : toWire(issuedAt) }),
      ...(expiresIn !== undefined && { expiresIn: toWire(expiresIn) }),
    })
    return token
  }
  return {
    mint: (options = {}) => mint(options),
    set: (options) => wire.call<TokenSet>('POST', path('tokens'), { ...options, set: true }),
    bad: Object.fromEntries(
      defects.map((defect) => [defect, (options: MintOptions = {}) => mint(options, defect)]),
    ) as unknown as Tokens['bad'],
  }
}

/** JSON has no `undefined`. */
const withNulls = (claims: object): object =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, value ?? null]))

/** Taken when this module was loaded: a test that fakes time in its process does not stop it. */
const machineMilliseconds = performance.now.bind(performance)

interface ClockState {
  readonly now: Date
  readonly isFrozen: boolean
}

/**
 * The time of the pool as it was said last, and what has passed here since. Whoever else moves that clock is noticed at
 * the next call.
 */
function remoteClock(wire: Wire, path: PathOf): { clock: Clock; read(): Promise<void> } {
  let state: ClockState = { now: new Date(), isFrozen: false }
  let heardAt = machineMilliseconds()
  const heard = (next: ClockState) => {
    state = next
    heardAt = machineMilliseconds()
  }
  const move = async (verb: string, body?: unknown) =>
    heard(await wire.call<ClockState>('POST', path('clock', verb), body))
  const clock: Clock = {
    now: () =>
      new Date(state.now.getTime() + (state.isFrozen ? 0 : Math.floor(machineMilliseconds() - heardAt))),
    get isFrozen() {
      return state.isFrozen
    },
    advance: (by) => move('advance', { by: toWire(by) }),
    async set(time) {
      if (Number.isNaN(time.getTime())) throw new Error('that is no date')
      await move('set', { to: time })
    },
    freeze: () => move('freeze'),
    reset: () => move('reset'),
    async age(what, by) {
      const answer = await wire.call<ClockState & { affected: number }>('POST', path('age'), {
        what,
        by: toWire(by),
      })
      return answer.affected
    },
  }
  return { clock, read: async () => heard(await wire.call<ClockState>('GET', path('clock'))) }
}

function remoteFaults(wire: Wire, path: PathOf): Faults {
  const add: Faults['add'] = (target, fault, options) =>
    wire.call<ArmedFault>('POST', path('faults'), { target, fault: writable(fault), ...options })
  const pending = () => wire.call<ArmedFault[]>('GET', path('faults'))
  return {
    add,
    next: (target, fault, options) => add(target, fault, { ...options, times: 1 }),
    pending,
    assertAllUsed: async () => refuseUnused(await pending()),
    clear: (id) => wire.call('DELETE', id === undefined ? path('faults') : path('faults', id)),
  }
}

function writable(fault: Fault): WritableFault {
  if ('hook' in fault) throw new Error('a hook works in the process of the mock only')
  if ('delay' in fault) return { delay: toWire(fault.delay) as '1s' }
  if ('dribble' in fault) return { dribble: { ...fault.dribble, over: toWire(fault.dribble.over) as '1s' } }
  return fault
}

function remoteKeys(wire: Wire, path: PathOf): Keys {
  return {
    list: () => wire.call<Key[]>('GET', path('keys')),
    rotate: async (options = {}) =>
      (await wire.call<{ kid: string }>('POST', path('keys', 'rotate'), options)).kid,
    retire: (kid) => wire.call('DELETE', path('keys', kid)),
  }
}

function remoteIntrospection<View>(wire: Wire, path: PathOf, kind: string): Introspection<View> {
  return {
    list: () => wire.call<View[]>('GET', path(kind)),
    delete: (id) => wire.call('DELETE', path(kind, id)),
  }
}
