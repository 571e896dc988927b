// Signing in without a page: the authorize request is judged by the same checks, the session is opened and the
// code issued by the same code, and only the form is left out. AWS has no programmatic access to the hosted
// pages, so this is for test authors alone, and never answers on one of Cognito's paths.
import { authorizationRequest } from './authorize/index.ts'
import type { AuthorizationRequest } from './authorize/request.ts'
import { respond } from './authorize/respond.ts'
import { withFragment, withQuery } from './redirect-uri.ts'
import { CallbackRefusal, PageRefusal } from './refusal.ts'
import { type BrowserSession, openSession } from './sessions.ts'
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

/**
 * Answers an authorize request as if the user had gone through every page of it.
 *
 * @param issuerOf what this login's tokens will say in `iss`
 * @param denies the user turns the request down instead
 * @throws Error in a sentence, if the request would have ended on a page, or the user cannot sign in
 */
export async function answerAs(
  username: string,
  parameters: URLSearchParams,
  world: World,
  { issuerOf, denies }: { issuerOf: (pool: UserPool) => string; denies: boolean },
  trail: Trail,
): Promise<HeadlessAnswer> {
  try {
    const asked = authorizationRequest(parameters, world, trail)
    const user = await ableUser(asked.pool, username, trail)
    if (denies) return { pool: asked.pool, callbackUrl: denial(asked) }
    const session = await openSession(asked.pool, user.sub)
    return {
      pool: asked.pool,
      callbackUrl: await respond(asked, session, issuerOf(asked.pool), trail),
      session,
    }
  } catch (error) {
    if (error instanceof CallbackRefusal)
      return { pool: world.pool(trail.poolId ?? '') as UserPool, callbackUrl: error.location }
    if (error instanceof PageRefusal)
      throw new Error(`the authorize request ends on the error page: ${error.rule}: ${error.message}`)
    throw error
  }
}

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
  return user && openSession(pool, user.sub)
}

const unready = ['UNCONFIRMED', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED']

/** RFC 6749 §4.1.2.1. */
function denial({ redirectUri, state, responseType }: AuthorizationRequest): string {
  const told: [string, string][] = [['error', 'access_denied']]
  if (state !== undefined) told.push(['state', state])
  return (responseType === 'token' ? withFragment : withQuery)(redirectUri, told)
}
