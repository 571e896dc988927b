// Who is it? Judges a username and a password, and whether the user's status lets a login follow at once.
// Messages are Cognito's (AWS, and observed on the classic page); the log gets the reason that the page
// hides.
import type { Client } from './client.ts'
import { nobodysPassword, passwordMatches } from './password.ts'
import { note, type Trail } from './trail.ts'
import type { User } from './user.ts'
import type { UserPool } from './user-pool.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** The page that Cognito shows next when a right password is not enough. */
export type NextStep = 'confirm' | 'new-password' | 'reset-password' | 'software-token'

export type SignIn =
  | { readonly outcome: 'signed-in'; readonly user: User }
  | { readonly outcome: 'refused'; readonly message: string }
  | { readonly outcome: 'unfinished'; readonly next: NextStep; readonly user: User }

const wrongCredentials = 'Incorrect username or password.'
const isBlank = (text: string): boolean => text.trim() === ''

export async function signIn(
  { users }: Pick<UserPool, 'users'>,
  client: Pick<Client, 'preventUserExistenceErrors'>,
  { username, password }: Credentials,
  trail: Trail,
): Promise<SignIn> {
  const refuse = (rule: Parameters<typeof note>[1], message: string, reason: string): SignIn => {
    note(trail, rule, false, reason)
    return { outcome: 'refused', message }
  }
  if (isBlank(username))
    return refuse(
      'login.username-given',
      'The username you entered cannot be empty or contain only spaces',
      'the username is blank',
    )
  note(trail, 'login.username-given', true)
  if (isBlank(password))
    return refuse(
      'login.password-given',
      'The password you entered cannot be empty or contain only spaces',
      'the password is blank',
    )
  note(trail, 'login.password-given', true)

  const user = await users.find(username)
  const matches = passwordMatches(password, user?.password ?? nobodysPassword)
  const hidesUsers = client.preventUserExistenceErrors
  if (user === undefined)
    return refuse(
      'login.user-known',
      hidesUsers ? wrongCredentials : 'User does not exist.',
      `no user of the pool signs in as ${JSON.stringify(username.slice(0, 128))}`,
    )
  trail.username = user.username
  note(trail, 'login.user-known', true)
  if (!matches)
    return refuse(
      'login.password-matches',
      wrongCredentials,
      user.password === undefined
        ? `${user.username} has no password`
        : `wrong password for ${user.username}`,
    )
  note(trail, 'login.password-matches', true)
  if (!user.enabled)
    return refuse(
      'login.user-enabled',
      hidesUsers ? wrongCredentials : 'User is disabled.',
      `${user.username} is disabled`,
    )
  note(trail, 'login.user-enabled', true)

  const next = nextStep(user)
  if (next !== undefined) {
    note(trail, 'login.user-ready', false, `${user.username} has to go through ${next} first`)
    return { outcome: 'unfinished', next, user }
  }
  note(trail, 'login.user-ready', true)
  return { outcome: 'signed-in', user }
}

function nextStep(user: User): NextStep | undefined {
  if (user.status === 'UNCONFIRMED') return 'confirm'
  if (user.status === 'FORCE_CHANGE_PASSWORD') return 'new-password'
  if (user.status === 'RESET_REQUIRED') return 'reset-password'
  return user.softwareTokenSecret === undefined ? undefined : 'software-token'
}
