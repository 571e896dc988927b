// Who is it? Judges a username and a password. Messages are Cognito's (AWS, and observed on the classic page); the
// log gets the reason that the page hides. What comes after a right password is in login-steps.ts.
import { countFailure, type FailedAttempts, isLocked, liveAttempts } from './attempts.ts'
import type { Client } from './client.ts'
import { howLong, secondsAfter } from './clock.ts'
import { nobodysPassword, passwordMatches } from './password.ts'
import type { Refusal } from './refusal.ts'
import type { RuleId } from './rules.ts'
import { demand, type Trail } from './trail.ts'
import { foldCase, type User } from './user.ts'
import type { UserPool } from './user-pool.ts'
import { invalidParameter, notAuthorized, userNotFound } from './user-pool-exception.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

type SignInPool = Pick<UserPool, 'users' | 'attempts' | 'clock' | 'passwordPolicy' | 'signInOptions'>

/** Everything that the checks look at. */
interface Attempt extends Credentials {
  readonly pool: SignInPool
  /** Whether unknown and disabled users read what a wrong password reads. */
  readonly hidesUsers: boolean
  readonly user: User | undefined
  readonly matches: boolean
  readonly failures: FailedAttempts | undefined
}

type Check = (attempt: Attempt, trail: Trail) => void

const wrongCredentials = 'Incorrect username or password.'
const isBlank = (text: string): boolean => text.trim() === ''

/** @throws UserPoolException if there is nothing to look up */
export const usernameGiven = ({ username }: Pick<Credentials, 'username'>, trail: Trail): void =>
  demand(trail, 'login.username-given', !isBlank(username), () =>
    invalidParameter(
      'The username you entered cannot be empty or contain only spaces',
      'the username is blank',
    ),
  )

const passwordGiven: Check = ({ password }, trail) =>
  demand(trail, 'login.password-given', !isBlank(password), () =>
    invalidParameter(
      'The password you entered cannot be empty or contain only spaces',
      'the password is blank',
    ),
  )

const notLockedOut: Check = ({ pool, failures }, trail) =>
  demand(trail, 'login.attempts', !isLocked(pool, failures), () => {
    const { count, lockedUntil } = failures as FailedAttempts
    const wait = howLong(pool.clock.now(), lockedUntil)
    const reason = `${count} wrong attempts in a row; nothing is judged for another ${wait}`
    return notAuthorized('Password attempts exceeded', reason)
  })

const userKnown: Check = ({ user, username, hidesUsers }, trail) => {
  demand(trail, 'login.user-known', user !== undefined, () =>
    userNotFound(
      hidesUsers ? wrongCredentials : 'User does not exist.',
      `no user of the pool signs in as ${JSON.stringify(username.slice(0, 128))}`,
    ),
  )
  trail.username = user.username
}

const passwordIsTheirs: Check = ({ user, matches }, trail) =>
  demand(trail, 'login.password-matches', matches, () =>
    notAuthorized(
      wrongCredentials,
      user?.status === 'EXTERNAL_PROVIDER'
        ? `${user.username} comes from an identity provider and has no password`
        : user?.password === undefined
          ? `${user?.username} has no password`
          : `wrong password for ${user.username}`,
    ),
  )

const userEnabled: Check = ({ user, hidesUsers }, trail) =>
  demand(trail, 'login.user-enabled', user?.enabled === true, () =>
    notAuthorized(hidesUsers ? wrongCredentials : 'User is disabled.', `${user?.username} is disabled`),
  )

const temporaryPasswordLives: Check = ({ user, pool }, trail) => {
  if (user?.status !== 'FORCE_CHANGE_PASSWORD' || user.passwordSetAt === undefined) return
  const expiresAt = secondsAfter(user.passwordSetAt, pool.passwordPolicy.temporaryPasswordSeconds)
  demand(trail, 'login.temporary-password', pool.clock.now() < expiresAt, () =>
    notAuthorized(
      'Temporary password has expired and must be reset by an administrator.',
      `the temporary password of ${user.username} expired ${howLong(expiresAt, pool.clock.now())} ago`,
    ),
  )
}

/** In order. Whoever is locked out learns nothing else, and nobody learns of a status without the password. */
export const checks: readonly Check[] = [
  usernameGiven,
  passwordGiven,
  notLockedOut,
  userKnown,
  passwordIsTheirs,
  userEnabled,
  temporaryPasswordLives,
]

/** What counts towards the lock: a password that is not the right one, for somebody or for nobody. */
const wrongAttempts: readonly (RuleId | undefined)[] = ['login.user-known', 'login.password-matches']

/**
 * The user whose password it is.
 *
 * @throws UserPoolException with the text that the page shows
 */
export async function signIn(
  pool: SignInPool,
  client: Pick<Client, 'preventUserExistenceErrors'>,
  { username, password }: Credentials,
  trail: Trail,
): Promise<User> {
  const user = await pool.users.find(username)
  // Somebody who does not exist is locked out like anybody else.
  const key = user?.sub ?? `nobody called ${foldCase(username, pool.signInOptions).slice(0, 128)}`
  const failures = await liveAttempts(pool, key)
  const isFederated = user?.status === 'EXTERNAL_PROVIDER'
  const matches = passwordMatches(password, (isFederated ? undefined : user?.password) ?? nobodysPassword)
  const attempt = {
    pool,
    hidesUsers: client.preventUserExistenceErrors,
    username,
    password,
    user,
    matches,
    failures,
  }
  try {
    for (const check of checks) check(attempt, trail)
  } catch (refusal) {
    if (wrongAttempts.includes((refusal as Refusal).rule)) await countFailure(pool, key)
    throw refusal
  }
  if (failures !== undefined) await pool.attempts.forget(key)
  return user as User
}
