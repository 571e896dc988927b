// The demo: a mock, the reference BFF and a sample API, side by side as in production. The BFF is another host
// than the mock on purpose (127.0.0.1 and localhost are two sites to a browser), and is told about it by its
// settings only, as it would be told about a real pool.
import { Writable } from 'node:stream'
import { rotatingCredentials } from '../bff/credentials.ts'
import type { Bff } from '../bff/parts.ts'
import { seriesPath } from '../bff/series/routes.ts'
import { type StartedBff, startBff } from '../bff/start.ts'
import type { Client } from '../handle/clients.ts'
import type { Environment, EnvironmentNames } from '../handle/environment.ts'
import { type StartedSampleApi, startSampleApi } from '../sample-api/start.ts'
import { StartError, type StartedMocknito, type StartOptions, startMocknito } from '../start.ts'
import { clientToShow } from '../tour/client.ts'
import { codes } from './codes.ts'
import { compare } from './compare.ts'
import { bffVariables } from './environment.ts'
import { keptSessions } from './kept-sessions.ts'
import { rotation } from './rotation.ts'
import { steps } from './steps.ts'
import { tour } from './tour.ts'

export interface DemoOptions extends StartOptions {
  /** 0 takes a free one. The sample API takes the one after it. */
  readonly bffPort: number
  /** Further settings of the BFF, such as BFF_LOGIN_REDIRECT_STATUS. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export interface Demo extends AsyncDisposable {
  readonly mock: StartedMocknito
  readonly bff: StartedBff
  readonly api: StartedSampleApi
  /** What an app is told of pool and BFF. */
  env(names?: EnvironmentNames): Environment
  close(): Promise<void>
}

/**
 * Starts all three.
 *
 * @example
 * const demo = await startDemo({ port: 0, bffPort: 0 })
 * console.log(`open ${demo.bff.url}`)
 */
export async function startDemo({ bffPort, environment = {}, ...options }: DemoOptions): Promise<Demo> {
  if (options.issuer === 'aws')
    throw new StartError(
      'the demo app finds the mock by its issuer, and that of AWS is not here: leave issuer (--issuer) at local',
    )
  const print = options.log ?? (() => {})
  const mock = await startMocknito(options)
  const started: { close(): Promise<void> }[] = [mock]
  const close = async () => {
    await Promise.all(started.map((each) => each.close()))
  }
  try {
    const client = clientToShow(mock, 'the demo')
    const api = await startSampleApi(
      {
        issuer: mock.pool.issuer,
        jwksUri: mock.pool.jwksUri,
        clientIds: () => mock.pool.clients.map(({ id }) => id),
      },
      bffPort && Math.min(bffPort + 1, 65_535),
    )
    started.push(api)

    let urls: Bff['urls'] | undefined
    const credentials = rotatingCredentials({ clientId: client.id, clientSecret: client.secret })
    const bff = await startBff(
      {
        BFF_SCOPES: wantedScopes.filter((scope) => client.scopes.includes(scope)).join(' '),
        BFF_PROXIES: `/api=${api.url}`,
        ...(options.data !== undefined && (await keptSessions(options.data, print))),
        ...environment,
        COGNITO_ISSUER: mock.pool.issuer,
        COGNITO_DOMAIN: mock.url,
        COGNITO_CLIENT_ID: client.id,
      },
      {
        port: bffPort,
        credentials,
        async extra(app, parts) {
          urls = parts.urls
          const needs = { ...parts, credentials, pool: mock.pool, controlToken: mock.controlToken, print }
          await app.register(rotation, needs)
          await app.register(codes, needs)
          await app.register(compare, needs)
          await app.register(tour, needs)
          await app.register(steps, needs)
        },
        ...(options.log && { log: complaintsTo(options.log) }),
      },
    )
    started.push(bff)
    await registerUrls(
      client,
      bff.url,
      environment.BFF_PROFILE === 'series' ? ['/auth/callback', exchangePath] : ['/auth/callback'],
    )
    const env = (names: EnvironmentNames = 'ours') => ({
      ...mock.pool.env(names),
      ...bffVariables((urls as Bff['urls'])(), names),
    })
    return { mock, bff, api, env, close, [Symbol.asyncDispose]: close }
  } catch (cause) {
    await close()
    throw cause
  }
}

const wantedScopes = ['openid', 'email', 'profile', 'orders/read', 'orders/write']

/** The default world has these URLs already; other ports, and other worlds, do not. */
async function registerUrls(client: Client, bffUrl: string, callbackPaths: readonly string[]): Promise<void> {
  const missing = (paths: readonly string[], registered: readonly string[]) =>
    paths.map((path) => bffUrl + path).filter((url) => !registered.includes(url))
  await client.register({
    callbackUrls: missing(callbackPaths, client.callbackUrls),
    logoutUrls: missing(['/'], client.logoutUrls),
  })
}

const exchangePath = `${seriesPath}/exchange`

const warning = 40

/** Of what the BFF logs, what somebody should see. */
const complaintsTo = (log: (line: string) => void): Writable =>
  new Writable({
    write(line, _encoding, done) {
      const { level, msg } = JSON.parse(String(line))
      if (level >= warning) log(`BFF: ${msg}`)
      done()
    },
  })
