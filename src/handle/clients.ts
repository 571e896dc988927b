// The app clients of a pool, as records that show what is registered now and verbs that change it.
import type { Client as DomainClient } from '../idp/domain/client.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'

export interface Client {
  readonly id: string
  readonly name: string
  /** Absent for a public client. */
  readonly secret?: string
  readonly callbackUrls: readonly string[]
  readonly logoutUrls: readonly string[]
  readonly oauthFlows: readonly string[]
  /** Registers further URLs, as UpdateUserPoolClient would, and returns the client as it is then. */
  register(urls: FurtherUrls): Promise<Client>
}

export interface FurtherUrls {
  readonly callbackUrls?: readonly string[]
  readonly logoutUrls?: readonly string[]
}

type Registered = Pick<UserPool, 'id' | 'clients'>

export const clientsOf = (pool: Registered): Client[] =>
  [...pool.clients.values()].map((client) => clientHandle(pool, client))

/**
 * A client by name or id; the first one unless told.
 *
 * @throws if there is none
 */
export function clientOf(
  { id: poolId }: Pick<UserPool, 'id'>,
  clients: readonly Client[],
  nameOrId?: string,
): Client {
  const found =
    nameOrId === undefined ? clients[0] : clients.find(({ id, name }) => id === nameOrId || name === nameOrId)
  if (found !== undefined) return found
  if (clients.length === 0) throw new Error(`pool ${poolId} has no clients`)
  const names = clients.map(({ name }) => name).join(', ')
  throw new Error(`pool ${poolId} has no client ${nameOrId}; it has ${names}`)
}

function clientHandle(pool: Registered, { id, name, secrets, ...registered }: DomainClient): Client {
  const [secret] = secrets
  return {
    id,
    name,
    ...(secret !== undefined && { secret }),
    callbackUrls: registered.callbackUrls,
    logoutUrls: registered.logoutUrls,
    oauthFlows: registered.oauthFlows,
    async register({ callbackUrls = [], logoutUrls = [] }) {
      const client = pool.clients.get(id) as DomainClient
      const changed = {
        ...client,
        callbackUrls: [...client.callbackUrls, ...callbackUrls],
        logoutUrls: [...client.logoutUrls, ...logoutUrls],
      }
      pool.clients.set(id, changed)
      return clientHandle(pool, changed)
    },
  }
}
