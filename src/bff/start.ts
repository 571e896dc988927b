// The BFF, listening: environment in, a small handle out. Bound to this machine unless told otherwise.
import type { AddressInfo } from 'node:net'
import { createBff, type ServerParts } from './app.ts'
import { type Environment, readConfig } from './config.ts'
import { urlsOf } from './urls.ts'

/** A BFF that listens. */
export interface StartedBff extends AsyncDisposable {
  /** Where browsers find it, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Stops listening and lets go of every connection. */
  close(): Promise<void>
}

export interface StartBffOptions extends ServerParts {
  /** Instead of `BFF_PORT`; 0 takes a free one. */
  readonly port?: number
}

/**
 * Starts the BFF.
 *
 * @throws {ConfigError} if the environment cannot be used.
 * @example
 * await using bff = await startBff({ COGNITO_ISSUER: issuer, COGNITO_CLIENT_ID: clientId }, { port: 0 })
 * await fetch(`${bff.url}/auth/status`) // { loggedIn: false }
 */
export async function startBff(env: Environment, options: StartBffOptions = {}): Promise<StartedBff> {
  const { port: wantedPort, ...parts } = options
  const fromEnvironment = readConfig(env)
  const config = { ...fromEnvironment, port: wantedPort ?? fromEnvironment.port }

  const app = await createBff(config, parts)
  await app.listen({ host: config.host, port: config.port })

  return {
    url: urlsOf(config, app.server, '')().origin,
    port: (app.server.address() as AddressInfo).port,
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  }
}
