// World + application + listening = a started mock. What a test or the command line then holds is made in
// handle/, a file for each facet.
import { isIPv6 } from 'node:net'
import { type Machinery, nothingKept } from './handle/machinery.ts'
import { createHandle, type Mocknito } from './handle/mocknito.ts'
import { type PoolState, stateOf, untouchedState } from './handle/state.ts'
import type { HttpsOptions, PreparedHttps, Surroundings } from './https/index.ts'
import {
  type Choices,
  choices,
  type Switches,
  settle,
  switchedIn,
  switchProblem,
} from './idp/domain/choices.ts'
import { createClock } from './idp/domain/clock.ts'
import { createFaults } from './idp/domain/faults.ts'
import { randomIds } from './idp/domain/ids.ts'
import { createJournal, type Exchange } from './idp/domain/journal.ts'
import type { PoolKeys } from './idp/domain/keys.ts'
import type { UserPool, World } from './idp/domain/user-pool.ts'
import { type BrandSettings, brandsOf } from './idp/fixture/brands.ts'
import { buildPool, buildWorld, type Defaults, type MakeClock, type Stores } from './idp/fixture/build.ts'
import { httpCallbackProblems } from './idp/fixture/contradictions.ts'
import type { Fixture, PoolFixture } from './idp/fixture/fixture.ts'
import { checkFixture, demoFixture, FixtureError, folderOf, loadFixture } from './idp/fixture/load.ts'
import type { PoolHooks } from './idp/hooks/index.ts'
import { logLine, printable } from './idp/log.ts'
import type { WorldData } from './idp/stores/data/world-data.ts'
import { cachedKeys, defaultKeyFolder } from './idp/stores/key-cache.ts'
import { memoryStores } from './idp/stores/memory-stores.ts'
import { createUrls, type IssuerMode, isLoopbackHost, originOf } from './idp/urls.ts'
import { StartError } from './start-error.ts'
import { version } from './version.ts'

export { StartError }

export interface StartOptions {
  /**
   * A fixture file (JSON or YAML), a folder of what the AWS CLI prints, or a fixture itself. Default: the demo
   * world.
   */
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
  /** Where sources about Cognito disagree: what to do instead of the default. Wins over the fixture's. */
  readonly switches?: Switches
  /** Whether there is a second port that speaks TLS, beside the one that speaks HTTP. Default: no. */
  readonly https?: boolean | HttpsOptions
  /** Six digits that every code is that would be sent, instead of random ones. Default: what the fixture says. */
  readonly fixedCode?: string
  /**
   * A directory, made if there is none, that keeps whatever was answered from one start to the next. What is in it wins
   * over the fixture. Default: nothing is kept but the keys.
   */
  readonly data?: string
  /** Whether pages say that they are a local mock. Default: what the fixture says, or yes. */
  readonly ribbon?: boolean
  /**
   * Whether open pages show at once what was edited in the CSS, logo and settings files of their look. Default: what the
   * fixture says, or yes.
   */
  readonly reload?: boolean
  /** Where private keys are kept between starts. Default: `mocknito/keys` in the user's cache folder. */
  readonly keyFolder?: string
  /**
   * Functions that stand in for Lambda triggers: of every pool, or by pool id. They take the place of those that the
   * fixture names.
   */
  readonly hooks?: PoolHooks | Readonly<Record<string, PoolHooks>>
  /** Gets one line for each exchange and whatever else there is to say. Default: nothing is logged. */
  readonly log?: (line: string) => void
  /** Whether the log has a line for each exchange, beside what else there is to say. Default: true. */
  readonly logExchanges?: boolean
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
  /** What is switched away from its default. */
  readonly switches: Switches
  /** What every code is that would be sent; absent if they are random. */
  readonly fixedCode: string | undefined
  /** Where its state is kept; absent: in memory. */
  readonly dataDirectory: string | undefined
  /** What came in and what was answered, newest last; the last thousand. */
  exchanges(): readonly Exchange[]
}

/**
 * Starts a mock and resolves when it listens.
 *
 * @throws FixtureError with everything that is wrong with the fixture and the modules that it names
 * @throws StartError in production, or if a URL or a certificate cannot be used
 * @throws DataError if another process has the data directory, or what is in it cannot be used
 * @example
 * const mock = await startMocknito()
 * const metadata = await fetch(`${mock.pool.issuer}/.well-known/openid-configuration`)
 * await mock.close()
 */
export async function startMocknito(options: StartOptions = {}): Promise<StartedMocknito> {
  refuseProduction(options)
  checkIssuer(options.issuer ?? 'local')
  const { data: path, log = toNobody } = options
  const fixture = await fixtureFrom(options)
  if (path === undefined) return startWorld(fixture, options)
  const { openWorldData } = await import('./idp/stores/data/world-data.ts')
  const data = openWorldData(path, fixture, log)
  try {
    return await startWorld(fixture, options, data)
  } catch (cause) {
    data.close()
    throw cause
  }
}

