// mocknito exec -- <command>: the command runs with the environment of a mock that is there for as long as it runs, and
// its exit code is ours.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { EnvironmentNames } from '../handle/environment.ts'
import { environmentNames } from '../handle/environment.ts'
import type { StartedMocknito } from '../start.ts'

/** Everything under which an app, an SDK or a test finds the mock, in all names at once unless told. */
export function environmentOf(
  { url, pool, controlToken }: Pick<StartedMocknito, 'url' | 'pool' | 'controlToken'>,
  names?: EnvironmentNames,
  env = pool.env,
): Record<string, string> {
  const wanted = names === undefined ? environmentNames : [names]
  return {
    ...Object.assign({}, ...wanted.map((each) => env(each))),
    MOCKNITO_URL: url,
    ...(controlToken !== undefined && { MOCKNITO_CONTROL_TOKEN: controlToken }),
  }
}

/**
 * Runs the command to its end.
 *
 * @param onSignal registers what is to be done when we are asked to end: the command is told, and decides
 * @returns its exit code, 128 and the number of the signal that ended it, or 127 if it could not be started
 */
export function runCommand(
  [program = '', ...words]: readonly string[],
  env: NodeJS.ProcessEnv,
  onSignal: (signal: 'SIGINT' | 'SIGTERM', tell: () => void) => void,
  complain: (sentence: string) => void,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { env, stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) onSignal(signal, () => child.kill(signal))
    child.once('error', ({ message }) => {
      complain(`the command could not be started: ${message}`)
      resolve(127)
    })
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals]))
  })
}
