// Calls a handler as Lambda's Node.js runtime does: with an event, a context and a callback. It answers with a promise,
// with the callback, or with the context's done, succeed and fail. A handler that does none of this answers null, as in
// Lambda: what a function returns that is not async is lost there.
import { randomUUID } from 'node:crypto'
import { isNativeError } from 'node:util/types'
import type { PreTokenGenerationEvent } from '../domain/pre-token-generation/event.ts'
import { failedWith } from '../domain/pre-token-generation/hook.ts'
import type { TriggerFailure } from '../domain/refusal.ts'
import { functionMilliseconds } from './deadline.ts'

/**
 * A Lambda handler, of whatever types its author gave it.
 *
 * @example
 * const addTenant: LambdaHandler = async (event) => {
 *   event.response = { claimsOverrideDetails: { claimsToAddOrOverride: { tenant: 'acme' } } }
 *   return event
 * }
 */
// biome-ignore lint/suspicious/noExplicitAny: handlers declare event types of their own, which no other type fits
export type LambdaHandler = (event: any, context: any, callback: any) => unknown

/**
 * @throws TriggerFailure UserLambdaValidationException, with the handler's own message
 */
export async function callHandler(handler: LambdaHandler, event: PreTokenGenerationEvent): Promise<unknown> {
  try {
    const answer = await settled(handler, event)
    return JSON.parse(JSON.stringify(answer) ?? 'null')
  } catch (thrown) {
    throw failure(thrown)
  }
}

function settled(handler: LambdaHandler, event: PreTokenGenerationEvent): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (error: unknown, answer?: unknown) => {
      if (error === undefined || error === null) resolve(answer)
      else reject(error)
    }
    const returned = handler(event, contextOf(event, done), done)
    if (isThenable(returned)) resolve(returned)
    else if (!mayCallBack(handler, returned)) resolve(null)
  })
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'

/** With a callback, or with a context and nothing returned: then there may be an answer yet. */
const mayCallBack = ({ length }: LambdaHandler, returned: unknown): boolean =>
  length > 2 || (length === 2 && returned === undefined)

const functionName = 'pre-token-generation'

/** The context of a Lambda invocation, as far as one has a meaning here. */
function contextOf(
  { region }: PreTokenGenerationEvent,
  done: (error: unknown, answer?: unknown) => void,
): object {
  const begun = performance.now()
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:000000000000:function:${functionName}`,
    memoryLimitInMB: '128',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'mocknito',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, functionMilliseconds - (performance.now() - begun)),
    done,
    succeed: (answer: unknown) => done(null, answer),
    fail: (error: unknown) => done(error ?? 'handled'),
  }
}

/** The message that Lambda reports, and for the log where in the code it was. */
function failure(thrown: unknown): TriggerFailure {
  if (!isNativeError(thrown)) return failedWith(text(thrown), `failed with ${text(thrown)}`)
  const { name, message, stack } = thrown
  const place = /^ +at (.*)$/m.exec(text(stack))?.[1]
  const where = place === undefined ? '' : ` (at ${place})`
  return failedWith(text(message), `threw ${text(name)}: ${text(message)}${where}`)
}

function text(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return typeof thrown
  }
}
