// A mock for a test: on a free port, closed at the end, and everything that it judged written down, so that the suite
// can tell which rules no test has seen both hold and refuse, and the ledger can name the test that shows a row
// (scripts/rules-seen.js). One record for each test file: running a file again replaces what it said before.
import { mkdirSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { BehaviourId } from '../../src/idp/behaviours.ts'
import type { RuleId } from '../../src/idp/domain/rules.ts'
import type { Trail } from '../../src/idp/domain/trail.ts'
import { type StartedMocknito, type StartOptions, startMocknito } from '../../src/start.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Story {
  /** Of its outermost test, since several files may run in one process (test/all-of). */
  readonly file: string
  /** The names of a test and of those that it stands in, outermost first. */
  readonly name: string
}

interface Showing {
  readonly id: string
  readonly story: string
  /** The story says so itself. */
  readonly isNamed: boolean
}

/** What each file has seen, as `rule true` and `rule false`, and which story shows a row, in the order of the stories. */
const records = new Map<string, { readonly seen: Set<string>; readonly showings: Showing[] }>()
const stories = new WeakMap<StartedMocknito, Story>()

function recordOf({ file }: Story) {
  const record = records.get(file) ?? { seen: new Set(), showings: [] }
  records.set(file, record)
  return record
}

process.once('exit', () => {
  const folder = new URL('../../test-artefacts/rules-seen/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const [file, { seen, showings }] of records) {
    const record = { file, seen: [...seen], showings }
    writeFileSync(new URL(`${file.replaceAll('/', '-')}.json`, folder), JSON.stringify(record))
  }
})

/** Starts a mock that ends with the test. */
export async function startWorld(t: Test, options: StartOptions = {}): Promise<StartedMocknito> {
  const mock = await startMocknito({ log: () => {}, ...options })
  const story = storyOf(t)
  stories.set(mock, story)
  t.teardown(async () => {
    const { seen } = recordOf(story)
    for (const { verdicts } of mock.exchanges())
      for (const { rule, holds } of verdicts) seen.add(`${rule} ${holds}`)
    await mock.close()
  })
  return mock
}

/** A trail for a story of a pure function: what is judged on it counts as what a mock judges. */
export function startTrail(t: Test): Trail {
  const trail: Trail = { verdicts: [] }
  const { seen } = recordOf(storyOf(t))
  t.teardown(() => {
    for (const { rule, holds } of trail.verdicts) seen.add(`${rule} ${holds}`)
  })
  return trail
}

/**
 * Says that this story shows these rows of the ledger: behaviours, or a rule that some other story comes across
 * earlier.
 *
 * @example
 * t.test('a refresh keeps the login', async (t) => {
 *   shows(t, 'tokens.auth-time')
 */
export function shows(t: Test, ...ids: readonly (BehaviourId | RuleId)[]): void {
  const story = storyOf(t)
  for (const id of ids) recordOf(story).showings.push({ id, story: story.name, isNamed: true })
}

/** The reason in the log of the newest refusal: `rule: sentence`. Whoever reads it shows the rule. */
export function lastReason(mock: StartedMocknito): string {
  const broken = mock
    .exchanges()
    .flatMap(({ verdicts }) => verdicts)
    .findLast(({ holds }) => !holds)
  const story = stories.get(mock)
  if (broken !== undefined && story !== undefined)
    recordOf(story).showings.push({ id: broken.rule, story: story.name, isNamed: false })
  return `${broken?.rule}: ${broken?.reason}`
}

function storyOf(t: Test): Story {
  const names: string[] = []
  let outermost: Pick<Test, 'options'> = t
  for (let test: Test['parent'] = t; test?.parent !== undefined; test = test.parent) {
    names.unshift(test.name)
    outermost = test
  }
  return { file: fileOf(outermost), name: names.join(' › ') }
}

/** Where a test of a file was written; what a helper wrote belongs to the file that runs. */
function fileOf({ options }: Pick<Test, 'options'>): string {
  const { at } = options as { at?: { readonly absoluteFileName?: string } }
  const written = at?.absoluteFileName ?? ''
  return relative(root, written.endsWith('.test.ts') ? written : (process.argv[1] as string))
}
