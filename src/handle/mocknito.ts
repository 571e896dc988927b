// What a test author holds: the same interface whether the mock is in this process (`startMocknito`) or elsewhere
// (`connect`). Nothing of Fastify is in its types.
import { randomBytes, randomUUID } from 'node:crypto'
import type { SecurePort } from '../https/index.ts'
import type { Faults } from '../idp/domain/faults.ts'
import type { UserPool, World } from '../idp/domain/user-pool.ts'
import { poolIdOf, regionOf } from '../idp/fixture/derive.ts'
import type { PoolFixture } from '../idp/fixture/fixture.ts'
import type { IssuerMode } from '../idp/urls.ts'
import type { NewClient } from './clients.ts'
import type { Machinery } from './machinery.ts'
import { NothingThere } from './nothing-there.ts'
import { type Pool, poolHandle } from './pool.ts'
import { type Requests, requestsOf } from './requests.ts'
import { type PoolState, restoreData, stateOf } from './state.ts'
import type { NewUser } from './users.ts'

/** A mock that listens. */
export interface Mocknito extends AsyncDisposable {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** The port that speaks TLS, if there is one. */
  readonly https?: SecurePort | undefined
  readonly pools: readonly Pool[]
  /** The first pool of the fixture. */
  readonly pool: Pool
  /** Everything that came in, also what found no pool. */
  readonly requests: Requests
  /**
   * What is running here, and under which name.
   *
   * @example
   * const { version, issuerMode } = await mock.info()
   */
  info(): Promise<Info>
  /**
   * Changes the name by which browsers and apps reach the server, where it is known only after the start (a mapped
   * port). `null`: the Host of each request, if it is a loopback name.
   *
   * @throws if it is no origin
   * @example
   * await mock.setPublicUrl('http://localhost:32768')
   * await mock.setPublicUrl(null)
   */
  setPublicUrl(publicUrl: string | null): Promise<void>
  /**
   * Adds a pool: cheap, and it shares nothing with the others, so every test can have its own. Without a fixture it is
   * a copy of the first pool of the mock's, with ids and secrets of its own.
   *
   * @example
   * const withZoe = await mock.createPool({ users: [{ username: 'zoe', password: 'Passw0rd!' }] })
   */
  createPool(seed?: PoolSeed): Promise<Pool>
  /**
   * Takes a pool away again, and everything in it.
   *
   * @throws if there is none, or no other
   * @example
   * const { id } = await mock.createPool()
   * await mock.deletePool(id)
   */
  deletePool(id: string): Promise<void>
  /**
   * Leads back to the fixture. Pools that were created stay, as they were created.
   *
   * @example
   * await mock.reset()
   * await mock.reset('requests', pool.id)
   */
  reset(what?: Resettable, poolId?: string): Promise<void>
  /**
   * Remembers everything that is in the pools now, mail, sessions and clocks included; what came in is left out.
   *
   * @example
   * const snapshot = await mock.snapshot()
   * await pool.users.delete('alice')
   * await mock.restore(snapshot)
   */
  snapshot(): Promise<Snapshot>
  /**
   * Makes it so again, as often as one likes. Pools that were created since stay as they are.
   *
   * @throws if there is no such snapshot
   * @example
   * await mock.restore(await mock.snapshot())
   */
  restore(snapshot: Snapshot): Promise<void>
  /** Stops listening and lets go of every connection. */
  close(): Promise<void>
}

export interface Info {
  readonly version: string
  readonly url: string
  readonly publicUrl: string | null
  readonly issuerMode: IssuerMode
  readonly pools: readonly { readonly id: string; readonly name: string; readonly issuer: string }[]
}

export interface PoolSeed {
  readonly name?: string
  /** A pool as in a fixture file. Default: the first of the mock's own. */
  readonly fixture?: PoolFixture
  /** Beside those of the fixture. */
  readonly clients?: readonly NewClient[]
  /** Beside those of the fixture, or instead of the one with the same username. */
  readonly users?: readonly NewUser[]
}

/** `data`: users, clients, keys and whatever is going on. Default of a reset: `all`. */
export type Resettable = 'data' | 'faults' | 'requests' | 'clock' | 'all'

/** What `restore` takes. It is kept by the mock. */
export interface Snapshot {
  readonly id: string
}

/** Everything but `close`, which is the starter's. */
export type Handle = Omit<Mocknito, 'close' | 'port' | 'https' | typeof Symbol.asyncDispose>

/**
 * @param origin the name by which the holder of the handle reaches the server
 */
