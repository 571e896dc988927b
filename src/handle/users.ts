// The people of a pool, as an administrator would handle them: no confirmation mail, no policy in the way.
import { randomBytes } from 'node:crypto'
import { hashPassword } from '../idp/domain/password.ts'
import { type User as DomainUser, signInNames, type UserStatus } from '../idp/domain/user.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { buildUser } from '../idp/fixture/build.ts'
import type { UserFixture } from '../idp/fixture/fixture.ts'

export type { UserStatus } from '../idp/domain/user.ts'

export interface User {
  readonly sub: string
  readonly username: string
  readonly status: UserStatus
  readonly enabled: boolean
  readonly attributes: Readonly<Record<string, string>>
  readonly groups: readonly string[]
  /** Base32 seed of the user's authenticator app. */
  readonly totpSecret?: string
}

export interface NewUser {
  /** May be left out where people sign in with an e-mail address. */
  readonly username?: string
  /** Shorthand for the attribute, verified. */
  readonly email?: string
  readonly password?: string
  /** Shorthand: CONFIRMED (the default) or UNCONFIRMED. */
  readonly confirmed?: boolean
  readonly status?: UserStatus
  /** A group that the pool does not have yet is added to it. */
  readonly groups?: readonly string[]
  readonly attributes?: Readonly<Record<string, string>>
  /** With `totp` the user has an authenticator app; its seed is in what is returned. */
  readonly mfa?: 'none' | 'totp'
}

export interface UserChange {
  readonly enabled?: boolean
  readonly status?: UserStatus
  readonly password?: string
  /** Instead of the groups so far. */
  readonly groups?: readonly string[]
  /** Beside the attributes so far; `null` takes one away. */
  readonly attributes?: Readonly<Record<string, string | null>>
}

/** The people of a pool, by username, sub or whatever else they can sign in with. */
export interface Users {
  /**
   * Adds a user. One of that username is replaced, and keeps the `sub`.
   *
   * @throws if a name by which the user could sign in is somebody else's
   * @example
   * await pool.users.create({ username: 'alice', password: 'Passw0rd!', email: 'alice@example.com' })
   */
  create(user: NewUser): Promise<User>
  get(usernameOrAlias: string): Promise<User | undefined>
  list(): Promise<readonly User[]>
  /** Changes what is named. @throws if there is no such user */
  patch(usernameOrAlias: string, change: UserChange): Promise<User>
  /** As AdminDeleteUser would. @throws if there is no such user */
  delete(usernameOrAlias: string): Promise<void>
}

type People = Pick<UserPool, 'id' | 'users' | 'signInOptions' | 'groups'>

export function usersOf(pool: People): Users {
  const { id, users } = pool
  const existing = async (name: string) => {
    const user = await users.find(name)
    if (user === undefined) throw new Error(`pool ${id} has no user ${name}`)
    return user
  }
  const put = async (user: DomainUser) => {
    await refuseTakenNames(pool, user)
    for (const name of user.groups) if (!pool.groups.has(name)) pool.groups.set(name, { name })
    await users.put(user)
    return shown(user)
  }
  return {
    create: async (user) => put(await built(pool, user)),
    get: async (name) => {
      const user = await users.find(name)
      return user && shown(user)
    },
    list: async () => (await users.list()).map(shown),
    patch: async (name, change) => put(changed(await existing(name), change)),
    delete: async (name) => users.remove((await existing(name)).sub),
  }
}

/** A user in the words of the interface; the password stays where it is. */
const shown = ({ softwareTokenSecret, password: _, ...user }: DomainUser): User => ({
  ...user,
  ...(softwareTokenSecret !== undefined && { totpSecret: softwareTokenSecret }),
})

async function built({ id, signInOptions, users }: People, user: NewUser): Promise<DomainUser> {
  const { usernameAttributes } = signInOptions
  const name = user.username ?? (usernameAttributes.includes('email') ? user.email : undefined)
  if (name === undefined || name === '') throw new Error(`a user of pool ${id} needs a username`)
  const described: UserFixture = {
    Username: name,
    Attributes: {
      ...(user.email !== undefined && { email: user.email, email_verified: 'true' }),
      ...user.attributes,
    },
    UserStatus: user.status ?? (user.confirmed === false ? 'UNCONFIRMED' : 'CONFIRMED'),
    Groups: [...(user.groups ?? [])],
    ...(user.password !== undefined && { Password: user.password }),
    ...(user.mfa === 'totp' && { SoftwareTokenSecret: base32Seed() }),
  }
  const made = buildUser(
    { Id: id, UsernameAttributes: [...usernameAttributes] as 'email'[] },
    described,
    undefined,
  )
  const before = await users.find(name)
  return before?.username === made.username ? { ...made, sub: before.sub } : made
}

function changed(user: DomainUser, { attributes, password, ...change }: UserChange): DomainUser {
  const all = Object.entries({ ...user.attributes, ...attributes })
  return {
    ...user,
    ...change,
    attributes: Object.fromEntries(all.filter((each): each is [string, string] => each[1] !== null)),
    ...(password !== undefined && { password: hashPassword(password) }),
  }
}

async function refuseTakenNames({ id, users, signInOptions }: People, user: DomainUser): Promise<void> {
  for (const name of signInNames(user, signInOptions)) {
    const owner = await users.find(name)
    if (owner !== undefined && owner.sub !== user.sub)
      throw new Error(`the sign-in name ${name} is that of user ${owner.username} of pool ${id}`)
  }
}

/** 160 bits in base32 (RFC 4648 §6), as RFC 4226 §4 recommends for a shared secret. */
function base32Seed(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return [...randomBytes(32)].map((byte) => alphabet[byte % 32]).join('')
}
