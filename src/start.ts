// World + application + listening = a started mock. What a test or the command line then holds is made in
// handle/, a file for each facet.
import { isIPv6 } from 'node:net'
import type { Machinery } from './handle/machinery.ts'
import { createHandle, type Mocknito } from './handle/mocknito.ts'
import { stateOf } from './handle/state.ts'
import { type AdjustableClock, createClock } from './idp/domain/clock.ts'
import { createFaults } from './idp/domain/faults.ts'
import { randomIds } from './idp/domain/ids.ts'
import { createJournal, type Exchange } from './idp/domain/journal.ts'
import type { PoolKeys } from './idp/domain/keys.ts'
import { buildPool, buildWorld, type Stores } from './idp/fixture/build.ts'
import { checkFixture, demoFixture, loadFixture } from './idp/fixture/load.ts'
import type { Fixture } from './idp/fixture/schema.ts'
import { logLine } from './idp/log.ts'
import { cachedKeys, defaultKeyFolder } from './idp/stores/key-cache.ts'
import { memoryCodes, memoryRefreshTokens, memorySessions, memoryUsers } from './idp/stores/memory.ts'
import { createUrls, type IssuerMode, isLoopbackHost, type Urls } from './idp/urls.ts'
import { version } from './version.ts'

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
  /**
   * What callers of the control API have to present. Default: nothing on loopback, and a random one elsewhere. `false`:
   * nothing anywhere, for a container whose ports are published on loopback only.
   */
  readonly controlToken?: string | false
  /** Where private keys are kept between starts. Default: `mocknito/keys` in the user's cache folder. */
  readonly keyFolder?: string
  /** Gets one line for each exchange and whatever else there is to say. Default: nothing is logged. */
  readonly log?: (line: string) => void
  /** Follow the process's `Date`, also when a test has faked it. Default: the clock of the machine, whatever is faked. */
  readonly followSystemDate?: boolean
  /** Start although NODE_ENV is `production`. */
  readonly allowProduction?: boolean
}

/** A mock of this process. */
export interface StartedMocknito extends Mocknito {
  /** What the control API asks for as `Authorization: Bearer`; nothing on loopback, unless one was given. */
  readonly controlToken: string | undefined
  /** What it was started from. */
  readonly fixture: Fixture
  /** What came in and what was answered, newest last; the last thousand. */
  exchanges(): readonly Exchange[]
}

/** The mock refuses to start, and the message says what to change. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/**
 * Starts a mock and resolves when it listens.
 *
 * @throws FixtureError with everything that is wrong with the fixture
 * @throws StartError in production, or if a URL cannot be used
 * @example
 * const mock = await startMocknito()
 * const metadata = await fetch(`${mock.pool.issuer}/.well-known/openid-configuration`)
 * await mock.close()
 */
export async function startMocknito(options: StartOptions = {}): Promise<StartedMocknito> {
  const { host = '127.0.0.1', port = 0, issuer = 'local', log } = options
  refuseProduction(options)
  checkIssuer(issuer)
  const urls = startUrls(options)
  const controlToken = tokenFor(host, options.controlToken)
  const fixture = await fixtureFrom(options.fixture)

  const keyFolder = options.keyFolder ?? defaultKeyFolder(process.env)
  const keysOf = (name: string) => cachedKeys(name, keyFolder, log ?? (() => {}))
  const makeClock = () => createClock(options.followSystemDate ? systemNow : undefined)
  const world = buildWorld(fixture, stores, keysOf, makeClock)
  const journal = createJournal()
  if (log !== undefined) journal.subscribe((exchange) => log(logLine(exchange)))

  const closing = new AbortController()
  const machinery: Machinery = {
    version,
    world,
    urls,
    journal,
    faults: createFaults(),
    fixture,
    buildPool: poolBuilder(fixture, keysOf, makeClock),
    check: (pool) => checkFixture({ pools: [pool] }, 'the pool'),
    seeds: new Map(),
    snapshots: new Map(),
    closing: closing.signal,
  }
  for (const pool of world.pools) machinery.seeds.set(pool.id, await stateOf(pool))

  const { createApp } = await import('./idp/app.ts')
  const app = await createApp(
    { world, urls, journal, faults: machinery.faults },
    {
      control: {
        handleFor: (origin) => createHandle(machinery, () => origin),
        urls,
        token: controlToken,
      },
      version,
    },
  )
  await app.listen({ host, port })
  const address = app.server.address() as { port: number }
  const listensAt = `http://${reachableName(host)}:${address.port}`
  const close = () => {
    closing.abort()
    return app.close()
  }

  const handle = createHandle(machinery, () => urls.publicUrl ?? listensAt)
  return Object.assign(handle, {
    port: address.port,
    controlToken,
    fixture,
    exchanges: journal.list,
    close,
    [Symbol.asyncDispose]: close,
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

/** @throws StartError if a URL cannot be used */
function startUrls({ publicUrl, issuer = 'local', trustProxy }: StartOptions): Urls {
  try {
    return createUrls({ publicUrl, issuer, trustProxy })
  } catch (cause) {
    throw new StartError((cause as Error).message)
  }
}

function tokenFor(host: string, given: StartOptions['controlToken']): string | undefined {
  if (given !== undefined) return given === false ? undefined : given
  return isLoopbackHost(isIPv6(host) ? `[${host}]` : host) ? undefined : randomIds.opaque()
}

/** How many sets of keys all created pools of a machine draw from: making keys is slow, and telling pools apart is enough. */
const preparedSets = 4

function poolBuilder(
  { defaults }: Fixture,
  keysOf: (name: string) => Promise<PoolKeys>,
  makeClock: () => AdjustableClock,
): Machinery['buildPool'] {
  let created = 0
  const preparedKeys = () => keysOf(`prepared-${created++ % preparedSets}`)
  return (pool) => buildPool(pool, defaults?.password, stores, preparedKeys, makeClock())
}

/** Read at each call, where the clock otherwise keeps the function that it found when it was loaded. */
const systemNow = () => Date.now()

const stores: Stores = {
  codes: memoryCodes,
  sessions: memorySessions,
  refreshTokens: memoryRefreshTokens,
  users: memoryUsers,
}

/** The name in a URL of a server that listens there; one that listens everywhere is reached over loopback. */
function reachableName(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return isIPv6(host) ? `[${host}]` : host
}
