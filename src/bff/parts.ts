// What the routes of the BFF work with, put together. Each route names the few of these that it needs.
import type { FastifyInstance } from 'fastify'
import { handoffSeconds, type PendingHandoff } from './apps/handoff.ts'
import { type Clock, systemClock } from './clock.ts'
import { type BffConfig, ConfigError } from './config.ts'
import { cookiesOf } from './cookies.ts'
import { type CredentialSource, credentialsInFile, rotatingCredentials } from './credentials.ts'
import { identityProvider } from './identity-provider.ts'
import type { Failures } from './leave.ts'
import { loginsWith } from './login.ts'
import { pendingIn } from './pending.ts'
import { refresher } from './refresh.ts'
import { sessionsIn } from './sessions.ts'
import { memoryStore } from './stores/memory.ts'
import type { Store } from './stores/store.ts'
import { sweptStore } from './stores/swept.ts'
import { urlsOf } from './urls.ts'
import { createVault } from './vault.ts'
import { visitorsOf } from './visitor.ts'

export type Bff = Awaited<ReturnType<typeof assemble>>

/** What may take the place of what the settings say. */
export interface BffParts {
  readonly clock?: Clock
  readonly store?: Store
  readonly credentials?: CredentialSource
}

/** Puts a BFF together. @param prefix the one that the plugin was registered with */
export async function assemble(
  config: BffConfig,
  given: BffParts,
  { log, server }: Pick<FastifyInstance, 'log' | 'server'>,
  prefix: string,
) {
  const { userInfoEverySeconds } = config
  const clock = given.clock ?? systemClock
  const store = sweptStore(given.store ?? (await storeOf(config)), clock, log)
  const vault = createVault(config.sessionKeys)
  const waiting = { store, vault, clock }

  const urls = urlsOf(config, server, prefix)
  const cookies = cookiesOf(config, clock)
  const provider = identityProvider(config, given.credentials ?? credentialsOf(config, log), clock)
  const sessions = sessionsIn({ ...waiting, limits: config })
  return {
    clock,
    config,
    cookies,
    failures: { revocation: 0, globalSignOut: 0 } as Failures,
    handoffs: pendingIn<PendingHandoff>(waiting, handoffSeconds),
    logins: loginsWith(waiting, provider),
    provider,
    refresher: refresher({ sessions, provider, clock, log, userInfoEverySeconds }),
    sessions,
    urls,
    visitors: visitorsOf({ cookies, sessions }),
  }
}

/** The store that the settings ask for. */
export async function storeOf({ storeFolder }: BffConfig): Promise<Store> {
  if (storeFolder === undefined) return memoryStore()
  const { fileStore } = await import('./stores/file.ts')
  return fileStore(storeFolder)
}

function credentialsOf(
  { clientId, clientSecret, credentialsFile }: BffConfig,
  log: Pick<FastifyInstance['log'], 'error'>,
): CredentialSource {
  if (clientId !== undefined) return rotatingCredentials({ clientId, clientSecret })
  try {
    return credentialsInFile(String(credentialsFile), (sentence) => log.error(sentence))
  } catch (error) {
    throw new ConfigError([`COGNITO_CREDENTIALS_FILE cannot be used: ${(error as Error).message}.`])
  }
}
