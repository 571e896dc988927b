// World + application + listening = a started mock, and the small handle that a test or the command line
// holds. Nothing of Fastify is in its types.
import { isIPv6 } from 'node:net'
import { dirname, resolve } from 'node:path'
import type { Client } from './idp/domain/client.ts'
import { createJournal, type Exchange } from './idp/domain/journal.ts'
import type { UserPool, World } from './idp/domain/user-pool.ts'
import { type Duration, millisecondsOf } from './idp/duration.ts'
import { buildWorld } from './idp/fixture/build.ts'
import { checkFixture, demoFixture, loadFixture } from './idp/fixture/load.ts'
import type { Fixture } from './idp/fixture/schema.ts'
import type { PoolHooks } from './idp/hooks/index.ts'
import { logLine } from './idp/log.ts'
import { cachedKeys, defaultKeyFolder } from './idp/stores/key-cache.ts'
import { memoryCodes, memoryRefreshTokens, memorySessions, memoryUsers } from './idp/stores/memory.ts'
import { createUrls, type IssuerMode, type Urls } from './idp/urls.ts'

export interface StartOptions {
  /** A fixture file (JSON or YAML), or a fixture itself. Default: the demo world. */
  readonly fixture?: string | Fixture
  /** Default: 0, a free port. */
  readonly port?: number
  /** Default: 127.0.0.1. */
  readonly host?: string
  /**
   * The URL by which browsers and apps reach the server. Default: the Host of each request, if it is a
   * loopback name.
   */
  readonly publicUrl?: string
  /** Whether `iss` is this server or the real AWS URL of the pool. Default: `local`. */
  readonly issuer?: IssuerMode
  /** Believe the X-Forwarded-Host and X-Forwarded-Proto of a proxy in front. */
  readonly trustProxy?: boolean
  /** Where private keys are kept between starts. Default: `mocknito/keys` in the user's cache folder. */
  readonly keyFolder?: string
  /**
   * Functions that stand in for Lambda triggers: of every pool, or by pool id. They take the place of those that the
   * fixture names.
   */
  readonly hooks?: PoolHooks | Readonly<Record<string, PoolHooks>>
  /** Gets one line for each exchange and whatever else there is to say. Default: nothing is logged. */
  readonly log?: (line: string) => void
  /** Start although NODE_ENV is `production`. */
  readonly allowProduction?: boolean
}

/** A mock that listens. */
export interface Mocknito extends AsyncDisposable {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** What it was started from. */
  readonly fixture: Fixture
  readonly pools: readonly StartedPool[]
  /** The first pool of the fixture. */
  readonly pool: StartedPool
  /** What came in and what was answered, newest last; the last thousand. */
  exchanges(): readonly Exchange[]
  /** Stops listening and lets go of every connection. */
  close(): Promise<void>
}

export interface StartedPool {
  readonly id: string
  readonly issuer: string
  readonly jwksUri: string
  readonly clock: {
    now(): Date
    /** Moves the clock of the pool: codes, sessions and tokens age at once. */
    advance(by: Duration): void
    /** Returns to the machine's time. */
    reset(): void
  }
  readonly users: StartedUsers
  readonly clients: readonly StartedClient[]
  /** A client by name or id; the first one unless told. @throws if there is none */
  client(nameOrId?: string): StartedClient
}

/** The people of a pool, by username. Both verbs reject if there is no such user. */
export interface StartedUsers {
  /** As AdminEnableUser and AdminDisableUser would. */
  patch(username: string, change: { readonly enabled: boolean }): Promise<void>
  /** As AdminDeleteUser would. */
  delete(username: string): Promise<void>
}

export interface StartedClient {
  readonly id: string
  readonly name: string
  /** Absent for a public client. */
  readonly secret?: string
  readonly callbackUrls: readonly string[]
  readonly logoutUrls: readonly string[]
  readonly oauthFlows: readonly string[]
  /** Registers further URLs, as UpdateUserPoolClient would. */
  register(urls: { callbackUrls?: readonly string[]; logoutUrls?: readonly string[] }): void
}

/** The mock refuses to start, and the message says what to change. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/**
 * Starts a mock and resolves when it listens.
 *
 * @throws FixtureError with everything that is wrong with the fixture and the modules that it names
 * @throws StartError in production, or if a URL cannot be used
 * @example
 * const mock = await startMocknito()
 * const metadata = await fetch(`${mock.pool.issuer}/.well-known/openid-configuration`)
 * await mock.close()
 */
export async function startMocknito(options: StartOptions = {}): Promise<Mocknito> {
  const { host = '127.0.0.1', port = 0, issuer = 'local', log } = options
  refuseProduction(options)
  checkIssuer(issuer)
  const publicUrl = options.publicUrl === undefined ? undefined : checkPublicUrl(options.publicUrl)
  const fixture = await fixtureFrom(options.fixture)

  const keyFolder = options.keyFolder ?? defaultKeyFolder(process.env)
  const stores = {
    codes: memoryCodes,
    sessions: memorySessions,
    refreshTokens: memoryRefreshTokens,
    users: memoryUsers,
  }
  const world = buildWorld(fixture, stores, (poolId) => cachedKeys(poolId, keyFolder, log ?? (() => {})))
  await attachHooks(world, fixture, options)
  const urls = createUrls({ publicUrl, issuer, trustProxy: options.trustProxy })
  const journal = createJournal()
  if (log !== undefined) journal.subscribe((exchange) => log(logLine(exchange)))

  const { createApp } = await import('./idp/app.ts')
  const app = await createApp({ world, urls, journal })
  await app.listen({ host, port })
  const address = app.server.address() as { port: number }
  const url = publicUrl ?? `http://${reachableName(host)}:${address.port}`

  return {
    ...handle(world, urls, url),
    url,
    port: address.port,
    fixture,
    exchanges: journal.list,
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  }
}

