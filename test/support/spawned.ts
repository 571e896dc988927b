// A mock in a process of its own, as it is in a container or behind `mocknito exec`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

/** Starts it on a free port, and resolves with its URL once it listens. It ends with the test. */
export async function spawnMocknito(t: Test, words: readonly string[] = []): Promise<string> {
  const child = spawn(
    process.execPath,
    [...process.execArgv, cli, '--json', '--quiet', '--port', '0', ...words],
    {
      env: { ...process.env, NODE_ENV: 'test' },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const [line] = await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(50_000) })
  return JSON.parse(line).url
}
