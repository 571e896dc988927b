// Signing in without a page: the authorize request is judged by the same checks, the session is opened and the
// code issued by the same code, and only the form is left out. AWS has no programmatic access to the hosted
// pages, so this is for test authors alone, and never answers on one of Cognito's paths.
import { proofsOfLogin } from './authentication.ts'
import { authorizationRequest } from './authorize/index.ts'
import type { AuthorizationRequest } from './authorize/request.ts'
import { respond } from './authorize/respond.ts'
import { federatedUser, withFederatedNonce } from './federation/federated-user.ts'
import { subjectAt } from './federation/identities.ts'
import { type Claims, hasLocalUsers, providersFor } from './federation/identity-provider.ts'
import { withFragment, withQuery } from './redirect-uri.ts'
import { CallbackRefusal, PageRefusal } from './refusal.ts'
import type { RuleId } from './rules.ts'
import { type BrowserSession, openSession, type SignedInHow } from './sessions.ts'
import { note, type Trail } from './trail.ts'
import type { User } from './user.ts'
import type { UserPool, World } from './user-pool.ts'

/** What an authorize request led to. */
export interface HeadlessAnswer {
  readonly pool: UserPool
  /** Where the browser would go: the callback, with a code, with tokens or with an error. */
  readonly callbackUrl: string
  /** The session that was opened; none if the answer is an error. */
  readonly session?: BrowserSession
}

/** Who signs in: a user of the pool, or somebody whom a provider of the client sends with these claims. */
export type HeadlessPerson =
  | { readonly user: string }
  | { readonly provider: string; readonly claims: Claims }

/**
 * Answers an authorize request as if the person had gone through every page of it.
 *
 * @param issuerOf what this login's tokens will say in `iss`
 * @param denies the user turns the request down instead
 * @throws Error in a sentence, if the request would have ended on a page, or the user cannot sign in
 */
export async function answerAs(
  person: HeadlessPerson,
  parameters: URLSearchParams,
  world: World,
  { issuerOf, denies }: { issuerOf: (pool: UserPool) => string; denies: boolean },
  trail: Trail,
): Promise<HeadlessAnswer> {
  try {
    const asked = authorizationRequest(parameters, world, trail)
    const user = await userWho(person, asked, trail)
    if (denies) return { pool: asked.pool, callbackUrl: denial(asked) }
    const how: SignedInHow =
      'provider' in person
        ? { proofs: ['fed'], provider: person.provider }
        : { proofs: proofsOfLogin(asked.pool, user) }
    const session = await openSession(asked.pool, user.sub, how)
    return {
      pool: asked.pool,
      callbackUrl: await respond(asWhoever(user, asked), session, issuerOf(asked.pool), trail),
      session,
    }
  } catch (error) {
    if (error instanceof CallbackRefusal)
      return { pool: world.pool(trail.poolId as string) as UserPool, callbackUrl: error.location }
    if (error instanceof PageRefusal)
      throw new Error(`the authorize request ends on the error page: ${error.rule}: ${error.message}`)
    throw error
  }
}

/**
 * The user whom the person is, if the client lets people in who come from there.
 *
 * @throws CallbackRefusal as a federated login would
 */
async function userWho(person: HeadlessPerson, asked: AuthorizationRequest, trail: Trail): Promise<User> {
  const { pool, client } = asked
  const providers = providersFor(pool, client)
  const refuse = (rule: RuleId, reason: string): never => {
    note(trail, rule, false, reason)
    throw new Error(reason)
  }
  const had = `client ${client.name} has ${client.identityProviders.join(', ')}`
  if ('provider' in person) {
    const provider = providers.find(({ name }) => name === person.provider)
    return provider === undefined
      ? refuse('authorize.identity-provider', `${person.provider} is not there: ${had}`)
      : federatedUser(asked, provider, person.claims, trail)
  }
  const user = await ableUser(pool, person.user, trail)
  const isFederated = user.status === 'EXTERNAL_PROVIDER'
  const isLetIn = isFederated
    ? providers.some((provider) => subjectAt(provider, user) !== undefined)
    : hasLocalUsers(client)
  if (isLetIn) return user
  const from = isFederated ? 'from a provider that the client does not have' : 'with a password'
  return refuse('login.local-users', `${user.username} signs in ${from}: ${had}`)
}

const asWhoever = (user: User, asked: AuthorizationRequest): AuthorizationRequest =>
  user.status === 'EXTERNAL_PROVIDER' ? withFederatedNonce(asked) : asked

/**
 * The user, if nothing but proofs (a password, a code) stands between them and a login.
 *
 * @throws Error in a sentence
 */
export async function ableUser(
  { id, users }: Pick<UserPool, 'id' | 'users'>,
  username: string,
  trail: Trail,
): Promise<User> {
  const user = await users.find(username)
  const obstacle =
    user === undefined
      ? (['login.user-known', `pool ${id} has no user ${username}`] as const)
      : !user.enabled
        ? (['login.user-enabled', `${username} is disabled`] as const)
        : unready.includes(user.status)
          ? ([
              'login.user-ready',
              `${username} is ${user.status}, and would have to go through a page first`,
            ] as const)
          : undefined
  if (obstacle !== undefined) {
    note(trail, obstacle[0], false, obstacle[1])
    throw new Error(obstacle[1])
  }
  trail.username = (user as User).username
  return user as User
}

/**
 * The session of whoever is to sign in without typing (see auto-sign-in.ts), if there is somebody and they can: the
 * page is shown otherwise.
 */
export async function signInUnasked(
  { pool, client }: Pick<AuthorizationRequest, 'pool' | 'client'>,
  trail: Trail,
): Promise<BrowserSession | undefined> {
  const username = pool.autoSignIns.take(client.id)
  const user =
    username === undefined ? undefined : await ableUser(pool, username, trail).catch(() => undefined)
  return user && openSession(pool, user.sub, { proofs: proofsOfLogin(pool, user) })
}

const unready = ['UNCONFIRMED', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED']

/** RFC 6749 §4.1.2.1. */
function denial({ redirectUri, state, responseType }: AuthorizationRequest): string {
  const told: [string, string][] = [['error', 'access_denied']]
  if (state !== undefined) told.push(['state', state])
  return (responseType === 'token' ? withFragment : withQuery)(redirectUri, told)
}
