// A user pool: its clients and people, its own clock, ids and keys, and the stores of what is going on. The
// world is all pools of one server; client ids are unique in it, so a client id finds its pool.

import type { Attempts } from './attempts.ts'
import type { AttributeDefinition } from './attributes.ts'
import type { AutoSignIns } from './auto-sign-in.ts'
import type { Brands, Terms } from './brand.ts'
import { type Choices, settle } from './choices.ts'
import type { Client } from './client.ts'
import type { AdjustableClock } from './clock.ts'
import type { Codes } from './codes.ts'
import type { Continuations } from './continuations.ts'
import type { ContactAttribute, MessageTemplates } from './delivery.ts'
import type { IdentityProvider } from './federation/identity-provider.ts'
import type { RecoveryMechanism } from './forgot-password.ts'
import type { Ids } from './ids.ts'
import type { Inbox } from './inbox.ts'
import type { Journal } from './journal.ts'
import type { PoolKeys } from './keys.ts'
import type { PasswordPolicy } from './password-policy.ts'
import type { Hooks } from './pre-token-generation/hook.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import type { UsedTokens } from './second-factor.ts'
import type { Sessions } from './sessions.ts'
import type { Factor, SignInOptions, Users } from './user.ts'
import type { VerificationCodes } from './verification-codes.ts'

export interface Group {
  readonly name: string
  /** Lower comes first; absent comes last. */
  readonly precedence?: number
  readonly roleArn?: string
}

export interface ResourceServer {
  readonly identifier: string
  readonly scopes: readonly string[]
}

/** AWS: MfaConfiguration, and the factors that are switched on for the pool. */
export interface MfaSettings {
  readonly mode: 'OFF' | 'OPTIONAL' | 'ON'
  readonly factors: readonly Factor[]
}

export interface UserPool {
  readonly id: string
  readonly name: string
  readonly region: string
  /** `IssuerConfiguration`: which of AWS's two hosts the pool names as its issuer. */
  readonly issuerType: 'original' | 'updated'
  readonly domainPrefix?: string
  /** AWS: the hosted pages and the endpoints beside them exist only after a domain has been added. */
  readonly hasDomain: boolean
  /**
   * `ManagedLoginVersion` of the domain: 1 is classic, 2 is managed login. They differ in parameters as well
   * as in looks.
   */
  readonly look: 'classic' | 'managed'
  readonly signInOptions: SignInOptions
  readonly schema: readonly AttributeDefinition[]
  readonly passwordPolicy: PasswordPolicy
  /** Whether people may sign themselves up (not `AllowAdminCreateUserOnly`). */
  readonly selfSignUp: boolean
  readonly autoVerifiedAttributes: readonly ContactAttribute[]
  /** First choice first. */
  readonly recovery: readonly RecoveryMechanism[]
  readonly mfa: MfaSettings
  readonly messages: MessageTemplates
  /** Every code that is sent, if it is not to be random. */
  readonly fixedCode?: string
  /** By client id. */
  readonly clients: Map<string, Client>
  /** By name. */
  readonly groups: Map<string, Group>
  readonly resourceServers: readonly ResourceServer[]
  /** By name. */
  readonly identityProviders: ReadonlyMap<string, IdentityProvider>
  /** What is switched in the world of the pool. */
  readonly choices: Choices
  readonly clock: AdjustableClock
  readonly ids: Ids
  /** Resolves at once with cached keys; on the very first start of a machine, when they are made. A rotation changes it. */
  readonly keys: Promise<PoolKeys>
  /** From now on the pool has these keys. */
  changeKeys(keys: Promise<PoolKeys>): Promise<void>
  readonly users: Users
  readonly codes: Codes
  readonly sessions: Sessions
  readonly refreshTokens: RefreshTokens
  /** Who signs in next without typing. */
  readonly autoSignIns: AutoSignIns
  /** What its owner has made of its pages. Files may have to be read: src/start.ts fills it. */
  readonly brands: Brands
  /** What people agree to by signing up, by client id. */
  readonly terms: ReadonlyMap<string, Terms>
  /** What came in for this pool, and what was answered. */
  readonly journal: Journal
  /** What stands in for the Lambda triggers of the pool. */
  readonly hooks: Hooks
  readonly verificationCodes: VerificationCodes
  readonly continuations: Continuations
  readonly attempts: Attempts
  readonly usedTokens: UsedTokens
  /** What would have been mailed or texted. */
  readonly inbox: Inbox
}

/** A client together with the pool that it belongs to. */
export interface KnownClient {
  readonly pool: UserPool
  readonly client: Client
}

/** The pools of a server, as its routes see them. */
export interface World {
  readonly pools: readonly UserPool[]
  /** What is switched: the same in all of its pools. */
  readonly choices: Choices
  pool(id: string): UserPool | undefined
  client(id: string): KnownClient | undefined
  /**
   * What the server shows under a name (scheme, host and port): `<domain prefix>.localhost` is the domain of one pool
   * and knows no other; any other name stands for all of them.
   */
  behind(origin: string): World
}

/** A world to which pools are added while it is running. */
export interface ChangingWorld extends World {
  /** Adds a pool, or replaces the one with the same id. */
  add(pool: UserPool): void
  remove(id: string): void
}

export function createWorld(pools: readonly UserPool[], choices: Choices = settle()): ChangingWorld {
  const byId = new Map(pools.map((pool) => [pool.id, pool]))
  const domains = new Map<string, World>()
  const readDomains = () => {
    domains.clear()
    if (byId.size < 2) return
    for (const pool of byId.values())
      if (pool.domainPrefix !== undefined) domains.set(pool.domainPrefix, createWorld([pool], choices))
  }
  readDomains()
  const world: ChangingWorld = {
    get pools() {
      return [...byId.values()]
    },
    choices,
    pool: (id) => byId.get(id),
    client(id) {
      for (const pool of byId.values()) {
        const client = pool.clients.get(id)
        if (client) return { pool, client }
      }
      return undefined
    },
    behind: (origin) =>
      domains.get(/^https?:\/\/([a-z0-9-]+)\.localhost(?::\d+)?$/.exec(origin)?.[1] ?? '') ?? world,
    add(pool) {
      byId.set(pool.id, pool)
      readDomains()
    },
    remove(id) {
      byId.delete(id)
      readDomains()
    },
  }
  return world
}

/**
 * Why a client id finds nothing, for the log: the id, unless it is a secret, which is what it is when somebody has
 * swapped the two.
 */
export function unknownClient(clientId: string, { pools }: Pick<World, 'pools'>): string {
  const isSecret = pools.some(({ clients }) =>
    [...clients.values()].some(({ secrets }) => secrets.includes(clientId)),
  )
  return isSecret
    ? 'what came as the client id is the secret of a client: the two are the wrong way round'
    : `no user pool has the client ${clientId}`
}