/** The log of who wants none. */
const toNobody = (_line: string): void => {}

async function startWorld(
  fixture: Fixture,
  options: StartOptions,
  data?: WorldData,
): Promise<StartedMocknito> {
  const { host = '127.0.0.1', port = 0, issuer = 'local', log } = options
  const publicUrl = checkedPublicUrl(options.publicUrl)
  const controlToken = tokenFor(host, options.controlToken)
  const settled = settle(fixture.switches ?? {}, checkSwitches(options.switches ?? {}))
  const switched = switchedIn(settled)
  refuseHttpCallbacks(fixture, settled)

  const keyFolder = options.keyFolder ?? defaultKeyFolder(process.env)
  const tell = log ?? toNobody
  const keysOf = (name: string) => cachedKeys(name, keyFolder, tell)
  const makeClock: MakeClock = (place) => createClock(options.followSystemDate ? systemNow : undefined, place)
  const fixedCode = checkFixedCode(options.fixedCode) ?? fixture.defaults?.code
  const { folder } = sourceOf(options)
  const brandSettings = { folder, log: tell }
  const storesOf = data?.storesOf ?? memoryStores
  const defaults = { password: fixture.defaults?.password, code: fixedCode }
  const makePool = poolBuilder(defaults, storesOf, keysOf, settled, makeClock, brandSettings)
  const begun = data?.fixture ?? fixture
  const keeping = data ?? nothingKept
  const world = keeping.together(() => buildWorld(begun, storesOf, keysOf, settled, fixedCode, makeClock))
  await attachHooks(world, begun, options)
  attachBrands(world, begun, brandSettings)
  for (const created of data?.created ?? []) {
    const pool = makePool(created.fixture)
    if (created.isCopy) Object.assign(pool.hooks, world.pools[0]?.hooks)
    world.add(pool)
  }
  const names = secureNames(world, publicUrl)
  const https = await preparedHttps(options.https, { host: reachableName(host), names, keyFolder, log: tell })
  const { trustProxy } = options
  const urls = createUrls({ publicUrl, issuer, trustProxy, isCertified: https?.isCertified })
  const journal = createJournal()
  if (log !== undefined) {
    for (const [id, value] of switched) log(`switched: ${id} is ${value} (default: ${choices[id].default})`)
    if (options.logExchanges !== false) journal.subscribe((exchange) => log(logLine(exchange)))
  }

  const closing = new AbortController()
  const machinery: Machinery = {
    version,
    world,
    urls,
    journal,
    faults: createFaults(),
    fixture,
    buildPool: makePool,
    check: (pool) => checkFixture({ pools: [pool] }, 'the pool'),
    seeds: new Map(),
    snapshots: new Map(),
    keeping,
    closing: closing.signal,
  }
  for (const pool of world.pools) machinery.seeds.set(pool.id, await seedOf(pool, data))

  const { createApp } = await import('./idp/app.ts')
  const app = await createApp(
    { world, urls, journal, faults: machinery.faults },
    {
      control: {
        handleFor: (origin) => createHandle(machinery, origin),
        urls,
        token: controlToken,
      },
      version,
    },
    {
      hasRibbon: options.ribbon ?? fixture.defaults?.ribbon ?? true,
      reloads: options.reload ?? fixture.defaults?.reload ?? true,
    },
  )
  const listenSecurely = https?.beside(app)
  await app.listen({ host, port })
  const securePort = await listenSecurely?.(host).catch(async (cause) => {
    await app.close()
    throw cause
  })
  const address = app.server.address() as { port: number }
  const listensAt = `http://${reachableName(host)}:${address.port}`
  const close = async () => {
    closing.abort()
    await app.close()
    data?.close()
  }

  const handle = createHandle(machinery, () => urls.publicUrl ?? listensAt)
  return Object.assign(handle, {
    port: address.port,
    controlToken,
    https: securePort,
    fixture,
    switches: Object.fromEntries(switched),
    fixedCode,
    dataDirectory: data?.path,
    exchanges: journal.list,
    close,
    [Symbol.asyncDispose]: close,
  })
}

/** Where a reset leads back to; with kept data, the keys are there from then on. */
async function seedOf(pool: UserPool, data: WorldData | undefined): Promise<PoolState> {
  if (data === undefined) return stateOf(pool)
  const { beginning, firstKeys } = data.beginningOf(pool.id)
  await pool.keys
  return untouchedState({ ...beginning(), keys: firstKeys() })
}

