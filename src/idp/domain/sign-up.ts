// How a user comes to be: sign-up, confirmation by code or link, and another code (AWS: SignUp, ConfirmSignUp,
// ResendConfirmationCode). The hosted pages and the API tell the same story; this is it.
import { type Attributes, attributeProblem, isEmail, isPhoneNumber } from './attributes.ts'
import { type ContactAttribute, type Delivery, masked, sendCode, type Visit } from './delivery.ts'
import { hashPassword } from './password.ts'
import { passwordProblem } from './password-policy.ts'
import { demand, type Trail } from './trail.ts'
import { foldCase, type User } from './user.ts'
import type { UserPool } from './user-pool.ts'
import {
  expiredCode,
  invalidParameter,
  notAuthorized,
  UserPoolException,
  userNotFound,
} from './user-pool-exception.ts'
import { codeSeconds, takeCode } from './verification-codes.ts'

export interface Registration {
  readonly username: string
  readonly password: string
  readonly attributes: Attributes
}

export interface SignedUp {
  readonly user: User
  /** Where the code went; absent if the pool verifies none of the attributes. */
  readonly sent?: Delivery
}

/**
 * Makes an UNCONFIRMED user and sends the code.
 *
 * @throws UserPoolException with what the API says
 */
export async function signUp(visit: Visit, registration: Registration, trail: Trail): Promise<SignedUp> {
  const { pool, client } = visit
  const { username, password } = registration
  demand(trail, 'signup.allowed', pool.selfSignUp, () =>
    notAuthorized(
      'SignUp is not permitted for this user pool',
      `pool ${pool.id} has AllowAdminCreateUserOnly`,
    ),
  )
  const attributes = { ...registration.attributes, ...nameAsAttribute(pool, username) }
  refuseIf(trail, 'signup.username', usernameProblem(pool, username))
  refuseIf(trail, 'signup.attributes', attributeProblem(pool, client, attributes))
  refuseIf(
    trail,
    'signup.password',
    passwordProblem(pool.passwordPolicy, password, 'Password did not conform with policy'),
  )
  refuseIf(trail, 'signup.name-free', await nameTaken(pool, username, attributes))

  const nameIsSub = pool.signInOptions.usernameAttributes.length > 0
  const sub = pool.ids.uuid()
  const user: User = {
    sub,
    username: nameIsSub ? sub : username,
    status: 'UNCONFIRMED',
    enabled: true,
    attributes: withUnverified(attributes),
    groups: [],
    password: hashPassword(password),
    passwordSetAt: pool.clock.now(),
  }
  await pool.users.put(user)
  trail.username = user.username
  const sent = await sendSignUpCode(visit, user)
  return { user, ...(sent && { sent }) }
}

function refuseIf(
  trail: Trail,
  rule: Parameters<typeof demand>[1],
  problem: UserPoolException | undefined,
): void {
  demand(trail, rule, problem === undefined, () => problem as UserPoolException)
}

/** Where the e-mail address or phone number is the name, it is the attribute as well. */
function nameAsAttribute({ signInOptions }: UserPool, username: string): Attributes {
  const { usernameAttributes } = signInOptions
  if (usernameAttributes.includes('email') && isEmail(username)) return { email: username }
  if (usernameAttributes.includes('phone_number') && isPhoneNumber(username))
    return { phone_number: username }
  return {}
}

/** AWS: letters, marks, symbols, digits and punctuation of any script. */
const usernamePattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u

