// A user of a pool, and the names by which it can sign in (AWS: aliases and username attributes).
import { createHash } from 'node:crypto'
import type { Instant } from './clock.ts'
import type { PasswordHash } from './password.ts'

/** AWS's own statuses. EXTERNAL_PROVIDER is a federated user, who has no password. */
export type UserStatus =
  | 'UNCONFIRMED'
  | 'CONFIRMED'
  | 'FORCE_CHANGE_PASSWORD'
  | 'RESET_REQUIRED'
  | 'EXTERNAL_PROVIDER'
  | 'ARCHIVED'
  | 'COMPROMISED'
  | 'UNKNOWN'

/** A second factor: the code of an authenticator app, of a text message, or of a mail. */
export type Factor = 'software-token' | 'sms' | 'email'

export interface User {
  readonly sub: string
  readonly username: string
  readonly status: UserStatus
  readonly enabled: boolean
  /** All attributes as Cognito keeps them: strings, `sub` not among them. */
  readonly attributes: Readonly<Record<string, string>>
  readonly groups: readonly string[]
  readonly password?: PasswordHash
  /** When the password was set; a temporary one ages. */
  readonly passwordSetAt?: Instant
  /** Base32 seed of an authenticator app that has proved itself. */
  readonly softwareTokenSecret?: string
  /** `UserMFASettingList`: the factors that the user has switched on. */
  readonly factors?: readonly Factor[]
  /** `PreferredMfaSetting` */
  readonly preferredFactor?: Factor
}

/** How the pool lets people name themselves. */
export interface SignInOptions {
  /** `UsernameAttributes`: the e-mail address or phone number is the name; the username is the sub. */
  readonly usernameAttributes: readonly string[]
  /** `AliasAttributes`: names beside the username; e-mail and phone only when verified. */
  readonly aliasAttributes: readonly string[]
  readonly caseSensitive: boolean
}

/** The users of a pool. Asynchronous, so that a store on disk or across the network can take its place. */
export interface Users {
  /** By username, sub, or whatever else the pool lets people sign in with. */
  find(usernameOrAlias: string): Promise<User | undefined>
  bySub(sub: string): Promise<User | undefined>
  list(): Promise<readonly User[]>
  /** Adds a user, or replaces the one with the same sub. */
  put(user: User): Promise<void>
  remove(sub: string): Promise<void>
  /** Forgets everybody, and keeps these instead. */
  restore(people: readonly User[]): Promise<void>
}

const noAttributes = { usernameAttributes: [], aliasAttributes: [] }

/** Every name under which the user can be found, folded if the pool ignores case. */
export function signInNames(user: User, options: SignInOptions): string[] {
  const names = [user.username, user.sub]
  // A federated user signs in elsewhere, and may have the address of somebody who signs in here.
  const { usernameAttributes, aliasAttributes } = user.status === 'EXTERNAL_PROVIDER' ? noAttributes : options
  for (const attribute of usernameAttributes) names.push(user.attributes[attribute] ?? '')
  for (const attribute of aliasAttributes) {
    const needsVerification = attribute !== 'preferred_username'
    if (!needsVerification || user.attributes[`${attribute}_verified`] === 'true')
      names.push(user.attributes[attribute] ?? '')
  }
  return names.filter((name) => name !== '').map((name) => foldCase(name, options))
}

/**
 * The sub of a user who was given none: always the same for the same names, UUID-shaped, with the third group that
 * Cognito's newer subs have.
 */
export function derivedSub(poolId: string, username: string): string {
  const hex = createHash('sha256').update(['sub', poolId, username].join('\0')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-70${hex.slice(12, 14)}-${hex.slice(14, 18)}-${hex.slice(18, 30)}`
}

export const foldCase = (name: string, { caseSensitive }: Pick<SignInOptions, 'caseSensitive'>): string =>
  caseSensitive ? name : name.toLowerCase()