export function createHandle(machinery: Machinery, origin: () => string): Handle {
  const { world, urls, journal, closing, seeds, snapshots, keeping } = machinery
  const handles = new WeakMap<UserPool, Pool>()
  const handleOf = (pool: UserPool): Pool => {
    const made = handles.get(pool) ?? poolHandle(pool, machinery, origin)
    handles.set(pool, made)
    return made
  }
  const existing = (id: string): UserPool => {
    const pool = world.pool(id)
    if (pool === undefined) throw new Error(`there is no pool ${id}`)
    return pool
  }
  return {
    get url() {
      return origin()
    },
    get pools() {
      return world.pools.map(handleOf)
    },
    get pool() {
      return handleOf(world.pools[0] as UserPool)
    },
    requests: requestsOf(journal, closing),
    info: async () => ({
      version: machinery.version,
      url: origin(),
      publicUrl: urls.publicUrl ?? null,
      issuerMode: urls.issuerMode,
      pools: world.pools.map((pool) => ({
        id: pool.id,
        name: pool.name,
        issuer: urls.issuer(pool, origin()),
      })),
    }),
    setPublicUrl: async (publicUrl) => urls.rename(publicUrl ?? undefined),
    async createPool(seed = {}) {
      const fixture = fixtureOf(seed, machinery)
      if (seed.fixture !== undefined) await machinery.check(fixture)
      refuseTakenPoolId(poolIdOf(fixture.UserPool), world)
      const pool = machinery.buildPool(fixture)
      const isCopy = seed.fixture === undefined
      // A copy has the hooks of what it is a copy of.
      if (isCopy) Object.assign(pool.hooks, world.pools[0]?.hooks)
      const handle = handleOf(pool)
      try {
        refuseTakenClientIds(pool, world)
        world.add(pool)
        for (const client of seed.clients ?? []) await handle.createClient(client)
        for (const user of seed.users ?? []) await handle.users.create(user)
        const state = await stateOf(pool)
        keeping.completed(pool, { fixture, isCopy }, state)
        seeds.set(pool.id, state)
        return handle
      } catch (error) {
        world.remove(pool.id)
        keeping.deleted(pool.id)
        throw error
      }
    },
    async deletePool(id) {
      existing(id)
      if (world.pools.length === 1) throw new Error(`${id} is the only pool, and has to stay`)
      world.remove(id)
      seeds.delete(id)
      machinery.faults.disarm(id)
      keeping.deleted(id)
    },
    async reset(what = 'all', poolId) {
      const resets = what === 'all' ? Object.values(resetOf) : [resetOf[what]]
      const pools = poolId === undefined ? world.pools : [existing(poolId)]
      if (poolId === undefined && (what === 'all' || what === 'requests')) journal.clear()
      await keeping.together(() =>
        Promise.all(
          pools.flatMap((pool) =>
            resets.map((reset) => reset(pool, seeds.get(pool.id) as PoolState, machinery.faults)),
          ),
        ),
      )
      if (what === 'all' || what === 'data') keeping.emptied()
    },
    async snapshot() {
      const states = await Promise.all(
        world.pools.map(async (pool) => [pool.id, await stateOf(pool)] as const),
      )
      const id = randomUUID()
      snapshots.set(id, new Map(states))
      return { id }
    },
    async restore({ id }) {
      const states = snapshots.get(id)
      if (states === undefined) throw new NothingThere(`there is no snapshot ${id}`)
      for (const pool of world.pools) {
        const state = states.get(pool.id)
        if (state === undefined) continue
        await keeping.together(() => {
          pool.clock.restore(state.clock)
          return restoreData(pool, state)
        })
      }
    },
  }
}

const resetOf: Readonly<
  Record<
    Exclude<Resettable, 'all'>,
    (pool: UserPool, seed: PoolState, faults: Faults) => void | Promise<void>
  >
> = {
  data: (pool, seed) => restoreData(pool, seed),
  faults: ({ id }, _, faults) => void faults.disarm(id),
  requests: ({ journal }) => journal.clear(),
  clock: ({ clock }) => clock.reset(),
}

/** The pool to build: that of the seed, or a copy of the first one under an id that nobody has. */
function fixtureOf({ name, fixture }: PoolSeed, { fixture: started }: Machinery): PoolFixture {
  if (fixture !== undefined) return name === undefined ? fixture : named(fixture, name)
  const { Domain: _, DomainDescription, Clients = [], ...rest } = started.pools[0] as PoolFixture
  const { Domain: __, ...look } = DomainDescription ?? {}
  const region = regionOf(poolIdOf(rest.UserPool))
  const copy: PoolFixture = {
    ...rest,
    UserPool: { ...rest.UserPool, Id: `${region}_${freshPoolName()}` },
    ...(DomainDescription !== undefined && { DomainDescription: look }),
    Clients: Clients.map(({ ClientId: _, ClientSecret, ClientSecrets: __, ...client }) => ({
      ...client,
      ...(ClientSecret !== undefined && { GenerateSecret: true }),
    })),
  }
  return name === undefined ? copy : named(copy, name)
}

const named = (fixture: PoolFixture, name: string): PoolFixture => ({
  ...fixture,
  UserPool: { ...fixture.UserPool, Name: name },
})

/** Nine letters and digits, as Cognito's. */
function freshPoolName(): string {
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  return [...randomBytes(9)].map((byte) => letters[byte % letters.length]).join('')
}

function refuseTakenPoolId(id: string, world: World): void {
  if (world.pool(id) !== undefined) throw new Error(`there is a pool ${id} already`)
}

function refuseTakenClientIds({ clients }: UserPool, world: World): void {
  for (const clientId of clients.keys())
    if (world.client(clientId) !== undefined)
      throw new Error(`the client id ${clientId} belongs to another pool already`)
}
