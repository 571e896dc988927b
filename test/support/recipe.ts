// The recipes of docs/recipes, as a reader follows them: the blocks of a page are saved under the names that precede
// them, and one of them is run by node, with the page's own `.env`. Nothing of tap is in that process. What was run is
// written down, so that the suite can tell which block no test has run (scripts/recipes-run.js): one record for each test file.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv, promisify } from 'node:util'
import type { Test } from 'tap'
import { plainly } from './plainly.ts'

const pages = new URL('../../docs/recipes/', import.meta.url)
/** Below the project, so that bare imports find its packages. */
const kitchen = new URL('../../test-artefacts/recipes/', import.meta.url)
const runs = new URL('../../test-artefacts/recipes-run/', import.meta.url)

/** `page name` of each block that was run. */
const run = new Set<string>()
process.once('exit', () => {
  mkdirSync(runs, { recursive: true })
  const file = basename(process.argv[1] as string)
  writeFileSync(new URL(`${file}.json`, runs), JSON.stringify([...run]))
})

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
 * Saves every block of a page, as a reader does.
 *
 * @param names those that the caller is going to run
 * @returns the folder, which is the caller's to remove
 */
function saveRecipe(page: string, names: readonly string[]): string {
  for (const name of names) readRecipe(page, name)
  const folder = fileURLToPath(new URL(`${page}-${process.pid}-${count++}/`, kitchen))
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of blocksOf(page)) writeFileSync(join(folder, file), text)
  return folder
}

/**
 * Runs a command where the blocks of a page are, with the settings of its `.env`, and without what tap makes of node.
 *
 * @param names the blocks that the command runs
 * @returns everything that it wrote
 * @throws with that, if it ended badly
 * @example
 * await runInFolder(t, 'any-language', ['test_login.py'], ['python3', '-m', 'unittest', 'test_login.py'])
 */
export async function runInFolder(
  t: Test,
  page: string,
  names: readonly string[],
  command: readonly string[],
  environment: Environment = {},
  further: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = saveRecipe(page, ['.env', ...names])
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [file, text] of Object.entries(further)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const settings = parseEnv(readFileSync(join(folder, '.env'), 'utf8')) as Environment
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...settings, ...environment }
  try {
    const { stdout, stderr } = await promisify(execFile)('env', plainly(command), {
      cwd: folder,
      env,
      timeout: 150_000,
    })
    return stdout + stderr
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${page}: ${command.join(' ')}: ${stdout}${stderr}`)
  }
}

/** The names of the blocks of a page. */
export const blockNames = (page: string): string[] => [...blocksOf(page).keys()]

/**
 * The text of one block, for what is run elsewhere: by a browser.
 *
 * @throws if the page has no block of that name
 */
export function readRecipe(page: string, name: string): string {
  const text = blocksOf(page).get(name)
  if (text === undefined) throw new Error(`docs/recipes/${page}.md has no block called ${name}`)
  run.add(`${page} ${name}`)
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
  const folder = saveRecipe(page, [name, '.env'])
  const child = spawn('env', plainly([process.execPath, '--env-file=.env', name, ...words]), {
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
