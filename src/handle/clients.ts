// The app clients of a pool: records that show what was registered when they were asked for, and verbs that
// change it.
import { randomBytes } from 'node:crypto'
import type { Client as DomainClient } from '../idp/domain/client.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { buildClient } from '../idp/fixture/build.ts'
import { clientContradictions, registrationProblems } from '../idp/fixture/contradictions.ts'
import type { ClientFixture } from '../idp/fixture/fixture.ts'

/** What is registered, as data. */
export interface ClientRecord {
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
}

export interface Client extends ClientRecord {
  /**
   * Registers further URLs, as UpdateUserPoolClient would, and returns the client as it is then.
   *
   * @throws if Cognito would not have taken one of them; the message has every reason
   * @example
   * await pool.client('web').register({ callbackUrls: ['http://localhost:4711/callback'] })
   */
  register(urls: FurtherUrls): Promise<Client>
  /**
   * Adds a second secret, as AddUserPoolClientSecret would: the last of `secrets` of what is returned.
   *
   * @throws if there are two already, or if the client is public
   * @example
   * const { secrets } = await pool.client('web').addSecret()
   */
  addSecret(): Promise<Client>
  /**
   * Takes a secret away, as DeleteUserPoolClientSecret would.
   *
   * @throws if it is the only one, or none of the client's
   * @example
   * const { secrets } = await pool.client('web').addSecret()
   * await pool.client('web').removeSecret(secrets[0])
   */
  removeSecret(secret: string): Promise<Client>
}

export interface FurtherUrls {
  readonly callbackUrls?: readonly string[]
  readonly logoutUrls?: readonly string[]
}

export interface NewClient extends FurtherUrls {
  readonly name: string
  /** Made up if left out. */
  readonly id?: string
  /** `true` for a confidential client with a secret that is made up; a secret of your own has 24 to 64 characters. */
  readonly secret?: string | boolean
  /** Default: `['code']`. */
  readonly oauthFlows?: readonly ('code' | 'implicit' | 'client_credentials')[]
  /** Default: `openid`, `email` and `profile`; none for `client_credentials`. */
  readonly scopes?: readonly string[]
  readonly accessTokenSeconds?: number
  readonly idTokenSeconds?: number
  readonly refreshTokenSeconds?: number
  /** Replaces each refresh token when it is used, and lets the old one be good for that much longer. */
  readonly rotation?: { readonly graceSeconds: number }
}

type Registered = Pick<UserPool, 'id' | 'clients' | 'resourceServers' | 'choices'>

export const clientsOf = (pool: Registered): Client[] =>
  [...pool.clients.values()].map((client) => clientHandle(pool, client))

/**
 * A client by name or id; the first one unless told.
 *
 * @throws if there is none
 */
export function clientOf<C extends Pick<ClientRecord, 'id' | 'name'>>(
  poolId: string,
  clients: readonly C[],
  nameOrId?: string,
): C {
  const found =
    nameOrId === undefined ? clients[0] : clients.find(({ id, name }) => id === nameOrId || name === nameOrId)
  if (found !== undefined) return found
  if (clients.length === 0) throw new Error(`pool ${poolId} has no clients`)
  const names = clients.map(({ name }) => name).join(', ')
  throw new Error(`pool ${poolId} has no client ${nameOrId}; it has ${names}`)
}

/**
 * Adds a client, or replaces the one with the same id.
 *
 * @throws if Cognito would not have taken it; the message has every reason
 */
export function createClient(pool: Registered, client: NewClient, isTaken: (id: string) => boolean): Client {
  const fixture = fixtureOf(client)
  const problems = clientContradictions(
    fixture,
    {
      UserPool: { Id: pool.id },
      ResourceServers: pool.resourceServers.map(({ identifier, scopes }) => ({
        Identifier: identifier,
        Scopes: scopes.map((ScopeName) => ({ ScopeName })),
      })),
    },
    `client ${client.name}`,
    pool.choices,
  )
  const built = buildClient(pool.id, fixture, pool.choices)
  if (!pool.clients.has(built.id) && isTaken(built.id))
    problems.push(`the client id ${built.id} belongs to another pool`)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  pool.clients.set(built.id, built)
  return clientHandle(pool, built)
}

