// Asks the pre-token-generation hook of a pool what to change in tokens that are about to be made. AWS calls it while
// the user signs in (so the changes of a login travel with its code), at each refresh and, in version 3, for machines.
import type { MachineAuthorization } from '../claims.ts'
import type { Refusal, TriggerFailure } from '../refusal.ts'
import type { RuleId } from '../rules.ts'
import { note, refused, type Trail } from '../trail.ts'
import type { UserPool } from '../user-pool.ts'
import { type Answer, type Question, readAnswer } from './answer.ts'
import {
  machineEvent,
  type PreTokenGenerationEvent,
  type TokensOfUser,
  type TriggerSource,
  userEvent,
} from './event.ts'
import type { PreTokenGenerationHook } from './hook.ts'
import type { TokenOverrides } from './overrides.ts'

type NamedPool = Pick<UserPool, 'id' | 'region'>

/**
 * What the hook changes in the tokens of a user; `undefined` if nothing.
 *
 * @param refusal how the endpoint tells the app that the hook failed
 * @throws what `refusal` makes of the failure
 */
export function overridesForUser(
  hook: PreTokenGenerationHook,
  pool: NamedPool,
  login: TokensOfUser & { readonly resource: string | undefined },
  source: TriggerSource,
  trail: Trail,
  refusal: (failure: TriggerFailure) => Refusal = (failure) => failure,
): Promise<TokenOverrides | undefined> {
  const audience = login.resource === undefined ? login.client.id : undefined
  const event = userEvent(hook.version, source, pool, login)
  return ask(hook, event, { version: hook.version, audience }, trail, refusal)
}

/**
 * What the hook changes in the token of a machine; `undefined` if nothing. AWS: only version 3 is asked.
 *
 * @throws TriggerFailure
 */
export async function overridesForMachine(
  hook: PreTokenGenerationHook,
  pool: NamedPool,
  { client, scopes }: Pick<MachineAuthorization, 'client' | 'scopes'>,
  clientMetadata: Readonly<Record<string, string>> | undefined,
  trail: Trail,
): Promise<TokenOverrides | undefined> {
  const { version, place } = hook
  const isAsked = version === 'V3_0'
  note(
    trail,
    'hook.machine',
    isAsked,
    isAsked
      ? undefined
      : `the hook ${place} was not asked: it gets events of ${version}, and machines have them in V3_0 only (LambdaVersion)`,
  )
  if (!isAsked) return undefined
  const event = machineEvent(pool, client.id, scopes, clientMetadata)
  return ask(hook, event, { version, audience: client.id }, trail, (failure) => failure)
}

async function ask(
  hook: PreTokenGenerationHook,
  event: PreTokenGenerationEvent,
  question: Question,
  trail: Trail,
  refusal: (failure: TriggerFailure) => Refusal,
): Promise<TokenOverrides | undefined> {
  const { version, place } = hook
  const { triggerSource } = event
  trail.hooks = [...(trail.hooks ?? []), { trigger: 'PreTokenGeneration', triggerSource, version, place }]
  try {
    const answered = await hook.invoke(event)
    note(trail, 'hook.answers', true)
    const answer = readAnswer(answered, question)
    note(trail, 'hook.output', true)
    noteFutile(hook, answer, trail)
    return answer.overrides
  } catch (cause) {
    const failure = cause as TriggerFailure
    const rule = failure.exception === 'InvalidLambdaResponseException' ? 'hook.output' : 'hook.answers'
    const asked = `the pre-token-generation hook ${place}, asked for ${triggerSource} (${version}),`
    throw refused(trail, rule, refusal(failure.after(asked)))
  }
}

/** What Cognito passes over in silence, and a developer looks for in vain. */
function noteFutile({ place, version }: PreTokenGenerationHook, answer: Answer, trail: Trail): void {
  const { reserved, unknownKeys, blankScopes } = answer
  const remark = (rule: RuleId, found: readonly string[], why: string) =>
    note(
      trail,
      rule,
      found.length === 0,
      found.length === 0 ? undefined : `the hook ${place} asked in vain for ${found.join(', ')}: ${why}`,
    )
  remark('hook.reserved-claims', reserved, 'Cognito lets no hook touch these claims')
  remark('hook.response-keys', unknownKeys, `the response to an event of ${version} has no such key`)
  remark(
    'hook.scopes',
    blankScopes.map((scope) => JSON.stringify(scope)),
    'a scope has no blank in it',
  )
}
