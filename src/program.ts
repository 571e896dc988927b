// What the binary does, without being tied to the one process there is, so that a test can run it. It owns
// arguments, streams, signals and exit codes. Standard output carries only what a script wants.

import { banner } from './banner.ts'
import {
  type DoctorCommand,
  type ExecCommand,
  help,
  type RunCommand,
  readCommandLine,
  UsageError,
} from './command-line.ts'
import { formatted } from './handle/environment.ts'
import { type StartedMocknito, type StartOptions, startMocknito } from './start.ts'
import { version } from './version.ts'

/** The part of a process that the program needs; `process` itself is one. */
export type Surroundings = Pick<NodeJS.Process, 'argv' | 'env' | 'stdout' | 'stderr' | 'once'>

/**
 * Runs mocknito: a server until SIGINT or SIGTERM, anything else to its end.
 *
 * @returns the exit code so far: 0 once it listens or is done, 1 if nothing could be started or a fixture has
 *   problems, 2 if the words made no sense; that of the command for `exec`
 * @example
 * process.exitCode = await runMocknito(process)
 */
export async function runMocknito(surroundings: Surroundings): Promise<number> {
  const { argv, stdout, stderr } = surroundings
  try {
    const command = readCommandLine(argv.slice(2), surroundings.env)
    switch (command.name) {
      case 'help':
        stdout.write(help)
        return 0
      case 'version':
        stdout.write(`${version}\n`)
        return 0
      case 'exec':
        return await exec(command, surroundings)
      case 'doctor':
        return await doctor(command, surroundings)
      case 'init': {
        const { writeStarter } = await import('./commands/init.ts')
        await writeStarter(command.file)
        stderr.write(`wrote ${command.file}; start it with mocknito --fixture ${command.file}\n`)
        return 0
      }
      case 'import':
      case 'validate': {
        const { runFixtureCommand } = await import('./fixture-commands.ts')
        await runFixtureCommand(command, surroundings)
        return 0
      }
      default:
        await serve(command, surroundings)
        return 0
    }
  } catch (error) {
    stderr.write(`mocknito: ${whyNot(error as NodeJS.ErrnoException)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

async function serve(command: RunCommand, surroundings: Surroundings): Promise<void> {
  const { mock: settings, json, readyFile } = command
  const { stderr } = surroundings
  const log = (line: string) => void stderr.write(`${line}\n`)
  const { mock, bffUrl, env, close } = await start(command, log, surroundings)

  stderr.write(banner(mock, { version, bffUrl, isDemoWorld: settings.fixture === undefined }))
  if (mock.controlToken !== undefined) stderr.write(`  control token  ${mock.controlToken}\n\n`)
  const { url, pool, https, controlToken } = mock
  const ready = {
    url,
    issuer: pool.issuer,
    bffUrl,
    httpsUrl: https?.url,
    caFile: https?.caFile,
    controlToken,
  }
  const written = readyFile === undefined ? undefined : announce(readyFile, command, mock, env, ready)
  // Once only: a second signal finds no handler, and ends the process there and then. Whoever is told that it listens may
  // end it at once.
  const end = async () => {
    const nothingToTidy = () => {}
    await Promise.all([close(), written?.then((tidy) => tidy(), nothingToTidy)])
  }
  for (const signal of ['SIGINT', 'SIGTERM']) surroundings.once(signal, end)
  try {
    await written
    await tell(command, mock, env, json ? ready : undefined, surroundings)
  } catch (cause) {
    await end()
    throw cause
  }
}

/** @returns what takes the file away again */
async function announce(
  file: string,
  { names = 'ours' }: RunCommand,
  mock: StartedMocknito,
  env: Started['env'],
  ready: object,
) {
  const { writeReadyFile } = await import('./commands/ready-file.ts')
  const { environmentOf } = await import('./commands/exec.ts')
  return writeReadyFile(file, { ...ready, env: environmentOf(mock, names, env) })
}

/** What a script reads on standard output, once the mock listens. */
async function tell(
  { name, printEnv, names }: RunCommand,
  mock: StartedMocknito,
  env: Started['env'],
  ready: object | undefined,
  { stdout }: Surroundings,
): Promise<void> {
  if (ready !== undefined) stdout.write(`${JSON.stringify(ready)}\n`)
  if (printEnv !== undefined) stdout.write(formatted(env(names), printEnv))
  if (name === 'tour') stdout.write(await (await import('./commands/tour.ts')).tour(mock))
}

interface Started {
  readonly mock: StartedMocknito
  readonly bffUrl?: string
  /** What an app is told. */
  readonly env: StartedMocknito['pool']['env']
  readonly close: () => Promise<void>
}

async function start(
  { name, mock: settings, bffPort, quiet }: RunCommand,
  log: (line: string) => void,
  { env }: Surroundings,
): Promise<Started> {
  const options: StartOptions = { ...settings, log, logExchanges: !quiet }
  if (name !== 'demo') {
    const mock = await startMocknito(options)
    return { mock, env: mock.pool.env, close: mock.close }
  }
  const { startDemo } = await import('./demo/start.ts')
  const { bff, ...demo } = await startDemo({ ...options, bffPort, environment: env })
  return { ...demo, bffUrl: bff.url }
}

async function exec({ mock: settings, command, names, quiet }: ExecCommand, surroundings: Surroundings) {
  const { env, stderr, once } = surroundings
  const complain = (line: string) => void stderr.write(`${line}\n`)
  const { environmentOf, runCommand } = await import('./commands/exec.ts')
  const mock = await startMocknito({ ...settings, log: complain, logExchanges: !quiet })
  try {
    return await runCommand(
      command,
      { ...env, ...environmentOf(mock, names) },
      once.bind(surroundings),
      (sentence) => complain(`mocknito: ${sentence}`),
    )
  } finally {
    await mock.close()
  }
}

async function doctor(
  { port, host, issuer, data }: DoctorCommand,
  { env, stdout }: Surroundings,
): Promise<0 | 1> {
  const { examine, report } = await import('./commands/doctor.ts')
  const findings = await examine({ port, host, issuer, data, env })
  stdout.write(report(findings))
  return findings.every(({ isWell }) => isWell) ? 0 : 1
}

function whyNot(error: NodeJS.ErrnoException & { port?: number }): string {
  const { code, port, message } = error
  if (error instanceof UsageError) return `${message}; mocknito --help tells what can be said`
  if (code === 'EADDRINUSE')
    return `port ${port} is already in use; say --port (or --https-port, --bff-port) with another one, or 0 for a free one`
  return message
}
