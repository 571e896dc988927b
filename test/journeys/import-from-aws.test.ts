// docs/recipes/import-from-aws.md, word for word: the export script against a stand-in for the AWS CLI that prints what is
// in fixtures/aws-cli, the side file, and the commands that import.
import { execFile } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { loadFixture } from '../../src/idp/fixture/load.ts'
import { runMocknito, type Surroundings } from '../../src/program.ts'
import { createBrowser } from '../support/browser.ts'
import { authorizeUrl } from '../support/oauth.ts'
import { readRecipe } from '../support/recipe.ts'
import { startWorld } from '../support/world.ts'

const run = promisify(execFile)
const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const printed = file('fixtures/aws-cli')
const recipe = (name: string) => readRecipe('import-from-aws', name)

/** A folder that has the script in it, and a shell there that finds the stand-in for the AWS CLI. */
function workplace(t: Test) {
  const folder = t.testdir({})
  cpSync(file('docs/recipes/export-from-aws.sh'), join(folder, 'export-from-aws.sh'))
  const env = { ...process.env, PATH: `${file('test/support/aws-cli')}:${process.env.PATH}` }
  return { folder, shell: (script: string) => run('bash', ['-euc', script], { cwd: folder, env }) }
}

/** Runs `mocknito …` lines, with their redirections, in this process. */
async function mocknito(t: Test, folder: string, script: string) {
  const cwd = process.cwd()
  process.chdir(folder)
  t.teardown(() => process.chdir(cwd))
  const ended = { code: 0, stdout: '', stderr: '' }
  for (const line of script.trim().split('\n')) {
    const [, words = '', target] = /^mocknito (.+?)(?: > (\S+))?$/.exec(line) ?? []
    let output = ''
    const surroundings = {
      argv: ['node', 'mocknito', ...words.split(' ')],
      env: {},
      stdout: { write: (text: string) => (output += text) },
      stderr: { write: (text: string) => (ended.stderr += text) },
    }
    ended.code = await runMocknito(surroundings as unknown as Surroundings)
    if (target === undefined) ended.stdout += output
    else writeFileSync(target, output)
  }
  process.chdir(cwd)
  return ended
}

const filesIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )

t.test('export, say what AWS does not, import, and sign in', async (t) => {
  const { folder, shell } = workplace(t)
  await shell(recipe('export.sh'))
  const { 'mocknito.json': _, ...asPrinted } = filesIn(printed)
  t.strictSame(filesIn(join(folder, 'pool')), asPrinted, 'the script writes the outputs, each into its file')

  writeFileSync(join(folder, 'pool', 'mocknito.json'), recipe('mocknito.json'))
  const { code, stdout, stderr } = await mocknito(t, folder, recipe('import.sh'))
  t.equal(code, 0)
  t.equal(stdout, '')
  const remark =
    'users of us-east-1_LocalPool without a password, as whom nobody can sign in (AWS exports none; give defaults.password, or each a Password): carol, grace\n'
  const own =
    'users of us-east-1_LocalPool without a password of their own, who get that of the defaults: alice, bob, dave, frank\n'
  const extent = 'can be used: pools: 1, clients: 4, users: 7\n'
  t.equal(stderr, ['pool', 'pool', 'fixture.json'].map((path) => `${own}${remark}${path} ${extent}`).join(''))

  for (const fixture of ['pool', 'fixture.json']) {
    const mock = await startWorld(t, { fixture: join(folder, fixture) })
    const redirect_uri = 'http://localhost:3000/callback'
    const callback = await createBrowser().signIn(authorizeUrl(mock, { redirect_uri }), {
      username: 'alice',
      password: 'Passw0rd!',
    })
    t.ok(callback.href.startsWith(`${redirect_uri}?code=`), fixture)
  }
})

t.test('the import of a folder is the world of the folder, as often as one likes', async (t) => {
  const folder = t.testdir({ pool: {} })
  cpSync(printed, join(folder, 'pool'), { recursive: true })
  const once = await mocknito(t, folder, 'mocknito import pool')
  t.match(once, { code: 0, stderr: 'pool can be used: pools: 1, clients: 4, users: 7\n' })
  const inParts = 'pool/mocknito.json pool/groups pool/list-users.json pool/clients pool/domains pool'
  t.equal((await mocknito(t, folder, `mocknito import ${inParts}`)).stdout, once.stdout)
  writeFileSync(join(folder, 'fixture.json'), once.stdout)
  t.equal((await mocknito(t, folder, 'mocknito import fixture.json')).stdout, once.stdout)
  t.strictSame(await loadFixture(join(folder, 'fixture.json')), await loadFixture(printed))
})

t.test('a fixture with problems writes nothing, and says all of them', async (t) => {
  const folder = t.testdir({ pool: {} })
  cpSync(printed, join(folder, 'pool'), { recursive: true })
  rmSync(join(folder, 'pool', 'list-groups.json'))
  writeFileSync(join(folder, 'pool', 'todo.json'), '{ "todo": [] }')
  for (const command of ['import', 'validate'])
    t.match(await mocknito(t, folder, `mocknito ${command} pool`), {
      code: 1,
      stdout: /^$/,
      stderr:
        /^mocknito: pool has 2 problems:\n {2}pool\/todo.json: is nothing that .*\n {2}pool\/groups\/admins.json: there is no group admins; .*\n$/,
    })
})

t.test('the script stops where the AWS CLI does, and asks for what it needs', async (t) => {
  const { shell } = workplace(t)
  await t.rejects(shell('bash export-from-aws.sh us-east-1_Other pool'), { code: 254 })
  await t.rejects(shell('bash export-from-aws.sh'), {
    message: /the id of a user pool, as in us-east-1_AbCdEfGhI/,
  })
})
