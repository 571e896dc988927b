// World + application + listening = a started mock. What a test or the command line then holds is made in
// handle/, a file for each facet.
import { isIPv6 } from 'node:net'
import type { Mocknito } from './handle/mocknito.ts'
import { type Pool, poolHandle } from './handle/pool.ts'
import type { HttpsOptions, PreparedHttps, Surroundings } from './https/index.ts'
import { createJournal, type Exchange } from './idp/domain/journal.ts'
import type { World } from './idp/domain/user-pool.ts'
import { buildWorld } from './idp/fixture/build.ts'
import { checkFixture, demoFixture, loadFixture } from './idp/fixture/load.ts'
import type { Fixture } from './idp/fixture/schema.ts'
import { logLine } from './idp/log.ts'
import { cachedKeys, defaultKeyFolder } from './idp/stores/key-cache.ts'
import { memoryCodes, memoryRefreshTokens, memorySessions, memoryUsers } from './idp/stores/memory.ts'
import { createUrls, type IssuerMode } from './idp/urls.ts'
import { StartError } from './start-error.ts'

export { StartError }

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
  /** Whether there is a second port that speaks TLS, beside the one that speaks HTTP. Default: no. */
  readonly https?: boolean | HttpsOptions
  /** Where private keys are kept between starts. Default: `mocknito/keys` in the user's cache folder. */
  readonly keyFolder?: string
  /** Gets one line for each exchange and whatever else there is to say. Default: nothing is logged. */
  readonly log?: (line: string) => void
  /** Start although NODE_ENV is `production`. */
  readonly allowProduction?: boolean
}

/** A mock of this process. */
export interface StartedMocknito extends Mocknito {
  /** What it was started from. */
  readonly fixture: Fixture
  /** What came in and what was answered, newest last; the last thousand. */
  exchanges(): readonly Exchange[]
}

/**
 * Starts a mock and resolves when it listens.
 *
 * @throws FixtureError with everything that is wrong with the fixture
 * @throws StartError in production, or if a URL or a certificate cannot be used
 * @example
 * const mock = await startMocknito()
 * const metadata = await fetch(`${mock.pool.issuer}/.well-known/openid-configuration`)
 * await mock.close()
 */
export async function startMocknito(options: StartOptions = {}): Promise<StartedMocknito> {
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
  const tell = log ?? (() => {})
  const world = buildWorld(fixture, stores, (poolId) => cachedKeys(poolId, keyFolder, tell))
  const names = secureNames(world, publicUrl)
  const https = await preparedHttps(options.https, { host: reachableName(host), names, keyFolder, log: tell })
  const { trustProxy } = options
  const urls = createUrls({ publicUrl, issuer, trustProxy, isCertified: https?.isCertified })
  const journal = createJournal()
  if (log !== undefined) journal.subscribe((exchange) => log(logLine(exchange)))

  const { createApp } = await import('./idp/app.ts')
  const app = await createApp({ world, urls, journal })
  const listenSecurely = https?.beside(app)
  await app.listen({ host, port })
  const securePort = await listenSecurely?.(host).catch(async (cause) => {
    await app.close()
    throw cause
  })
  const address = app.server.address() as { port: number }
  const url = publicUrl ?? `http://${reachableName(host)}:${address.port}`

  const pools = world.pools.map((pool) => poolHandle(pool, urls, url))
  return {
    pools,
    pool: pools[0] as Pool,
    url,
    port: address.port,
    https: securePort,
    fixture,
    exchanges: journal.list,
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  }
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
