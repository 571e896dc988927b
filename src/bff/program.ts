// What main.ts does, without being tied to the one process there is: so it can be tested, and another
// program can run it. Standard output carries the URL, standard error the log.
import { ConfigError } from './config.ts'
import { startBff } from './start.ts'

/** The part of a process that the program needs; `process` itself is one. */
export type Surroundings = Pick<NodeJS.Process, 'env' | 'stdout' | 'stderr' | 'once'>

/**
 * Runs the BFF until SIGINT or SIGTERM.
 *
 * @returns the exit code so far: 0 once it listens, 1 if it cannot start and has said why.
 * @example
 * process.exitCode = await runBff(process)
 */
export async function runBff(surroundings: Surroundings): Promise<0 | 1> {
  const { env, stdout, stderr } = surroundings
  try {
    const bff = await startBff(env, { log: stderr })
    stdout.write(`${bff.url}\n`)
    for (const signal of ['SIGINT', 'SIGTERM']) surroundings.once(signal, bff.close)
    return 0
  } catch (error) {
    stderr.write(`${whyNot(error as NodeJS.ErrnoException)}\n`)
    return 1
  }
}

function whyNot(error: NodeJS.ErrnoException): string {
  if (error instanceof ConfigError) return error.message
  if (error.code === 'EADDRINUSE')
    return 'The port of the BFF is already in use: set BFF_PORT to another one.'
  return `The BFF cannot start: ${error.message}`
}
