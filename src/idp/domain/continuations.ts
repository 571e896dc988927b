// What one page of a login leaves for the next: who got how far, kept here and named to the browser by a cookie
// that lives no longer (AWS: AuthSessionValidity; managed login: five minutes). A step that has been taken is gone.
import type { Client } from './client.ts'
import { howLong, type Instant, millisecondsBefore, secondsAfter } from './clock.ts'
import type { ContactAttribute, Delivery } from './delivery.ts'
import type { ProviderAnswer } from './federation/answer.ts'
import type { Kept } from './kept.ts'
import { note, refused, type Trail } from './trail.ts'
import type { Factor } from './user.ts'
import type { UserPool } from './user-pool.ts'
import { UserPoolException } from './user-pool-exception.ts'

/** The page that comes next, and what it has to know. */
export type PageStep =
  /** Managed login, after the name. */
  | { readonly name: 'password'; readonly username: string }
  /** Nothing is sent where the pool verifies nothing. */
  | { readonly name: 'confirm-sign-up'; readonly sub: string; readonly sent?: Delivery }
  | {
      readonly name: 'reset-password'
      readonly sub: string
      readonly sent: Delivery
    }
  | { readonly name: 'new-password'; readonly sub: string }
  | { readonly name: 'choose-factor'; readonly sub: string; readonly factors: readonly Factor[] }
  | { readonly name: 'software-token'; readonly sub: string }
  | { readonly name: 'code'; readonly sub: string; readonly factor: 'sms' | 'email'; readonly sent: Delivery }
  | { readonly name: 'choose-setup'; readonly sub: string; readonly factors: readonly Factor[] }
  | { readonly name: 'set-up-software-token'; readonly sub: string; readonly secret: string }
  | { readonly name: 'set-up-contact'; readonly sub: string; readonly attribute: ContactAttribute }
  | {
      readonly name: 'prove-contact'
      readonly sub: string
      readonly attribute: ContactAttribute
      readonly destination: string
      readonly sent: Delivery
    }

/** A step that no page of ours takes: the browser is at an identity provider, or comes back from it (federation/). */
export type ProviderStep =
  | {
      readonly name: 'at-provider'
      readonly provider: string
      /** What the browser got in the csrf-state cookie. */
      readonly csrf: string
      /** The authorize parameters of the app, as they came. */
      readonly query: string
    }
  | {
      readonly name: 'at-sign-out'
      readonly provider: string
      /** The ID of the SAML request that went there. */
      readonly requestId: string
      /** Where the browser goes in the end. */
      readonly target: string
    }
  | { readonly name: 'provider-answered'; readonly provider: string; readonly answer: ProviderAnswer }

export type Step = PageStep | ProviderStep

export type StepName = PageStep['name']

/** A login that cannot go on: the browser is back at the sign-in page, which says why. */
export class LoginOver extends UserPoolException {
  constructor(text: string, reason: string) {
    super('NotAuthorizedException', text, reason)
  }
}

export interface Continuation<S extends Step = Step> {
  readonly id: string
  readonly clientId: string
  readonly step: S
  readonly expiresAt: Instant
}

export interface Continuations extends Kept<Continuation> {
  open(continuation: Continuation): Promise<void>
  /** As it was opened, expired or not; whoever asks judges it by the clock. */
  find(id: string): Promise<Continuation | undefined>
  /** Ends it, at most once and atomically: of two parallel calls one gets `true`. */
  close(id: string): Promise<boolean>
}

/** The same step, begun that much earlier. */
export const agedContinuation = (continuation: Continuation, byMilliseconds: number): Continuation => ({
  ...continuation,
  expiresAt: millisecondsBefore(continuation.expiresAt, byMilliseconds),
})

/** DOC: managed login gives up after five minutes. GUESS: so does either look while the browser is at a provider. */
const managedSeconds = 5 * 60

const lifeSeconds = (look: UserPool['look'], { authSessionSeconds }: Client, step: Step): number => {
  if (step.name === 'confirm-sign-up') return 24 * 3600
  if (step.name === 'reset-password') return 3600
  const isAway = step.name === 'at-provider' || step.name === 'at-sign-out'
  return look === 'managed' || isAway ? managedSeconds : authSessionSeconds
}

/** Keeps a step for the browser that is to take it. */
export async function openStep<S extends Step>(
  { continuations, ids, clock, look }: Pick<UserPool, 'continuations' | 'ids' | 'clock' | 'look'>,
  client: Client,
  step: S,
): Promise<Continuation<S>> {
  const expiresAt = secondsAfter(clock.now(), lifeSeconds(look, client, step))
  const continuation = { id: ids.opaque(), clientId: client.id, step, expiresAt }
  await continuations.open(continuation)
  return continuation
}

type NamedStep<Name extends StepName> = Extract<Step, { readonly name: Name }>

/**
 * The step that the browser is at.
 *
 * @param names the steps that the page can take
 * @throws UserPoolException if it is at none of them, or has been for too long
 */
export async function currentStep<Name extends StepName>(
  pool: Pick<UserPool, 'continuations' | 'clock' | 'look'>,
  client: Pick<Client, 'id'>,
  id: string | undefined,
  names: readonly Name[],
  trail: Trail,
): Promise<Continuation & { readonly step: NamedStep<Name> }> {
  const found = id === undefined ? undefined : await pool.continuations.find(id)
  const now = pool.clock.now()
  const reason =
    found === undefined || found.clientId !== client.id
      ? 'the browser is in the middle of no login: its page-data cookie names none'
      : !(names as readonly string[]).includes(found.step.name)
        ? `the browser is at another step of its login, ${found.step.name}`
        : now >= found.expiresAt
          ? `the login was left alone and ended ${howLong(found.expiresAt, now)} ago`
          : undefined
  if (reason !== undefined) throw refused(trail, 'step.live', sessionIsOver(pool, reason))
  note(trail, 'step.live', true)
  return found as Continuation & { readonly step: NamedStep<Name> }
}

/** Ends a step that has been taken. @throws UserPoolException if another request was faster */
export async function closeStep(pool: UserPool, { id }: Continuation, trail: Trail): Promise<void> {
  if (await pool.continuations.close(id)) return note(trail, 'step.single-use', true)
  const reason = 'another request has taken this step of the login already'
  const text = 'Invalid session for the user, session can only be used once.'
  throw refused(trail, 'step.single-use', new LoginOver(text, reason))
}

const sessionIsOver = ({ look }: Pick<UserPool, 'look'>, reason: string) =>
  new LoginOver(
    look === 'managed' ? 'Something went wrong' : 'Invalid session for the user, session is expired.',
    reason,
  )
