// A mock for a test: on a free port, closed at the end, and every verdict of every exchange written down, so that the
// suite can tell which rules no test has seen both hold and refuse (scripts/rules-seen.js).
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Test } from 'tap'
import { type StartedMocknito, type StartOptions, startMocknito } from '../../src/start.ts'

const folder = new URL('../../test-artefacts/rules-seen/', import.meta.url)
let count = 0

/** Starts a mock that ends with the test. */
export async function startWorld(t: Test, options: StartOptions = {}): Promise<StartedMocknito> {
  const mock = await startMocknito({ log: () => {}, ...options })
  t.teardown(async () => {
    writeDown(mock)
    await mock.close()
  })
  return mock
}

function writeDown(mock: StartedMocknito): void {
  const seen = new Set(
    mock.exchanges().flatMap(({ verdicts }) => verdicts.map(({ rule, holds }) => `${rule} ${holds}`)),
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${process.pid}-${count++}.json`, folder), JSON.stringify([...seen]))
}

/** The reason in the log of the newest refusal: `rule: sentence`. */
export function lastReason(mock: StartedMocknito): string {
  const broken = mock
    .exchanges()
    .flatMap(({ verdicts }) => verdicts)
    .findLast(({ holds }) => !holds)
  return `${broken?.rule}: ${broken?.reason}`
}
