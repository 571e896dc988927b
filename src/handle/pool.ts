// One user pool, as a test author holds it: a facet for each thing that can be done to it, one file each.
import type { UserPool } from '../idp/domain/user-pool.ts'
import type { Urls } from '../idp/urls.ts'
import { type Client, clientOf, clientsOf, createClient, type NewClient } from './clients.ts'
import { type Clock, clockOf } from './clock.ts'
import { type Inbox, inboxOf } from './inbox.ts'
import { type Users, usersOf } from './users.ts'

export interface Pool {
  readonly id: string
  readonly issuer: string
  readonly jwksUri: string
  readonly clock: Clock
  readonly users: Users
  readonly inbox: Inbox
  readonly clients: readonly Client[]
  /** A client by name or id; the first one unless told. @throws if there is none */
  client(nameOrId?: string): Client
  /** Registers a client with the code flow. */
  createClient(client: NewClient): Promise<Client>
}

export function poolHandle(pool: UserPool, urls: Urls, url: string): Pool {
  return {
    id: pool.id,
    issuer: urls.issuer(pool, url),
    jwksUri: `${url}/${pool.id}/.well-known/jwks.json`,
    clock: clockOf(pool),
    users: usersOf(pool),
    inbox: inboxOf(pool),
    get clients() {
      return clientsOf(pool)
    },
    client: (nameOrId) => clientOf(pool, clientsOf(pool), nameOrId),
    createClient: async (client) => createClient(pool, client),
  }
}
