// The port through which the domain asks whatever stands in for a Lambda function, and the three ways in which that
// can fail at AWS. The adapters (src/idp/hooks) import modules and speak HTTP; here is only what they promise.
import { TriggerFailure } from '../refusal.ts'
import type { LambdaVersion, PreTokenGenerationEvent } from './event.ts'

export interface PreTokenGenerationHook {
  readonly version: LambdaVersion
  /** Where the function is, as its owner would look for it: a file, a URL. For the log. */
  readonly place: string
  /**
   * Hands the event over and resolves with whatever the function answers, as JSON.
   *
   * @throws TriggerFailure if there is no answer
   */
  invoke(event: PreTokenGenerationEvent): Promise<unknown>
}

/** The hooks of a pool, by trigger. */
export interface Hooks {
  preTokenGeneration: PreTokenGenerationHook | undefined
}

/**
 * The function ended with an error of its own (observed text).
 *
 * @param message the function's own message, which Cognito passes on
 * @param reason continues “the hook …”
 */
export const failedWith = (message: string, reason: string): TriggerFailure =>
  new TriggerFailure(
    'UserLambdaValidationException',
    `PreTokenGeneration failed with error ${message}.`,
    reason,
  )

/**
 * The function could not be asked, or did not answer in time (observed text, of other triggers).
 *
 * @param cause what Cognito says of it
 * @param reason continues “the hook …”
 */
export const notInvoked = (cause: string, reason: string): TriggerFailure =>
  new TriggerFailure(
    'UnexpectedLambdaException',
    `PreTokenGeneration invocation failed due to error ${cause}.`,
    reason,
  )

/**
 * The function answered with something that is no answer to its event (observed text).
 *
 * @param reason continues “the hook …”
 */
export const unrecognizable = (reason: string): TriggerFailure =>
  new TriggerFailure('InvalidLambdaResponseException', 'Unrecognizable lambda output', reason)
