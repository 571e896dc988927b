// Back from an identity provider: whose login it is, and what the provider answers. Until the state is proven nothing may
// be redirected, so what is wrong with it is a page; after that the app is told.
import { type AuthorizationRequest, toCallback } from '../authorize/request.ts'
import { howLong, secondsAfter } from '../clock.ts'
import type { Continuation, ProviderStep } from '../continuations.ts'
import { sameText } from '../pkce.ts'
import { PageRefusal } from '../refusal.ts'
import { demand, note, refused, type Trail } from '../trail.ts'
import type { UserPool, World } from '../user-pool.ts'
import { failures, type ProviderAnswer } from './answer.ts'
import type { Claims, IdentityProvider } from './identity-provider.ts'

/** A login that was waiting for the provider's answer. */
export interface Waiting {
  readonly pool: UserPool
  readonly provider: IdentityProvider
  /** The authorize parameters of the app, as they came. */
  readonly parameters: URLSearchParams
}

type AtProvider = Continuation<Extract<ProviderStep, { name: 'at-provider' }>>

const invalidState = (reason: string) => new PageRefusal('Invalid State', reason)

/**
 * The login that a state belongs to. It is taken: the state is good for nothing afterwards.
 *
 * @param binding how the answer came: SAML providers post it, the others redirect
 * @param csrfStates the cookies that were set on the way out, as far as the browser kept them
 * @throws PageRefusal
 */
export async function takeWaiting(
  world: Pick<World, 'pools'>,
  state: string,
  binding: 'redirect' | 'post',
  csrfStates: readonly string[],
  trail: Trail,
): Promise<Waiting> {
  const found = await findWaiting(world, state, binding)
  demand(trail, 'federation.state', found !== undefined, () =>
    invalidState(
      state === ''
        ? 'the answer of the provider has no state'
        : 'no login is waiting for an answer with this state: it is made up, or came back already',
    ),
  )
  const { pool, provider, at } = found
  trail.poolId = pool.id
  trail.clientId = at.clientId
  demand(
    trail,
    'federation.cookie',
    csrfStates.some((cookie) => sameText(cookie, at.step.csrf)),
    () =>
      invalidState(
        csrfStates.length === 0
          ? 'the browser brought no csrf-state cookie: it is not the one that was sent to the provider'
          : 'the csrf-state cookie is that of another login: of several at once the last one counts',
      ),
  )
  const now = pool.clock.now()
  demand(trail, 'federation.lifetime', now < at.expiresAt, () =>
    invalidState(`the browser was at the provider for too long, ${howLong(at.expiresAt, now)}`),
  )
  if (!(await pool.continuations.close(at.id)))
    throw refused(trail, 'federation.state', invalidState('another request has brought this state already'))
  return { pool, provider, parameters: new URLSearchParams(at.step.query) }
}

async function findWaiting({ pools }: Pick<World, 'pools'>, state: string, binding: 'redirect' | 'post') {
  for (const pool of pools) {
    const at = await pool.continuations.find(state)
    if (at?.step.name !== 'at-provider') continue
    const provider = pool.identityProviders.get(at.step.provider) as IdentityProvider
    if ((provider.type === 'SAML') === (binding === 'post')) return { pool, provider, at: at as AtProvider }
  }
  return undefined
}

/** Keeps what the stand-in was told, until Cognito's side asks for it. @returns the key: a code, or an assertion */
export async function keepAnswer(
  { continuations, ids, clock }: Pick<UserPool, 'continuations' | 'ids' | 'clock'>,
  { name, clientId = name }: IdentityProvider,
  answer: ProviderAnswer,
): Promise<string> {
  const id = ids.opaque()
  const expiresAt = secondsAfter(clock.now(), answerSeconds)
  await continuations.open({
    id,
    clientId,
    step: { name: 'provider-answered', provider: name, answer },
    expiresAt,
  })
  return id
}

const answerSeconds = 60

/**
 * What the provider says of the person, once.
 *
 * @param key the code, or the assertion
 * @throws CallbackRefusal if it says something else, or nothing that it ever said
 */
export async function redeemAnswer(
  asked: AuthorizationRequest,
  provider: IdentityProvider,
  key: string,
  trail: Trail,
): Promise<Claims> {
  const answer = await takeAnswer(asked.pool, provider, key)
  demand(trail, 'federation.code', answer !== undefined, () => {
    const reason = `what came back is no code or assertion of ${provider.name}, or was used already`
    return toCallback(asked, 'server_error', 'Exception processing authorization code', reason)
  })
  return claimsIn(answer, asked, provider, trail)
}

async function takeAnswer(
  { continuations, clock }: Pick<UserPool, 'continuations' | 'clock'>,
  { name }: IdentityProvider,
  key: string,
): Promise<ProviderAnswer | undefined> {
  const found = await continuations.find(key)
  if (found?.step.name !== 'provider-answered' || found.step.provider !== name) return undefined
  const isLive = clock.now() < found.expiresAt
  return isLive && (await continuations.close(key)) ? found.step.answer : undefined
}

function claimsIn(
  answer: ProviderAnswer,
  asked: AuthorizationRequest,
  provider: IdentityProvider,
  trail: Trail,
): Claims {
  if ('error' in answer) throw turnedAway(asked, provider, answer, trail)
  if ('claims' in answer) {
    note(trail, 'federation.back-channel', true)
    return answer.claims
  }
  const told = failures[answer.failure].told(provider)
  const reason = `the stand-in for ${provider.name} was told to fail: ${answer.failure}`
  throw refused(trail, 'federation.back-channel', toCallback(asked, 'invalid_request', told, reason))
}

const longestError = 500

/** The provider sends the user back with an error of its own; the app gets it as it is. */
export function turnedAway(
  asked: AuthorizationRequest,
  { name }: IdentityProvider,
  { error, description }: { readonly error: string; readonly description?: string | undefined },
  trail: Trail,
): Error {
  const told = description?.slice(0, longestError)
  const reason = `${name} answers ${error.slice(0, longestError)}${told === undefined ? '' : `: ${told}`}`
  return refused(trail, 'federation.answer', toCallback(asked, error.slice(0, longestError), told, reason))
}
