// The commands that work on fixtures and start nothing: `mocknito import` and `mocknito validate`. Standard output is for
// a file; what a person should know goes to standard error.
import type { FixtureCommand } from './command-line.ts'
import { contradictionsAsSwitched } from './idp/fixture/contradictions.ts'
import type { Fixture } from './idp/fixture/fixture.ts'
import { importFixture } from './idp/fixture/load.ts'

/**
 * Judges what stands in files and folders; `import` writes it as one fixture.
 *
 * @throws FixtureError with all problems; then nothing has been written
 */
export async function runFixtureCommand(
  { name, paths }: FixtureCommand,
  { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
): Promise<void> {
  const note = (sentence: string) => stderr.write(`${sentence}\n`)
  const fixture = await importFixture(paths, note, contradictionsAsSwitched)
  if (name === 'import') stdout.write(`${JSON.stringify(fixture, null, 2)}\n`)
  stderr.write(`${paths.join(', ')} can be used: ${extentOf(fixture)}\n`)
}

function extentOf({ pools }: Fixture): string {
  const clients = pools.flatMap(({ Clients = [] }) => Clients)
  const users = pools.flatMap(({ Users = [] }) => Users)
  return `pools: ${pools.length}, clients: ${clients.length}, users: ${users.length}`
}