function handle(world: World, urls: Urls, url: string): Pick<Mocknito, 'pools' | 'pool'> {
  const pools = world.pools.map((pool) => startedPool(pool, urls, url))
  return { pools, pool: pools[0] as StartedPool }
}

function startedPool(pool: UserPool, urls: Urls, url: string): StartedPool {
  return {
    id: pool.id,
    issuer: urls.issuer(pool, url),
    jwksUri: `${url}/${pool.id}/.well-known/jwks.json`,
    clock: {
      now: pool.clock.now,
      advance: (by) => pool.clock.advance(millisecondsOf(by)),
      reset: pool.clock.reset,
    },
    users: startedUsers(pool),
    get clients() {
      return [...pool.clients.values()].map((client) => startedClient(pool, client))
    },
    client(nameOrId) {
      const clients = [...pool.clients.values()]
      const found =
        nameOrId === undefined
          ? clients[0]
          : clients.find(({ id, name }) => id === nameOrId || name === nameOrId)
      if (found !== undefined) return startedClient(pool, found)
      if (clients.length === 0) throw new Error(`pool ${pool.id} has no clients`)
      const names = clients.map(({ name }) => name).join(', ')
      throw new Error(`pool ${pool.id} has no client ${nameOrId}; it has ${names}`)
    },
  }
}

function startedUsers({ id, users }: UserPool): StartedUsers {
  const existing = async (username: string) => {
    const user = await users.find(username)
    if (user === undefined) throw new Error(`pool ${id} has no user ${username}`)
    return user
  }
  return {
    patch: async (username, change) => users.put({ ...(await existing(username)), ...change }),
    delete: async (username) => users.remove((await existing(username)).sub),
  }
}

function startedClient(pool: UserPool, { id, name, secrets, ...registered }: Client): StartedClient {
  const [secret] = secrets
  return {
    id,
    name,
    ...(secret !== undefined && { secret }),
    callbackUrls: registered.callbackUrls,
    logoutUrls: registered.logoutUrls,
    oauthFlows: registered.oauthFlows,
    register({ callbackUrls = [], logoutUrls = [] }) {
      const client = pool.clients.get(id) as Client
      pool.clients.set(id, {
        ...client,
        callbackUrls: [...client.callbackUrls, ...callbackUrls],
        logoutUrls: [...client.logoutUrls, ...logoutUrls],
      })
    },
  }
}

/** Loads what is behind it only if there is something to attach. */
async function attachHooks(
  world: World,
  fixture: Fixture,
  { fixture: source, hooks = {}, log = () => {} }: StartOptions,
): Promise<void> {
  const strange = Object.keys(hooks).find(
    (key) => key !== 'preTokenGeneration' && world.pool(key) === undefined,
  )
  if (strange !== undefined)
    throw new StartError(`hooks has ${strange}, which is neither preTokenGeneration nor the id of a pool`)
  const hasTriggers = fixture.pools.some(({ UserPool }) => UserPool.LambdaConfig !== undefined)
  if (!hasTriggers && Object.keys(hooks).length === 0) return
  const isFile = typeof source === 'string'
  const { attachHooks } = await import('./idp/hooks/index.ts')
  await attachHooks(world, fixture, {
    fixtureName: isFile ? source : 'the fixture',
    folder: isFile ? dirname(resolve(source)) : process.cwd(),
    hooksOf: (poolId) => ({ ...hooks, ...(hooks as Record<string, PoolHooks>)[poolId] }),
    log,
  })
}

function fixtureFrom(fixture: StartOptions['fixture']): Fixture | Promise<Fixture> {
  if (fixture === undefined) return demoFixture()
  return typeof fixture === 'string' ? loadFixture(fixture) : checkFixture(fixture, 'the fixture')
}

function refuseProduction({ allowProduction }: StartOptions): void {
  if (process.env.NODE_ENV === 'production' && !allowProduction)
    throw new StartError(
      'NODE_ENV is production, and this is a mock: its passwords are published. Say allowProduction (--allow-production) if you mean it.',
    )
}

/** The compiler says so too, but not to everyone. */
function checkIssuer(issuer: string): void {
  if (issuer !== 'local' && issuer !== 'aws')
    throw new StartError(`issuer is ${issuer}, expected local or aws`)
}

/** An origin, without a path: every URL that the server announces begins with it. */
function checkPublicUrl(text: string): string {
  const { origin, protocol, href } = URL.canParse(text) ? new URL(text) : new URL('nothing:')
  if (!/^https?:$/.test(protocol) || href !== `${origin}/`)
    throw new StartError(`publicUrl is ${text}, expected scheme, host and port, as in http://127.0.0.1:9400`)
  return origin
}

/** The name in a URL of a server that listens there; one that listens everywhere is reached over loopback. */
function reachableName(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return isIPv6(host) ? `[${host}]` : host
}
