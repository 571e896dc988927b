// A function behind a URL: the event is posted as JSON, the answer is the event. That is what a web hook of one's own
// does, and just as well the Lambda runtime interface emulator, sam local, serverless-offline or LocalStack under
// /2015-03-31/functions/<name>/invocations, which say X-Amz-Function-Error, or an errorMessage, when a function fails.
import type { PreTokenGenerationEvent } from '../domain/pre-token-generation/event.ts'
import { failedWith, notInvoked, unrecognizable } from '../domain/pre-token-generation/hook.ts'

/**
 * @throws TriggerFailure of each of the three kinds
 */
export async function callUrl(
  url: string,
  event: PreTokenGenerationEvent,
  signal: AbortSignal,
): Promise<unknown> {
  let answer: Response
  let body: string
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      redirect: 'manual',
      signal,
    })
    body = await answer.text()
  } catch (cause) {
    const { message } = ((cause as Error).cause ?? cause) as Error
    throw notInvoked('Connection refused', `cannot be reached: ${message}`)
  }
  if (!answer.ok)
    throw notInvoked(`Status ${answer.status}`, `answered with status ${answer.status}: ${beginning(body)}`)
  const parsed = parse(body)
  const errorMessage = functionError(parsed, answer.headers)
  if (errorMessage !== undefined) throw failedWith(errorMessage, `failed with ${errorMessage}`)
  return parsed
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw unrecognizable(`answered with something that is no JSON: ${beginning(body)}`)
  }
}

/** What a Lambda runtime reports of a function that failed; it does so with status 200. */
function functionError(answer: unknown, headers: Headers): string | undefined {
  const { errorMessage, response } = (answer ?? {}) as { errorMessage?: unknown; response?: unknown }
  if (typeof errorMessage === 'string' && response === undefined) return errorMessage
  return headers.get('x-amz-function-error') ?? undefined
}

const beginning = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text || 'no body')
