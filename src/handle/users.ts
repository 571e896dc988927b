// The people of a pool, as an administrator would handle them: no confirmation mail, no policy in the way.
import { randomBytes } from 'node:crypto'
import { lockOut } from '../idp/domain/attempts.ts'
import { attributeOf, factorsOf } from '../idp/domain/factors.ts'
import { hashPassword } from '../idp/domain/password.ts'
import { type User as DomainUser, signInNames, type UserStatus } from '../idp/domain/user.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { type Duration, millisecondsOf } from '../idp/duration.ts'
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
  /**
   * What a login asks for after the password. With `totp` the user has an authenticator app, whose seed is in what is
   * returned; codes of `sms` and `email` are in the inbox.
   */
  readonly mfa?: 'none' | 'totp' | 'sms' | 'email'
}

export interface UserChange {
  readonly enabled?: boolean
  readonly status?: UserStatus
  readonly password?: string
  /** Instead of the groups so far. */
  readonly groups?: readonly string[]
  /** Beside the attributes so far; `null` takes one away. */
  readonly attributes?: Readonly<Record<string, string | null>>
  /** As after too many wrong passwords; `0` lets the user try again at once. */
  readonly lockedFor?: Duration
}

/** The people of a pool, by username, sub or whatever else they can sign in with. */
export interface Users {
  /**
   * Adds a user. One of that username is replaced, and keeps the `sub`.
   *
   * @throws if a name by which the user could sign in is somebody else's, or the pool does not ask for that factor
   * @example
   * await pool.users.create({ username: 'alice', password: 'Passw0rd!', email: 'alice@example.com' })
   */
  create(user: NewUser): Promise<User>
  /**
   * Nothing, if there is no such user.
   *
   * @example
   * const { sub, groups } = await pool.users.get('alice')
   */
  get(usernameOrAlias: string): Promise<User | undefined>
  /**
   * Everybody.
   *
   * @example
   * const names = (await pool.users.list()).map(({ username }) => username)
   */
  list(): Promise<readonly User[]>
  /**
   * Changes what is named.
   *
   * @throws if there is no such user
   * @example
   * await pool.users.patch('alice', { enabled: false, attributes: { name: 'Alice' } })
   * await pool.users.patch('bob', { lockedFor: '15m' })
   */
  patch(usernameOrAlias: string, change: UserChange): Promise<User>
  /**
   * As AdminDeleteUser would.
   *
   * @throws if there is no such user
   * @example
   * await pool.users.delete('bob')
   */
  delete(usernameOrAlias: string): Promise<void>
}

type People = Pick<UserPool, 'id' | 'users' | 'signInOptions' | 'groups' | 'clock' | 'attempts' | 'mfa'>

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
    async patch(name, { lockedFor, ...change }) {
      const user = await existing(name)
      const lockedMilliseconds = lockedFor === undefined ? undefined : millisecondsOf(lockedFor)
      const patched = await put(changed(user, change, pool.clock.now()))
      if (lockedMilliseconds !== undefined) await lock(pool, user, lockedMilliseconds)
      return patched
    },
    delete: async (name) => users.remove((await existing(name)).sub),
  }
}

/** A user in the words of the interface; the password stays where it is. */
const shown = (user: DomainUser): User => ({
  sub: user.sub,
  username: user.username,
  status: user.status,
  enabled: user.enabled,
  attributes: user.attributes,
  groups: user.groups,
  ...(user.softwareTokenSecret !== undefined && { totpSecret: user.softwareTokenSecret }),
})

const lock = (pool: People, { sub }: DomainUser, milliseconds: number): Promise<void> =>
  milliseconds > 0 ? lockOut(pool, sub, milliseconds / 1000) : pool.attempts.forget(sub)

async function built(pool: People, user: NewUser): Promise<DomainUser> {
  const { id, signInOptions, users, clock } = pool
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
    ...(user.mfa !== undefined && user.mfa !== 'none' && factorSettings[user.mfa]()),
  }
  const made = buildUser(
    { Id: id, UsernameAttributes: [...usernameAttributes] as 'email'[] },
    described,
    undefined,
    clock.now(),
  )
  refuseUnaskedFactor(pool, made, user.mfa)
  const before = await users.find(name)
  return before?.username === made.username ? { ...made, sub: before.sub } : made
}

/** In AWS's words, as a fixture would say it. */
const factorSettings = {
  totp: () => ({ SoftwareTokenSecret: base32Seed() }),
  sms: () => ({ UserMFASettingList: ['SMS_MFA' as const], PreferredMfaSetting: 'SMS_MFA' as const }),
  email: () => ({ UserMFASettingList: ['EMAIL_OTP' as const], PreferredMfaSetting: 'EMAIL_OTP' as const }),
}

/** A factor that no login asks for would be a test that shows nothing. */
function refuseUnaskedFactor({ id, mfa }: People, user: DomainUser, wanted: NewUser['mfa'] = 'none'): void {
  if (wanted === 'none') return
  const factor = wanted === 'totp' ? 'software-token' : wanted
  if (mfa.mode === 'OFF' || !mfa.factors.includes(factor))
    throw new Error(
      `pool ${id} asks nobody for ${wanted}: MFA is ${mfa.mode}, with ${mfa.factors.join(', ')}`,
    )
  if (!factorsOf({ mfa }, user).includes(factor))
    throw new Error(`a user with mfa ${wanted} needs the attribute ${attributeOf[factor as 'sms']}`)
}

function changed(
  user: DomainUser,
  { attributes, password, ...change }: Omit<UserChange, 'lockedFor'>,
  now: Date,
): DomainUser {
  const all = Object.entries({ ...user.attributes, ...attributes })
  return {
    ...user,
    ...change,
    attributes: Object.fromEntries(all.filter((each): each is [string, string] => each[1] !== null)),
    ...(password !== undefined && { password: hashPassword(password), passwordSetAt: now }),
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