function usernameProblem({ signInOptions }: UserPool, username: string): UserPoolException | undefined {
  const { usernameAttributes, aliasAttributes } = signInOptions
  if (username.trim() === '')
    return invalidParameter('The username you entered cannot be empty or contain only spaces')
  if (usernameAttributes.length > 0) {
    const fits =
      (usernameAttributes.includes('email') && isEmail(username)) ||
      (usernameAttributes.includes('phone_number') && isPhoneNumber(username))
    if (fits) return undefined
    if (usernameAttributes.length > 1)
      return invalidParameter('Username should be either an email or a phone number.')
    return invalidParameter(
      usernameAttributes.includes('email')
        ? 'Username should be an email.'
        : 'Username should be a phone number.',
    )
  }
  if (!usernamePattern.test(username))
    return invalidParameter(
      "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    )
  if (aliasAttributes.includes('email') && isEmail(username))
    return invalidParameter(
      'Username cannot be of email format, since user pool is configured for email alias.',
    )
  if (aliasAttributes.includes('phone_number') && isPhoneNumber(username))
    return invalidParameter(
      'Username cannot be of phone number format, since user pool is configured for phone number alias.',
    )
  return undefined
}

async function nameTaken(
  { users, signInOptions }: UserPool,
  username: string,
  attributes: Attributes,
): Promise<UserPoolException | undefined> {
  const { usernameAttributes, aliasAttributes } = signInOptions
  const exists = (text: string) => new UserPoolException('UsernameExistsException', text)
  for (const attribute of usernameAttributes) {
    const value = attributes[attribute]
    if (value !== undefined && (await users.find(value)) !== undefined)
      return exists(`An account with the given ${attribute} already exists.`)
  }
  if (usernameAttributes.length === 0 && (await users.find(username)) !== undefined)
    return exists('User already exists')
  const preferred = attributes.preferred_username
  if (preferred !== undefined && aliasAttributes.includes('preferred_username'))
    if ((await users.find(preferred)) !== undefined)
      return new UserPoolException(
        'AliasExistsException',
        'An account with the preferred_username already exists.',
      )
  return undefined
}

/** CAP: what somebody says of themselves is not verified. */
const withUnverified = (attributes: Attributes): Attributes => ({
  ...attributes,
  ...(attributes.email !== undefined && { email_verified: 'false' }),
  ...(attributes.phone_number !== undefined && { phone_number_verified: 'false' }),
})

/** DOC: if both could be verified, it is the phone. */
function attributeToVerify({ autoVerifiedAttributes }: UserPool, user: User): ContactAttribute | undefined {
  const order: readonly ContactAttribute[] = ['phone_number', 'email']
  return order.find((attribute) => autoVerifiedAttributes.includes(attribute) && user.attributes[attribute])
}

/** Sends the code of a sign-up, if the pool verifies anything that the user has. */
export async function sendSignUpCode(visit: Visit, user: User): Promise<Delivery | undefined> {
  const attribute = attributeToVerify(visit.pool, user)
  if (attribute === undefined) return undefined
  const destination = user.attributes[attribute] as string
  return sendCode(visit, user, 'sign-up', attribute, destination, codeSeconds['sign-up'])
}

/**
 * Sends another code. With PreventUserExistenceErrors, a name that nobody has looks as if it had been sent one.
 *
 * @throws UserPoolException if nothing can be sent
 */
export async function resendConfirmationCode(
  visit: Visit,
  username: string,
  trail: Trail,
): Promise<Delivery> {
  const { pool, client } = visit
  const user = await pool.users.find(username)
  if (user === undefined && client.preventUserExistenceErrors) return simulatedDelivery(pool, username)
  demand(trail, 'resend.user-unconfirmed', user?.status === 'UNCONFIRMED', () =>
    user === undefined
      ? userNotFound('Username/client id combination not found.', 'no user of the pool has that name')
      : invalidParameter('User is already confirmed.', `${user.username} is ${user.status}`),
  )
  const sent = await sendSignUpCode(visit, user as User)
  demand(trail, 'resend.verifiable', sent !== undefined, () =>
    notAuthorized(
      'Cannot resend codes. Auto verification not turned on.',
      `the pool verifies ${pool.autoVerifiedAttributes.join(', ') || 'nothing'} by itself, and ${user?.username} has none of it`,
    ),
  )
  return sent
}

/** What a page says that must not tell whether there is such a user: the same for the same name each time. */
export const simulatedDelivery = ({ signInOptions }: UserPool, username: string): Delivery => ({
  medium: 'EMAIL',
  destination: masked(
    isEmail(username) ? username : `${foldCase(username, signInOptions).slice(0, 1)}@${username.slice(-1)}`,
  ),
})

/**
 * Confirms a user by code or link; the address that the code went to is verified, and signs in from now on where
 * it is an alias.
 *
 * @throws UserPoolException with what the API says
 */
export async function confirmSignUp(
  { pool, client }: Pick<Visit, 'pool' | 'client'>,
  username: string,
  code: string,
  trail: Trail,
): Promise<User> {
  const user = await pool.users.find(username)
  demand(trail, 'confirm.user-unconfirmed', user === undefined || user.status === 'UNCONFIRMED', () =>
    notAuthorized(`User cannot be confirmed. Current status is ${user?.status}`),
  )
  demand(trail, 'confirm.user-known', user !== undefined, () =>
    client.preventUserExistenceErrors
      ? expiredCode(`no user of the pool has the name ${JSON.stringify(username.slice(0, 128))}`)
      : userNotFound('Username/client id combination not found.', 'no user of the pool has that name'),
  )
  trail.username = user.username
  const { attribute, destination } = await takeCode(
    pool,
    { purpose: 'sign-up', sub: user.sub, code },
    'confirm.code',
    trail,
  )
  const holder = pool.signInOptions.aliasAttributes.includes(attribute)
    ? await pool.users.find(destination)
    : undefined
  demand(trail, 'confirm.alias-free', holder === undefined || holder.sub === user.sub, () => {
    const text = `An account with the ${attribute} already exists.`
    return new UserPoolException('AliasExistsException', text, `${holder?.username} signs in with it`)
  })
  const confirmed: User = {
    ...user,
    status: 'CONFIRMED',
    attributes: { ...user.attributes, [`${attribute}_verified`]: 'true' },
  }
  await pool.users.put(confirmed)
  return confirmed
}