function fixtureOf({ name, id, secret, ...settings }: NewClient): ClientFixture {
  const { oauthFlows = ['code'], rotation, ...rest } = settings
  const isMachine = oauthFlows.includes('client_credentials')
  const { accessTokenSeconds, idTokenSeconds, refreshTokenSeconds } = rest
  return {
    ClientName: name,
    ...(id !== undefined && { ClientId: id }),
    ...(secret === true && { GenerateSecret: true }),
    ...(typeof secret === 'string' && { ClientSecret: secret }),
    CallbackURLs: [...(rest.callbackUrls ?? [])],
    LogoutURLs: [...(rest.logoutUrls ?? [])],
    AllowedOAuthFlows: [...oauthFlows],
    AllowedOAuthScopes: [...(rest.scopes ?? (isMachine ? [] : ['openid', 'email', 'profile']))],
    TokenValidityUnits: { AccessToken: 'seconds', IdToken: 'seconds', RefreshToken: 'seconds' },
    AccessTokenValidity: accessTokenSeconds ?? 3600,
    IdTokenValidity: idTokenSeconds ?? 3600,
    RefreshTokenValidity: refreshTokenSeconds ?? 30 * 86_400,
    ...(rotation && {
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: rotation.graceSeconds },
    }),
  }
}

/** AWS: a client has at most two secrets. */
const mostSecrets = 2

function clientHandle(pool: Registered, client: DomainClient): Client {
  const change = async (make: (present: DomainClient) => Partial<DomainClient>) => {
    const present = pool.clients.get(client.id)
    if (present === undefined) throw new Error(`pool ${pool.id} has no client ${client.id} any more`)
    const next = { ...present, ...make(present) }
    pool.clients.set(client.id, next)
    return clientHandle(pool, next)
  }
  return {
    ...clientRecord(client),
    register: ({ callbackUrls = [], logoutUrls = [] }) =>
      change((present) => {
        const further = {
          callbackUrls: [...present.callbackUrls, ...callbackUrls],
          logoutUrls: [...present.logoutUrls, ...logoutUrls],
        }
        const urls = { CallbackURLs: further.callbackUrls, LogoutURLs: further.logoutUrls }
        const problems = registrationProblems(urls, `client ${present.name}`, pool.choices)
        if (problems.length > 0) throw new Error(problems.join('\n'))
        return further
      }),
    addSecret: () =>
      change(({ secrets, name }) => {
        if (secrets.length === 0) throw new Error(`client ${name} is public: it has no secret`)
        if (secrets.length === mostSecrets)
          throw new Error(`client ${name} has ${mostSecrets} secrets already`)
        return { secrets: [...secrets, madeUpSecret()] }
      }),
    removeSecret: (secret) =>
      change(({ secrets, name }) => {
        if (!secrets.includes(secret)) throw new Error(`that is not a secret of client ${name}`)
        if (secrets.length === 1) throw new Error(`client ${name} would be left without a secret`)
        return { secrets: secrets.filter((each) => each !== secret) }
      }),
  }
}

export function clientRecord(client: DomainClient): ClientRecord {
  const { id, name, secrets, callbackUrls, logoutUrls, oauthFlows, scopes } = client
  const [secret] = secrets
  return {
    id,
    name,
    ...(secret !== undefined && { secret }),
    secrets,
    callbackUrls,
    logoutUrls,
    oauthFlows,
    scopes,
  }
}

/** As long as Cognito's, without a hyphen (its pattern is `[\w+]+`), and recognisable in a log. */
const madeUpSecret = (): string => `mock${randomBytes(24).toString('hex')}`
