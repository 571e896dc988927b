// Whether the browser's session answers an authorize request, or the user has to come to the page. `prompt`
// is managed login's (the classic pages never look at it); `max_age` holds for both.
import { amrOf, askedLevels, missingFactors } from '../authentication.ts'
import { epochSeconds } from '../clock.ts'
import { subjectAt } from '../federation/identities.ts'
import { withFragment, withQuery } from '../redirect-uri.ts'
import { CallbackRefusal } from '../refusal.ts'
import { type BrowserSession, liveSession } from '../sessions.ts'
import { note, refused, type Trail } from '../trail.ts'
import type { Factor, User } from '../user.ts'
import { askedProvider } from './identity-provider.ts'
import { type AuthorizationRequest, given } from './request.ts'

/**
 * The session that signs the user in without a page, if there is one and the request accepts it.
 *
 * @throws CallbackRefusal login_required, if the request accepts no page either
 */
export async function sessionThatAnswers(
  request: AuthorizationRequest,
  sessionId: string | undefined,
  trail: Trail,
): Promise<Answering | undefined> {
  const prompts = promptsOf(request)
  const session = prompts.includes('login') ? undefined : await fittingSession(request, sessionId, trail)
  const answering = session && (await atLevel(request, session, trail))
  if (!prompts.includes('none')) return answering
  if (answering === undefined || answering.missing.length > 0)
    throw refused(trail, 'authorize.prompt-none', loginRequired(request))
  note(trail, 'authorize.prompt-none', true)
  return answering
}

/** A session that answers a request, once its user has shown one of the missing factors; if there are any. */
export interface Answering {
  readonly session: BrowserSession
  readonly user: User
  readonly missing: readonly Factor[]
}

/** DOC: whoever has not come to the level that `acr_values` asks for is asked for what is missing, and no more. */
async function atLevel(
  { pool, parameters }: AuthorizationRequest,
  session: BrowserSession,
  trail: Trail,
): Promise<Answering> {
  const user = (await pool.users.bySub(session.sub)) as User
  const levels = askedLevels(pool, parameters)
  const { proofs = [] } = session
  const missing = missingFactors(pool, user, proofs, levels)
  if (levels.length > 0) {
    const reason = `the session was opened with ${amrOf(proofs).join(', ')}; acr_values asks for one of ${missing.join(', ')}`
    note(trail, 'session.level', missing.length === 0, missing.length === 0 ? undefined : reason)
  }
  return { session, user, missing }
}

/** A recent session; where the request names another provider, one of somebody who came from there. */
async function fittingSession(
  request: AuthorizationRequest,
  sessionId: string | undefined,
  trail: Trail,
): Promise<BrowserSession | undefined> {
  const session = await recentSession(request, sessionId, trail)
  const provider = askedProvider(request)
  if (session === undefined || provider === undefined) return session
  const user = (await request.pool.users.bySub(session.sub)) as User
  const fits = subjectAt(provider, user) !== undefined
  const reason = `the session is that of ${user.username}, and identity_provider asks for ${provider.name}`
  note(trail, 'session.provider', fits, fits ? undefined : reason)
  return fits ? session : undefined
}

/** A live session whose password is not older than `max_age` allows (OpenID Connect Core §3.1.2.1). */
export async function recentSession(
  { pool, parameters }: AuthorizationRequest,
  sessionId: string | undefined,
  trail: Trail,
): Promise<BrowserSession | undefined> {
  const session = await liveSession(pool, sessionId, trail)
  const maxAgeSeconds = Number(
    /^\d+$/.exec(given(parameters, 'max_age') ?? '')?.[0] ?? Number.POSITIVE_INFINITY,
  )
  if (session === undefined || maxAgeSeconds === Number.POSITIVE_INFINITY) return session
  const ageSeconds = epochSeconds(pool.clock.now()) - epochSeconds(session.authTime)
  const isRecent = ageSeconds <= maxAgeSeconds
  const reason = `the user authenticated ${ageSeconds} s ago, and max_age is ${maxAgeSeconds}`
  note(trail, 'session.max-age', isRecent, isRecent ? undefined : reason)
  return isRecent ? session : undefined
}

/** The values of `prompt`; none on the classic pages, which do not know the parameter. */
export const promptsOf = ({ pool, parameters }: AuthorizationRequest): string[] =>
  pool.look === 'managed' ? (given(parameters, 'prompt') ?? '').split(' ') : []

/** AWS documents `error` first here, then `state`. */
function loginRequired({ redirectUri, state, responseType }: AuthorizationRequest): CallbackRefusal {
  const told: [string, string][] = [['error', 'login_required']]
  if (state !== undefined) told.push(['state', state])
  const place = responseType === 'token' ? withFragment : withQuery
  const reason = 'prompt is none, and the browser has no session that would do'
  return new CallbackRefusal(place(redirectUri, told), 'login_required', undefined, reason)
}
