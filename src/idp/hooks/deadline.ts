// AWS: a function that Cognito calls has five seconds. The machine's clock measures them, not the pool's.
import { notInvoked } from '../domain/pre-token-generation/hook.ts'
import { clearTimeout, setTimeout } from '../machine-timers.ts'

export const functionMilliseconds = 5000

/**
 * What the work comes to, if it does within the time.
 *
 * @param work gets a signal that is raised when nobody waits any longer
 * @throws TriggerFailure UnexpectedLambdaException, in Cognito's words for a timeout
 */
export async function withinDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  milliseconds = functionMilliseconds,
): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        notInvoked(
          'Socket timeout while invoking Lambda function',
          `did not answer within ${milliseconds / 1000} s`,
        ),
      )
      controller.abort()
    }, milliseconds)
  })
  try {
    return await Promise.race([work(controller.signal), deadline])
  } finally {
    clearTimeout(timer)
  }
}
