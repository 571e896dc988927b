// The recipes of docs/recipes, as a reader follows them: the blocks of a page are saved under the names that precede
// them, and one of them is run by node, with the page's own `.env`. Nothing of tap is in that process. What was run is
// written down, so that the suite can tell which block no test has run (scripts/recipes-run.js).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const pages = new URL('../../docs/recipes/', import.meta.url)
/** Below the project, so that bare imports find its packages. */
const kitchen = new URL('../../test-artefacts/recipes/', import.meta.url)
const runs = new URL('../../test-artefacts/recipes-run/', import.meta.url)

/** What the reader sets differently; it goes before the `.env` of the page. */
type Environment = Readonly<Record<string, string>>

/** A script that runs; it ends with the test at the latest. */
export interface RunningRecipe {
  /** Its standard output, once it has ended well. @throws with what it wrote to standard error, otherwise */
  readonly output: Promise<string>
  /** The first URL that it prints. @throws if it ends before */
  readonly url: Promise<string>
}

let count = 0

/**
 * The text of one block, for what is run elsewhere: by a browser.
 *
 * @throws if the page has no block of that name
 */
export function readRecipe(page: string, name: string): string {
  const text = blocksOf(page).get(name)
  if (text === undefined) throw new Error(`docs/recipes/${page}.md has no block called ${name}`)
  mkdirSync(runs, { recursive: true })
  writeFileSync(new URL(`${process.pid}-${count++}.json`, runs), JSON.stringify({ page, name }))
  return text
}

/**
 * Runs a script of a page; a server listens on a free port.
 *
 * @param words what follows the name of the script on the command line
 * @example
 * const { url } = runRecipe(t, 'express', 'api.mjs', { COGNITO_ISSUER: mock.pool.issuer })
 * await fetch(`${await url}/orders`)
 */
export function runRecipe(
  t: Test,
  page: string,
  name: string,
  environment: Environment,
  ...words: readonly string[]
): RunningRecipe {
  readRecipe(page, name)
  readRecipe(page, '.env')
  const folder = fileURLToPath(new URL(`${page}-${process.pid}-${count++}/`, kitchen))
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of blocksOf(page)) writeFileSync(join(folder, file), text)

  const child = spawn(process.execPath, ['--env-file=.env', name, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`${page}: ${name} ended with ${code}: ${said.stderr}`)
    return said.stdout
  })
  const url = new Promise<string>((resolve, reject) => {
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text) => {
        said[stream] += text
        const [printed] = /https?:\S+(?=\n)/.exec(said.stdout) ?? []
        if (printed !== undefined) resolve(printed)
      })
    ended.then((output) => reject(new Error(`${page}: ${name} printed no URL: ${output}`)), reject)
  })
  // Each test looks at one of the two; how the other one ends is nobody's surprise.
  for (const promise of [ended, url]) promise.catch(() => {})
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended.catch(() => {})
    rmSync(folder, { recursive: true })
  })
  return { output: ended, url }
}

/** The fenced blocks of a page that have a name. */
function blocksOf(page: string): Map<string, string> {
  const markdown = readFileSync(new URL(`${page}.md`, pages), 'utf8')
  const blocks = markdown.matchAll(/`([\w.-]+)`:\n\n```\w+\n(.*?)^```$/gms)
  return new Map([...blocks].map(([, name, text]) => [name as string, text as string]))
}
