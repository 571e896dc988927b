// The recipes for whoever writes tests, run as they are printed: those for node:test in one process for each page, the others
// by the program that they are for, where that is there.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { chromiumPath } from './support/chromium.ts'
import { blockNames, runInFolder } from './support/recipe.ts'
import { startWorld } from './support/world.ts'

t.setTimeout(180_000)

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const node = process.execPath
const isThere = (program: string, ...words: string[]) => spawnSync(program, words).status === 0

/** Runs all files of a page that are tests of node:test, in one process. */
async function runTests(t: Test, page: string): Promise<void> {
  const names = blockNames(page)
  const tests = names.filter((name) => name.endsWith('.test.mjs'))
  const modules = names.filter((name) => /^[\w-]+\.mjs$/.test(name) && name !== 'compare.mjs')
  const script = tests.map((name) => `await import('./${name}')`).join('\n')
  const words = [node, '--input-type=module', '-e', script]
  const said = await runInFolder(t, page, [...tests, ...modules], words, { CHROMIUM: chromiumPath })
  t.match(said, `# tests ${tests.length}\n`)
  t.match(said, `# pass ${tests.length}\n`)
}

t.test('what everybody needs first', (t) => runTests(t, 'first-day'))

t.test('the same in a browser', (t) => runTests(t, 'in-a-browser'))

t.test('no recipe is longer than fifteen lines', async (t) => {
  const { readRecipe } = await import('./support/recipe.ts')
  for (const page of ['first-day', 'in-a-browser', 'any-language', 'test-runners'])
    for (const name of blockNames(page).filter(
      (each) => !['app.mjs', 'set-up.mjs', 'browser.mjs'].includes(each),
    )) {
      const lines = readRecipe(page, name).trimEnd().split('\n').length
      t.ok(lines <= 15, `${page} ${name}: ${lines}`)
    }
})

t.test('two discovery documents are compared', async (t) => {
  const here = await startWorld(t)
  const there = await startWorld(t, { switches: { 'discovery-pkce': 'listed' } })
  const compare = (real: string) =>
    runInFolder(t, 'first-day', ['compare.mjs'], [node, 'compare.mjs'], {
      COGNITO_ISSUER: here.pool.issuer,
      REAL_ISSUER: real,
    })
  t.equal(await compare(here.pool.issuer), '')
  t.equal(await compare(there.pool.issuer), 'code_challenge_methods_supported: undefined here, S256 there\n')
})

/** Beside a mock, as the page says. */
const exec = (t: Test, name: string, ...command: readonly string[]) =>
  runInFolder(
    t,
    'any-language',
    [name],
    [node, cli, 'exec', '--quiet', '--control-token', 'abc', '--', ...command],
  )

t.test('Python, Java and Go speak with the control API, where they are', async (t) => {
  const inExec = (name: string, ...command: readonly string[]) =>
    runInFolder(t, 'any-language', [name], [node, cli, 'exec', '--quiet', '--', ...command])
  t.match(await inExec('test_login.py', 'python3', '-m', 'unittest', 'test_login.py'), /^OK$/m)
  t.match(
    await exec(t, 'mapped-port.py', 'python3', 'mapped-port.py'),
    /^http:\/\/127\.0\.0\.1:\d+\/us-east-1_LocalPool\n$/,
  )
  if (isThere('java', '--version'))
    t.match(await inExec('MintedToken.java', 'java', 'MintedToken.java'), '"username":"alice"')
  else t.comment('there is no java')
  if (isThere('go', 'version')) t.match(await inExec('headless.go', 'go', 'run', 'headless.go'), 'code=')
  else t.comment('there is no go')
})

t.test('sessions of the BFF need no browser', async (t) => {
  const said = await runInFolder(t, 'bff-in-a-test', ['sessions.mjs'], [node, 'sessions.mjs'])
  t.equal(said, 'alice\ntrue 1\n0\nstring\n')
})

t.test('tap runs its own', async (t) => {
  const said = await runInFolder(t, 'test-runners', ['codes.test.mjs'], [node, 'codes.test.mjs'])
  t.match(said, '# Subtest: a code comes to the callback')
  t.match(said, '# { total: 1, pass: 1 }')
})

t.test('Playwright runs its own, beside a mock', async (t) => {
  const runner = fileURLToPath(new URL('../node_modules/@playwright/test/cli.js', import.meta.url))
  const names = ['fixtures.mjs', 'log-in.spec.mjs', 'playwright.config.mjs']
  const words = [node, cli, 'exec', '--quiet', '--', node, runner, 'test', '--reporter=line']
  t.match(await runInFolder(t, 'test-runners', names, words, { CHROMIUM: chromiumPath }), '1 passed')
})

/** What the pages for Vitest import, and the globalSetup as Vitest calls it. */
const vitestStandIn = {
  'node_modules/vitest/package.json': '{ "name": "vitest", "type": "module", "exports": "./index.js" }',
  'node_modules/vitest/index.js': `
import assert from 'node:assert/strict'
export { test } from 'node:test'
export const inject = (name) => globalThis.provided[name]
export const expect = (value) => ({ toBeLessThan: (other) => assert.ok(value < other) })
`,
  'run.mjs': `
import { after } from 'node:test'
import setup from './mocknito.setup.mjs'
globalThis.provided = {}
after(await setup({ provide: (name, value) => { globalThis.provided[name] = value } }))
await import('./api.spec.mjs')
`,
}

t.test('the files for Vitest work, with a stand-in for it', async (t) => {
  const names = ['mocknito.setup.mjs', 'api.spec.mjs']
  const said = await runInFolder(t, 'test-runners', names, [node, 'run.mjs'], {}, vitestStandIn)
  t.match(said, '# pass 1\n')
})

t.test('the task for Cypress brings the cookie', async (t) => {
  const mock = await startWorld(t)
  const script = `import { tasks } from './cypress.tasks.mjs'; console.log(JSON.stringify(await tasks.signIn('alice'))); process.exit()`
  const words = [node, '--input-type=module', '-e', script]
  const said = await runInFolder(t, 'test-runners', ['cypress.tasks.mjs'], words, { MOCKNITO_URL: mock.url })
  const { name, value } = JSON.parse(said)
  const query = `response_type=code&client_id=${mock.pool.client('web').id}`
  const silent = await fetch(`${mock.url}/oauth2/authorize?${query}`, {
    redirect: 'manual',
    headers: { cookie: `${name}=${value}` },
  })
  t.match(silent.headers.get('location'), /\?code=/)
})
