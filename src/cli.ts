#!/usr/bin/env node
// The binary: it owns the process, that is arguments, streams, signals and exit codes. 0 after SIGINT or SIGTERM, 1 if
// nothing could be started, 2 if the words made no sense.
import { readFileSync } from 'node:fs'
import { banner } from './banner.ts'
import { type Command, help, type RunCommand, readCommandLine, UsageError } from './command-line.ts'
import { type Mocknito, startMocknito } from './start.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

try {
  await run(readCommandLine(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`mocknito: ${whyNot(error as NodeJS.ErrnoException)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}

async function run(command: Command): Promise<void> {
  if (command.name === 'help') process.stdout.write(help)
  else if (command.name === 'version') process.stdout.write(`${version}\n`)
  else await serve(command)
}

async function serve({ name, mock: settings, bffPort, json, quiet }: RunCommand): Promise<void> {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  // The banner comes first, whatever there is to say while starting.
  const early: string[] = []
  let log: (line: string) => void = (line) => early.push(line)
  const options = { ...settings, log: (line: string) => log(line) }
  const started = name === 'demo' ? await startTheDemo(options, bffPort) : await startTheMock(options)

  const { mock, bffUrl } = started
  process.stderr.write(banner(mock, { version, bffUrl, isDemoWorld: settings.fixture === undefined }))
  for (const line of early) say(line)
  log = quiet ? () => {} : say
  if (json) process.stdout.write(`${JSON.stringify({ url: mock.url, issuer: mock.pool.issuer, bffUrl })}\n`)

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      // A second one does not wait.
      process.once(signal, () => process.exit(130))
      void started.close()
    })
}

interface Started {
  readonly mock: Mocknito
  readonly bffUrl?: string
  close(): Promise<void>
}

async function startTheMock(options: Parameters<typeof startMocknito>[0]): Promise<Started> {
  const mock = await startMocknito(options)
  return { mock, close: mock.close }
}

async function startTheDemo(options: Parameters<typeof startMocknito>[0], bffPort: number): Promise<Started> {
  const { startDemo } = await import('./demo.ts')
  const { mock, bff, close } = await startDemo({ ...options, bffPort, environment: process.env })
  return { mock, bffUrl: bff.url, close }
}

function whyNot({ code, port, message }: NodeJS.ErrnoException & { port?: number }): string {
  if (code === 'EADDRINUSE')
    return `port ${port} is already in use; say --port (or --bff-port) with another one, or 0 for a free one`
  return message
}