/** Loads what is behind it only if there is something to attach. */
async function attachHooks(world: World, fixture: Fixture, options: StartOptions): Promise<void> {
  const { hooks = {}, log = toNobody } = options
  const strange = Object.keys(hooks).find(
    (key) => key !== 'preTokenGeneration' && world.pool(key) === undefined,
  )
  if (strange !== undefined)
    throw new StartError(`hooks has ${strange}, which is neither preTokenGeneration nor the id of a pool`)
  const hasTriggers = fixture.pools.some(({ UserPool }) => UserPool.LambdaConfig !== undefined)
  if (!hasTriggers && Object.keys(hooks).length === 0) return
  const { attachHooks } = await import('./idp/hooks/index.ts')
  await attachHooks(world, fixture, {
    ...sourceOf(options),
    hooksOf: (poolId) => ({ ...hooks, ...(hooks as Record<string, PoolHooks>)[poolId] }),
    log,
  })
}

/** What to call the fixture, and where the files that it names are looked for. */
const sourceOf = ({ fixture }: StartOptions): { fixtureName: string; folder: string } =>
  typeof fixture === 'string'
    ? { fixtureName: fixture, folder: folderOf(fixture) }
    : { fixtureName: 'the fixture', folder: process.cwd() }

/** The files of a fixture were judged when it was read. */
function attachBrands({ pools }: World, fixture: Fixture, settings: BrandSettings): void {
  for (const [index, pool] of fixture.pools.entries()) attachBrand(pools[index] as UserPool, pool, settings)
}

/** Returns what is wrong with its files. */
function attachBrand(pool: UserPool, fixture: PoolFixture, settings: BrandSettings): readonly string[] {
  const { brands, problems } = brandsOf(fixture, settings)
  for (const [client, brand] of brands) pool.brands.set(client, brand)
  return problems
}

async function preparedHttps(
  wanted: StartOptions['https'],
  surroundings: Surroundings,
): Promise<PreparedHttps | undefined> {
  if (wanted === undefined || wanted === false) return undefined
  const { prepareHttps } = await import('./https/index.ts')
  return prepareHttps(wanted === true ? {} : wanted, surroundings)
}

/** By which one pool of several is found, and what browsers are told to say. */
function secureNames({ pools }: World, publicUrl = ''): string[] {
  const domains = pools.flatMap(({ domainPrefix }) => (domainPrefix ? [`${domainPrefix}.localhost`] : []))
  return publicUrl.startsWith('https:') ? [...domains, new URL(publicUrl).hostname] : domains
}

function fixtureFrom({ fixture, log }: StartOptions): Fixture | Promise<Fixture> {
  if (fixture === undefined) return demoFixture()
  return typeof fixture === 'string' ? loadFixture(fixture, log) : checkFixture(fixture, 'the fixture', log)
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

function tokenFor(host: string, given: StartOptions['controlToken']): string | undefined {
  if (given !== undefined) return given === false ? undefined : given
  return isLoopbackHost(isIPv6(host) ? `[${host}]` : host) ? undefined : randomIds.opaque()
}

/** How many sets of keys all created pools of a machine draw from: making keys is slow, and telling pools apart is enough. */
const preparedSets = 4

function poolBuilder(
  defaults: Defaults,
  storesOf: (poolId: string) => Stores,
  keysOf: (name: string) => Promise<PoolKeys>,
  choices: Choices,
  makeClock: MakeClock,
  brandSettings: BrandSettings,
): Machinery['buildPool'] {
  let created = 0
  const prepared: Promise<PoolKeys>[] = []
  // Asked for once each: where nothing is cached yet, the next pool must not make the same set again meanwhile.
  const preparedKeys = () => {
    const set = created++ % preparedSets
    prepared[set] ??= keysOf(`prepared-${set}`)
    return prepared[set]
  }
  return (fixture) => {
    const pool = buildPool(fixture, defaults, storesOf, preparedKeys, choices, makeClock)
    const problems = attachBrand(pool, fixture, brandSettings)
    if (problems.length > 0) throw new FixtureError('the pool', problems.map(printable))
    return pool
  }
}

/** Read at each call, where the clock otherwise keeps the function that it found when it was loaded. */
const systemNow = () => Date.now()

/** @throws StartError with every URL that a switch refuses */
function refuseHttpCallbacks(fixture: Fixture, settled: Choices): void {
  const problems = httpCallbackProblems(fixture, settled)
  if (problems.length > 0) throw new StartError(problems.join('\n'))
}

/** The compiler knows the names; a script and a command line do not. */
function checkSwitches(switches: Switches): Switches {
  for (const [id, value] of Object.entries(switches)) {
    const problem = switchProblem(id, value)
    if (problem !== undefined) throw new StartError(problem)
  }
  return switches
}

function checkFixedCode(code: string | undefined): string | undefined {
  if (code !== undefined && !/^\d{6}$/.test(code))
    throw new StartError(`fixedCode is ${code}, expected six digits`)
  return code
}

/** @throws StartError if it is no origin */
function checkedPublicUrl(publicUrl: string | undefined): string | undefined {
  try {
    return originOf(publicUrl)
  } catch (cause) {
    throw new StartError((cause as Error).message)
  }
}

/** The name in a URL of a server that listens there; one that listens everywhere is reached over loopback. */
function reachableName(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return isIPv6(host) ? `[${host}]` : host
}
