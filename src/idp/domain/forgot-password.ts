// A password that somebody forgot, or that an administrator reset: a code to a verified address, and a new
// password with it (AWS: ForgotPassword, ConfirmForgotPassword).
import { type ContactAttribute, type Delivery, sendCode, type Visit } from './delivery.ts'
import { hashPassword } from './password.ts'
import { passwordProblem } from './password-policy.ts'
import { simulatedDelivery } from './sign-up.ts'
import { demand, note, type Trail } from './trail.ts'
import { foldCase, type User } from './user.ts'
import type { UserPool } from './user-pool.ts'
import {
  codeMismatch,
  invalidParameter,
  notAuthorized,
  type UserPoolException,
  userNotFound,
} from './user-pool-exception.ts'
import { codeSeconds, issueCode, takeCode } from './verification-codes.ts'

/** AWS: AccountRecoverySetting, first choice first. */
export type RecoveryMechanism = 'verified_email' | 'verified_phone_number' | 'admin_only'

export interface SentForRecovery {
  readonly sent: Delivery
  /** Whose code it is; nobody's, if there is no such user and the client does not tell. */
  readonly sub: string
}

/**
 * A code that nobody gets, so that wrong guesses for a name that is nobody's count, expire and cost time as those for
 * somebody's do.
 */
async function issueDecoy(pool: UserPool, username: string): Promise<string> {
  const sub = `nobody called ${foldCase(username, pool.signInOptions).slice(0, 128)}`
  const decoy = { purpose: 'forgot-password', medium: 'EMAIL', attribute: 'email', destination: '' } as const
  await issueCode({ ...pool, fixedCode: undefined }, { sub }, decoy, codeSeconds['forgot-password'])
  return sub
}

/**
 * Sends a code for a new password. With PreventUserExistenceErrors nobody learns whether the name is somebody's.
 *
 * @throws UserPoolException with what the API says
 */
export async function forgotPassword(visit: Visit, username: string, trail: Trail): Promise<SentForRecovery> {
  const { pool, client } = visit
  demand(trail, 'forgot.username-given', username.trim() !== '', () =>
    invalidParameter('The username you entered cannot be empty or contain only spaces'),
  )
  const user = await pool.users.find(username)
  const problem = recoveryProblem(pool, user)
  if (problem !== undefined && client.preventUserExistenceErrors) {
    note(trail, 'forgot.user-known', false, problem.message)
    return { sub: await issueDecoy(pool, username), sent: simulatedDelivery(pool, username) }
  }
  demand(trail, 'forgot.user-known', problem === undefined, () => problem as UserPoolException)
  return { sub: (user as User).sub, sent: await sendRecoveryCode(visit, user as User) }
}

function recoveryProblem(pool: UserPool, user: User | undefined): UserPoolException | undefined {
  if (user === undefined)
    return userNotFound('Username/client id combination not found.', 'no user of the pool has that name')
  if (!user.enabled) return notAuthorized('User is disabled.', `${user.username} is disabled`)
  if (user.status === 'FORCE_CHANGE_PASSWORD' || user.status === 'EXTERNAL_PROVIDER')
    return notAuthorized(
      'User password cannot be reset in the current state.',
      `${user.username} is ${user.status}`,
    )
  if (pool.recovery.includes('admin_only')) return notAuthorized('Contact administrator to reset password.')
  if (recoveryAttribute(pool, user) === undefined)
    return invalidParameter(
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
      `${user.username} has no verified address among ${pool.recovery.join(', ')}`,
    )
  return undefined
}

function recoveryAttribute({ recovery }: UserPool, user: User): ContactAttribute | undefined {
  const order: readonly ContactAttribute[] = recovery.map((mechanism) =>
    mechanism === 'verified_email' ? 'email' : 'phone_number',
  )
  return order.find(
    (attribute) => user.attributes[attribute] && user.attributes[`${attribute}_verified`] === 'true',
  )
}

/** To whom a password is reset by an administrator, a code goes without being asked for, if it can. */
export async function sendRecoveryCode(visit: Visit, user: User): Promise<Delivery> {
  const attribute = recoveryAttribute(visit.pool, user)
  if (attribute === undefined) return simulatedDelivery(visit.pool, user.username)
  const destination = user.attributes[attribute] as string
  return sendCode(visit, user, 'forgot-password', attribute, destination, codeSeconds['forgot-password'])
}

/**
 * Sets the new password of whoever has the code; the user is CONFIRMED then, and a RESET_REQUIRED is over.
 *
 * @param sub the user whom the code was for
 * @throws UserPoolException with what the API says
 */
export async function confirmForgotPassword(
  { pool }: Pick<Visit, 'pool'>,
  sub: string,
  {
    code,
    password,
    repeated,
  }: { readonly code: string; readonly password: string; readonly repeated: string },
  trail: Trail,
): Promise<User> {
  acceptNewPassword(pool, password, repeated, trail)
  await takeCode(pool, { purpose: 'forgot-password', sub, code }, 'forgot.code', trail)
  const user = await pool.users.bySub(sub)
  demand(trail, 'forgot.user-there', user !== undefined, () => codeMismatch('the user is gone, or never was'))
  trail.username = user.username
  const changed: User = { ...user, ...newPassword(pool, password), status: 'CONFIRMED' }
  await pool.users.put(changed)
  return changed
}

/** @throws UserPoolException if the policy does not let it pass, or the two copies differ */
export function acceptNewPassword(
  { passwordPolicy }: Pick<UserPool, 'passwordPolicy'>,
  password: string,
  repeated: string,
  trail: Trail,
): void {
  const problem =
    password === repeated
      ? passwordProblem(passwordPolicy, password, 'Password does not conform to policy')
      : invalidParameter('Passwords must match')
  demand(trail, 'password.conforms', problem === undefined, () => problem as UserPoolException)
}

/** The fields of a user that a new password changes. */
export const newPassword = (
  { clock }: Pick<UserPool, 'clock'>,
  password: string,
): Required<Pick<User, 'password' | 'passwordSetAt'>> => ({
  password: hashPassword(password),
  passwordSetAt: clock.now(),
})
