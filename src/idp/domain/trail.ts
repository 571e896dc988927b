// What was checked on the way through one exchange, and how each check ended. Everything that can refuse a
// request goes through `demand`, so a refusal always names its rule, and the trail shows what held before it.
import type { Refusal } from './refusal.ts'
import type { RuleId } from './rules.ts'

/** How one rule was judged. `reason` says what was expected and what came; it never holds a secret. */
export interface Verdict {
  readonly rule: RuleId
  readonly holds: boolean
  readonly reason?: string
}

/** That a function was asked, standing in for a Lambda trigger. What it was told and answered is not kept. */
export interface HookCall {
  /** The key of AWS's LambdaConfig. */
  readonly trigger: 'PreTokenGeneration'
  readonly triggerSource: string
  /** `LambdaVersion` of the event. */
  readonly version: string
  /** Where the function is. */
  readonly place: string
}

/** The verdicts of one exchange, in the order of the checks, and what the checks learned about it. */
export interface Trail {
  readonly verdicts: Verdict[]
  clientId?: string
  poolId?: string
  username?: string
  hooks?: readonly HookCall[]
}

/**
 * Lets the exchange go on if the rule holds, and refuses it otherwise.
 *
 * @param otherwise makes the refusal; called only if the rule does not hold
 * @throws the refusal, marked with the rule
 * @example
 * demand(trail, 'code.lifetime', now < code.expiresAt, () => invalidGrant('the code has expired'))
 */
export function demand(trail: Trail, rule: RuleId, holds: boolean, otherwise: () => Refusal): asserts holds {
  if (!holds) throw refused(trail, rule, otherwise())
  trail.verdicts.push({ rule, holds: true })
}

/**
 * Notes that a rule did not hold, and marks the refusal with it. For a check that learns more than yes or no.
 */
export function refused<R extends Refusal>(trail: Trail, rule: RuleId, refusal: R): R {
  refusal.rule = rule
  trail.verdicts.push({ rule, holds: false, reason: refusal.message })
  return refusal
}

/** Notes a verdict that stops nothing: the page is shown again, or a page is shown at all. */
export function note(trail: Trail, rule: RuleId, holds: boolean, reason?: string): void {
  trail.verdicts.push(reason === undefined ? { rule, holds } : { rule, holds, reason })
}
