// The app clients of a pool, as records that show what is registered now and verbs that change it.
import { randomBytes } from 'node:crypto'
import type { Client as DomainClient } from '../idp/domain/client.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { buildClient } from '../idp/fixture/build.ts'

export interface Client {
  readonly id: string
  readonly name: string
  /** The first of `secrets`; absent for a public client. */
  readonly secret?: string
  /** While secrets are being rotated there are two, and either is good. */
  readonly secrets: readonly string[]
  readonly callbackUrls: readonly string[]
  readonly logoutUrls: readonly string[]
  readonly oauthFlows: readonly string[]
  readonly scopes: readonly string[]
  /** Registers further URLs, as UpdateUserPoolClient would, and returns the client as it is then. */
  register(urls: FurtherUrls): Promise<Client>
  /**
   * Adds a second secret, as AddUserPoolClientSecret would: the last of `secrets` of what is returned.
   *
   * @throws if there are two already, or if the client is public
   */
  addSecret(): Promise<Client>
  /** Takes a secret away, as DeleteUserPoolClientSecret would. @throws if it is the only one, or none of the client's */
  removeSecret(secret: string): Promise<Client>
}

export interface NewClient extends FurtherUrls {
  readonly name: string
  /** A confidential client, with a secret of its own. */
  readonly secret: string
  readonly scopes: readonly string[]
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

/** Adds a client with the code flow, as CreateUserPoolClient would. */
export function createClient(pool: Registered, { name, secret, scopes, ...urls }: NewClient): Client {
  const built = buildClient(pool.id, {
    ClientName: name,
    ClientSecret: secret,
    CallbackURLs: [...(urls.callbackUrls ?? [])],
    LogoutURLs: [...(urls.logoutUrls ?? [])],
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: [...scopes],
  })
  pool.clients.set(built.id, built)
  return clientHandle(pool, built)
}

/** AWS: a client has at most two secrets. */
const mostSecrets = 2

function clientHandle(pool: Registered, { id, name, secrets, ...registered }: DomainClient): Client {
  const [secret] = secrets
  const change = async (make: (present: DomainClient) => Partial<DomainClient>) => {
    const present = pool.clients.get(id) as DomainClient
    const next = { ...present, ...make(present) }
    pool.clients.set(id, next)
    return clientHandle(pool, next)
  }
  return {
    id,
    name,
    ...(secret !== undefined && { secret }),
    secrets,
    callbackUrls: registered.callbackUrls,
    logoutUrls: registered.logoutUrls,
    oauthFlows: registered.oauthFlows,
    scopes: registered.scopes,
    register: ({ callbackUrls = [], logoutUrls = [] }) =>
      change((present) => ({
        callbackUrls: [...present.callbackUrls, ...callbackUrls],
        logoutUrls: [...present.logoutUrls, ...logoutUrls],
      })),
    addSecret: () =>
      change((present) => {
        if (present.secrets.length === 0) throw new Error(`client ${name} is public: it has no secret`)
        if (present.secrets.length === mostSecrets)
          throw new Error(`client ${name} has ${mostSecrets} secrets already`)
        return { secrets: [...present.secrets, madeUpSecret()] }
      }),
    removeSecret: (unwanted) =>
      change((present) => {
        if (!present.secrets.includes(unwanted)) throw new Error(`that is not a secret of client ${name}`)
        if (present.secrets.length === 1) throw new Error(`client ${name} would be left without a secret`)
        return { secrets: present.secrets.filter((each) => each !== unwanted) }
      }),
  }
}

/** As long as Cognito's, without a hyphen (its pattern is `[\w+]+`), and recognisable in a log. */
const madeUpSecret = (): string => `mock${randomBytes(24).toString('hex')}`
