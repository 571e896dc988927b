// From one page of a login to the next: which page a name leads to, and which page follows a right password, a new
// password or a factor, until the user may go to the app.

import {
  type AttributeDefinition,
  type Attributes,
  attributeProblem,
  requiredAttributes,
} from './attributes.ts'
import type { AuthorizationRequest } from './authorize/request.ts'
import { given } from './authorize/request.ts'
import { type Answering, recentSession } from './authorize/use-session.ts'
import { type Continuation, LoginOver, openStep, type PageStep } from './continuations.ts'
import type { Visit } from './delivery.ts'
import { acceptNewPassword, newPassword, sendRecoveryCode } from './forgot-password.ts'
import { oneOfStep, secondFactorStep } from './second-factor.ts'
import type { SignedInHow } from './sessions.ts'
import { type Credentials, signIn, usernameGiven } from './sign-in.ts'
import { sendSignUpCode } from './sign-up.ts'
import { demand, note, type Trail } from './trail.ts'
import type { User } from './user.ts'
import type { UserPoolException } from './user-pool-exception.ts'

/** Where a login goes from here: to the app, or to another page. */
export type Next =
  | ({ readonly to: 'app'; readonly user: User } & SignedInHow)
  | { readonly to: 'page'; readonly continuation: Continuation<PageStep> }

/** What `/login` shows. */
export type SignInPage =
  /** The browser has a session: the classic page asks whether it is still the same person. */
  | { readonly page: 'knownUser' }
  /** Name and password, or the name alone. */
  | { readonly page: 'login' | 'username'; readonly username: string }

/** Managed login asks for the name on a page of its own where clients let people choose how to sign in. */
const firstForm = ({ pool, client }: Pick<Visit, 'pool' | 'client'>): 'login' | 'username' =>
  pool.look === 'managed' && client.choiceBased ? 'username' : 'login'

/** The form that a login begins with. */
export const emptyForm = (
  visit: Pick<Visit, 'pool' | 'client'>,
): Extract<SignInPage, { username: string }> => ({
  page: firstForm(visit),
  username: '',
})

/** How the look and the client decide what `/login` shows. */
export async function signInPage(
  asked: AuthorizationRequest,
  sessionId: string | undefined,
  trail: Trail,
): Promise<SignInPage> {
  const { pool, parameters } = asked
  if (pool.look === 'managed')
    return { page: firstForm(asked), username: given(parameters, 'login_hint') ?? '' }
  const session = await recentSession(asked, sessionId, trail)
  return session === undefined ? emptyForm(asked) : { page: 'knownUser' }
}

/**
 * The post of the sign-in form: a name and a password, or the name alone where that is asked for first.
 *
 * @throws UserPoolException
 */
export async function submitSignIn(visit: Visit, credentials: Credentials, trail: Trail): Promise<Next> {
  if (firstForm(visit) === 'username' && credentials.password === '') {
    usernameGiven(credentials, trail)
    return leadTo(visit, { name: 'password', username: credentials.username })
  }
  return afterPassword(visit, await signIn(visit.pool, visit.client, credentials, trail), trail)
}

/** Leads to the page that takes the step. */
export const leadTo = async ({ pool, client }: Visit, step: PageStep): Promise<Next> => ({
  to: 'page',
  continuation: await openStep(pool, client, step),
})

/** Asks whoever has a session for a factor that it lacks. */
export const stepUp = async (visit: Visit, { user, missing }: Answering): Promise<Next> =>
  leadTo(visit, await oneOfStep(visit, user, missing))

/** What follows a right password: what the status of the user asks for, a second factor, or the app. */
export async function afterPassword(visit: Visit, user: User, trail: Trail): Promise<Next> {
  const step = await stepOfStatus(visit, user)
  const isReady = step === undefined
  note(
    trail,
    'login.user-ready',
    isReady,
    isReady ? undefined : `${user.username} has to go through ${step.name} first`,
  )
  return step === undefined ? { to: 'app', user, proofs: ['pwd'] } : leadTo(visit, step)
}

async function stepOfStatus(visit: Visit, user: User): Promise<PageStep | undefined> {
  const { sub, status } = user
  switch (status) {
    case 'UNCONFIRMED': {
      const sent = await sendSignUpCode(visit, user)
      return { name: 'confirm-sign-up', sub, ...(sent && { sent }) }
    }
    case 'RESET_REQUIRED':
      return { name: 'reset-password', sub, sent: await sendRecoveryCode(visit, user) }
    case 'FORCE_CHANGE_PASSWORD':
      return { name: 'new-password', sub }
    default:
      return secondFactorStep(visit, user)
  }
}

/**
 * The user whose step it is. Somebody may have been deleted or disabled since.
 *
 * @throws UserPoolException
 */
export async function userOfStep(
  { pool }: Pick<Visit, 'pool'>,
  { sub }: { readonly sub: string },
  trail: Trail,
) {
  const user = await pool.users.bySub(sub)
  demand(
    trail,
    'step.user-active',
    user?.enabled === true,
    () =>
      new LoginOver(
        'Incorrect username or password.',
        'the user was deleted or disabled since the last page',
      ),
  )
  trail.username = (user as User).username
  return user as User
}

/** Required attributes that the user does not have yet: the new-password page asks for them. */
export const missingAttributes = ({ pool }: Pick<Visit, 'pool'>, user: User): AttributeDefinition[] =>
  requiredAttributes(pool).filter(({ name }) => !user.attributes[name])

/**
 * NEW_PASSWORD_REQUIRED: sets the password and the attributes that were missing; the user is CONFIRMED then.
 *
 * @throws UserPoolException
 */
export async function setNewPassword(
  { pool }: Pick<Visit, 'pool'>,
  user: User,
  { password, repeated, attributes }: { password: string; repeated: string; attributes: Attributes },
  trail: Trail,
): Promise<User> {
  acceptNewPassword(pool, password, repeated, trail)
  const asked = missingAttributes({ pool }, user).map(({ name }) => name)
  const added = Object.fromEntries(Object.entries(attributes).filter(([name]) => asked.includes(name)))
  const problem = attributeProblem(pool, {}, added, asked)
  demand(trail, 'password.attributes', problem === undefined, () => problem as UserPoolException)
  const changed: User = {
    ...user,
    ...newPassword(pool, password),
    attributes: { ...user.attributes, ...added },
    status: 'CONFIRMED',
  }
  await pool.users.put(changed)
  return changed
}
