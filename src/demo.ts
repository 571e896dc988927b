// The demo: a mock and the reference BFF, side by side as two hosts on purpose (127.0.0.1 and localhost are
// two sites to a browser). The BFF is told about the mock by its environment only, as it would be told about
// a real pool.
import { type StartedBff, startBff } from './bff/start.ts'
import type { Client } from './handle/clients.ts'
import { StartError, type StartedMocknito, type StartOptions, startMocknito } from './start.ts'

export interface DemoOptions extends StartOptions {
  /** 0 takes a free one. */
  readonly bffPort: number
  /** Further settings of the BFF, such as BFF_LOGIN_REDIRECT_STATUS. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

export interface Demo extends AsyncDisposable {
  readonly mock: StartedMocknito
  readonly bff: StartedBff
  close(): Promise<void>
}

/**
 * Starts both.
 *
 * @example
 * const demo = await startDemo({ port: 0, bffPort: 0 })
 * console.log(`open ${demo.bff.url}`)
 */
export async function startDemo({ bffPort, environment, ...options }: DemoOptions): Promise<Demo> {
  if (options.issuer === 'aws')
    throw new StartError(
      'the demo app finds the mock by its issuer, and that of AWS is not here: leave issuer (--issuer) at local',
    )
  const mock = await startMocknito(options)
  try {
    const client = webClient(mock)
    const bff = await startBff(
      {
        ...environment,
        COGNITO_ISSUER: mock.pool.issuer,
        COGNITO_DOMAIN: mock.url,
        COGNITO_CLIENT_ID: client.id,
        COGNITO_CLIENT_SECRET: client.secret,
      },
      { port: bffPort },
    )
    await registerUrls(client, bff.url)
    const close = async () => {
      await Promise.all([bff.close(), mock.close()])
    }
    return { mock, bff, close, [Symbol.asyncDispose]: close }
  } catch (cause) {
    await mock.close()
    throw cause
  }
}

/** The client called web, or else the first that has the code flow. */
function webClient({ pool: { clients, id } }: StartedMocknito): Client {
  const client =
    clients.find(({ name }) => name === 'web') ??
    clients.find(({ oauthFlows }) => oauthFlows.includes('code'))
  if (client === undefined)
    throw new StartError(`the demo needs a client with the OAuth flow code; pool ${id} has none`)
  return client
}

/** The default world has these URLs already; other ports, and other worlds, do not. */
function registerUrls(client: Client, bffUrl: string): Promise<Client> {
  const missing = (url: string, registered: readonly string[]) => (registered.includes(url) ? [] : [url])
  return client.register({
    callbackUrls: missing(`${bffUrl}/auth/callback`, client.callbackUrls),
    logoutUrls: missing(`${bffUrl}/`, client.logoutUrls),
  })
}
