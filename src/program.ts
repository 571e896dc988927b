// What the binary does, without being tied to the one process there is, so that a test can run it. It owns
// arguments, streams, signals and exit codes. Standard output carries only what a script wants.
import { banner } from './banner.ts'
import { help, type RunCommand, readCommandLine, UsageError } from './command-line.ts'
import { type StartedMocknito, type StartOptions, startMocknito } from './start.ts'
import { version } from './version.ts'

/** The part of a process that the program needs; `process` itself is one. */
export type Surroundings = Pick<NodeJS.Process, 'argv' | 'env' | 'stdout' | 'stderr' | 'once'>

/**
 * Runs mocknito until SIGINT or SIGTERM.
 *
 * @returns the exit code so far: 0 once it listens, 1 if nothing could be started, 2 if the words made no
 *   sense
 * @example
 * process.exitCode = await runMocknito(process)
 */
export async function runMocknito(surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { argv, stdout, stderr } = surroundings
  try {
    const command = readCommandLine(argv.slice(2))
    if (command.name === 'help') stdout.write(help)
    else if (command.name === 'version') stdout.write(`${version}\n`)
    else await serve(command, surroundings)
    return 0
  } catch (error) {
    stderr.write(`mocknito: ${whyNot(error as NodeJS.ErrnoException)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

async function serve(command: RunCommand, surroundings: Surroundings): Promise<void> {
  const { mock: settings, json, quiet } = command
  const { stdout, stderr } = surroundings
  const log = quiet ? () => {} : (line: string) => void stderr.write(`${line}\n`)
  const { mock, bffUrl, close } = await start(command, log, surroundings)

  stderr.write(banner(mock, { version, bffUrl, isDemoWorld: settings.fixture === undefined }))
  if (json) stdout.write(`${JSON.stringify({ url: mock.url, issuer: mock.pool.issuer, bffUrl })}\n`)

  // Once only: a second signal finds no handler, and ends the process there and then.
  for (const signal of ['SIGINT', 'SIGTERM']) surroundings.once(signal, close)
}

interface Started {
  readonly mock: StartedMocknito
  readonly bffUrl?: string
  readonly close: () => Promise<void>
}

async function start(
  { name, mock: settings, bffPort }: RunCommand,
  log: (line: string) => void,
  { env }: Surroundings,
): Promise<Started> {
  const options: StartOptions = { ...settings, log }
  if (name === 'mock') {
    const mock = await startMocknito(options)
    return { mock, close: mock.close }
  }
  const { startDemo } = await import('./demo.ts')
  const { mock, bff, close } = await startDemo({ ...options, bffPort, environment: env })
  return { mock, bffUrl: bff.url, close }
}

function whyNot(error: NodeJS.ErrnoException & { port?: number }): string {
  const { code, port, message } = error
  if (error instanceof UsageError) return `${message}; mocknito --help tells what can be said`
  if (code === 'EADDRINUSE')
    return `port ${port} is already in use; say --port (or --bff-port) with another one, or 0 for a free one`
  return message
}
