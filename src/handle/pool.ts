// One user pool, as a test author holds it: a facet for each thing that can be done to it, one file each.
import type { PublicSigningKey } from '../idp/domain/keys.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { type Auth, authOf } from './auth.ts'
import { type Client, clientOf, clientsOf, createClient, type NewClient } from './clients.ts'
import { type Clock, clockOf } from './clock.ts'
import { type Environment, type EnvironmentNames, environmentFor } from './environment.ts'
import { type Faults, faultsOf } from './faults.ts'
import { type Inbox, inboxOf } from './inbox.ts'
import {
  type CodeView,
  codesOf,
  type Introspection,
  type RefreshFamilyView,
  refreshFamiliesOf,
  type SsoSessionView,
  ssoSessionsOf,
} from './introspection.ts'
import { type Keys, keysOf } from './keys.ts'
import type { Machinery } from './machinery.ts'
import { type Requests, requestsOf } from './requests.ts'
import { type Tokens, tokensOf } from './tokens.ts'
import { type Users, usersOf } from './users.ts'

export interface Pool {
  /** As AWS's: region, underscore, letters and digits. */
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly jwksUri: string
  /** Where `/oauth2/authorize` and the other paths of the pool's domain are. */
  readonly domainUrl: string
  /**
   * What an app under test needs to know, by the names that it reads it under; of the first client with the code flow.
   *
   * @example
   * Object.assign(process.env, pool.env())
   */
  env(names?: EnvironmentNames): Environment
  /**
   * What `jwks.json` shows, for a verifier that is to be primed.
   *
   * @example
   * const { keys } = await pool.jwks()
   */
  jwks(): Promise<{ readonly keys: readonly PublicSigningKey[] }>
  readonly clients: readonly Client[]
  /**
   * A client by name or id; the first one unless told.
   *
   * @throws if there is none
   * @example
   * const { id, secret } = pool.client('web')
   */
  client(nameOrId?: string): Client
  /**
   * Registers a client, or replaces the one with the same id.
   *
   * @throws with every reason for which Cognito would not have taken it
   * @example
   * await pool.createClient({ name: 'web', secret: true, callbackUrls: ['http://localhost:4711/callback'] })
   */
  createClient(client: NewClient): Promise<Client>
  readonly users: Users
  readonly tokens: Tokens
  readonly auth: Auth
  readonly clock: Clock
  readonly faults: Faults
  readonly keys: Keys
  /** What Cognito would have mailed or texted. */
  readonly inbox: Inbox
  /** What came in for this pool. */
  readonly requests: Requests
  readonly codes: Introspection<CodeView>
  readonly refreshFamilies: Introspection<RefreshFamilyView>
  readonly ssoSessions: Introspection<SsoSessionView>
}

/** @param origin the name by which the holder of the handle reaches the server */
export function poolHandle(pool: UserPool, machinery: Machinery, origin: () => string): Pool {
  const { urls, world, closing } = machinery
  const issuer = () => urls.issuer(pool, origin())
  const clients = () => clientsOf(pool)
  const handle: Pool = {
    id: pool.id,
    name: pool.name,
    get issuer() {
      return issuer()
    },
    get jwksUri() {
      return `${origin()}/${pool.id}/.well-known/jwks.json`
    },
    get domainUrl() {
      return origin()
    },
    env: (names) => environmentFor(handle, appClient(clients()), names),
    jwks: async () => (await pool.keys).jwks,
    get clients() {
      return clients()
    },
    client: (nameOrId) => clientOf(pool.id, clients(), nameOrId),
    createClient: async (client) => createClient(pool, client, (id) => world.client(id) !== undefined),
    users: usersOf(pool),
    inbox: inboxOf(pool, closing),
    tokens: tokensOf(pool, issuer),
    auth: authOf(pool, machinery, origin),
    clock: clockOf(pool),
    faults: faultsOf(pool, machinery.faults),
    keys: keysOf(pool),
    requests: requestsOf(pool.journal, closing),
    codes: codesOf(pool),
    refreshFamilies: refreshFamiliesOf(pool),
    ssoSessions: ssoSessionsOf(pool),
  }
  return handle
}

/** The client that an app under test would be: the first with the code flow. */
export const appClient = <C extends { readonly oauthFlows: readonly string[] }>(
  clients: readonly C[],
): C | undefined => clients.find(({ oauthFlows }) => oauthFlows.includes('code')) ?? clients[0]
