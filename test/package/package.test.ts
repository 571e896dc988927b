// The package as somebody gets it who installs it: the packed files, in an empty project, under the names that `exports`
// gives them. What the packed files import is found there only if it is a dependency of the package: the project has links to
// those and to nothing else, so this needs no network.
import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import t from 'tap'
import { plainly } from '../support/plainly.ts'

// The compiler reads some three hundred files.
t.setTimeout(120_000)

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

interface Manifest {
  readonly version: string
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly bin: { readonly mocknito: string }
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

interface Packed {
  readonly filename: string
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** Outside of the repository, where nothing else can be found by going up. */
const project = mkdtempSync(join(tmpdir(), 'mocknito-package-'))
t.teardown(() => rmSync(project, { recursive: true }))

const installed = join(project, 'node_modules', 'mocknito')
const packed = await pack()
const manifest: Manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
/** As npm does with a `bin`. */
const binary = join(project, 'node_modules', '.bin', 'mocknito')
mkdirSync(dirname(binary))
chmodSync(join(installed, manifest.bin.mocknito), 0o755)
symlinkSync(join('..', 'mocknito', manifest.bin.mocknito), binary)

async function pack(): Promise<Packed> {
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', project]
  const { stdout } = await run('npm', words, { cwd: root })
  const [packed] = JSON.parse(stdout) as [Packed]
  mkdirSync(installed, { recursive: true })
  await run('tar', ['-xzf', join(project, packed.filename), '-C', installed, '--strip-components=1'])
  return packed
}

function link(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const place = join(project, folder, name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), place)
  }
}

/** Every name under which the package can be imported. */
const entries = Object.keys(manifest.exports).map((path) => path.replace(/^\./, 'mocknito'))
const modules = entries.filter((entry) => !entry.endsWith('.json'))

const inProject = (program: string, ...words: readonly string[]) =>
  run('env', plainly([program, ...words]), {
    cwd: project,
    env: { PATH: process.env.PATH, XDG_CACHE_HOME: join(project, 'cache') },
  })

function save(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text)
}

const grant = `
const mock = await startMocknito()
const bff = await startBff({ pool: mock.pool })
const { cookie } = await bff.createSession({ user: 'alice' })
const status = await fetch(bff.url + '/auth/status', { headers: { cookie } })
const { user } = JSON.parse(await status.text())
console.log(user.username, typeof plugin)
await bff.close()
await mock.close()
`

t.test('an ES module in JavaScript starts it, and every entry is there', async (t) => {
  save({
    'consumer.mjs': `
import { startMocknito } from 'mocknito'
import { bff as plugin } from 'mocknito/bff'
import { startBff } from 'mocknito/bff-testing'
${grant}
for (const entry of ${JSON.stringify(modules)}) console.log(entry, Object.keys(await import(entry)).length > 0)
`,
  })
  const { stdout } = await inProject(process.execPath, 'consumer.mjs')
  const [logged, ...seen] = stdout.trim().split('\n')
  t.equal(logged, 'alice function')
  t.strictSame(
    seen,
    modules.map((entry) => `${entry} true`),
  )
})

t.test('a CommonJS module may require it', async (t) => {
  save({
    'consumer.cjs':
      "console.log(typeof require('mocknito').startMocknito, require('mocknito/package.json').name)",
  })
  const { stdout } = await inProject(process.execPath, 'consumer.cjs')
  t.equal(stdout, 'function mocknito\n')
})

t.test('nothing else can be imported', async (t) => {
  save({ 'inside.mjs': "await import('mocknito/dist/idp/app.js')" })
  const { stderr } = await inProject(process.execPath, 'inside.mjs').catch((error) => error)
  t.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/)
})

t.test('TypeScript knows the types of every entry', async (t) => {
  link('node_modules', ['@types/node', 'fastify'])
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = [
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,esnext.disposable',
    '--types',
    'node',
    '--strict',
    '--outDir',
    'out',
  ]
  save({
    'package.json': '{ "type": "module" }',
    'consumer.ts': `
import { connect, type Mocknito, type Pool, startMocknito } from 'mocknito'
import { type BffOptions, bff as plugin } from 'mocknito/bff'
import { startBff } from 'mocknito/bff-testing'
${grant}
export const settings: BffOptions = { scopes: ['openid'] }
export const poolOf = async (url: string): Promise<Pool> => {
  const elsewhere: Mocknito = await connect(url)
  return elsewhere.createPool({ users: [{ username: 'zoe', password: 'Passw0rd!' }] })
}
// @ts-expect-error There is no such option, and the compiler knows.
export const mistaken = () => startMocknito({ prot: 9400 })
`,
  })
  await inProject(process.execPath, compiler, ...options, 'consumer.ts').catch(({ stdout }) => t.fail(stdout))
  const { stdout } = await inProject(process.execPath, join('out', 'consumer.js'))
  t.equal(stdout, 'alice function\n', 'and what the compiler made of it runs')
})

t.test('the binary runs', async (t) => {
  const { stdout } = await inProject(binary, '--version')
  t.equal(stdout, `${manifest.version}\n`)
  const words = ['exec', '--quiet', '--', process.execPath, '-p', 'process.env.COGNITO_ISSUER']
  t.match((await inProject(binary, ...words)).stdout, /^http:\/\/127\.0\.0\.1:\d+\/us-east-1_LocalPool\n$/)
})

t.test(
  'what is loaded late is there: for JSON and YAML fixtures, certificates and the control API',
  async (t) => {
    save({ 'world.json': '{ "pools": [{ "UserPool": {} }] }', 'world.yaml': 'pools:\n- UserPool: {}\n' })
    for (const name of ['world.json', 'world.yaml'])
      t.equal((await inProject(binary, 'validate', name)).stdout, '', `${name} is valid`)
    const asks = "fetch(process.env.MOCKNITO_URL + '/_mock/v1/info').then(async (r) => console.log(r.status))"
    const words = ['exec', '--quiet', '--https', '--', process.execPath, '-e', asks]
    t.match((await inProject(binary, ...words)).stdout, /^200\n$/)
  },
)

t.test('what is in it is what is wanted', async (t) => {
  t.strictSame(readdirSync(installed).sort(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist',
    'docs',
    'fixtures',
    'package.json',
    'views',
  ])
  const sources = packed.files.filter(({ path }) => /(?<!\.d)\.ts$|\.test\./.test(path))
  t.strictSame(sources, [], 'no sources, no tests')
  t.ok(packed.unpackedSize < 8_000_000, `${packed.unpackedSize} bytes`)
})

t.test('what is packed imports what is packed, and what is of Node', async (t) => {
  const scripts = packed.files.filter(({ path }) => /^dist.*\.js$/.test(path))
  const missing = scripts.flatMap(({ path }) => {
    const code = readFileSync(join(installed, path), 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
    return [...code.matchAll(/^(?:import|export)[^'"]*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm)]
      .map(([, still, lazy]) => still ?? lazy ?? '')
      .filter((name) => !isBuiltin(name) && !existsSync(join(installed, dirname(path), name)))
      .map((name) => `${path} imports ${name}`)
  })
  t.strictSame(missing, [])
  t.ok(scripts.length > 20)
})

t.test('the licences of the libraries in it go along', async (t) => {
  const licences = readFileSync(join(installed, 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8')
  for (const name of ['fastify', 'jose', 'handlebars', 'nanoid', 'openid-client'])
    t.match(licences, new RegExp(`^${name} \\d.*\\n\\n(.*\\n)*?.*Copyright`, 'm'))
  t.notMatch(licences, /^(typebox|typescript|tap) /m, 'what only we need stays at home')
})

t.test('publint has nothing to say', async (t) => {
  const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true })
  t.strictSame(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  )
})

t.test('an install is this package and no other, and runs nothing', async (t) => {
  t.notOk(manifest.dependencies, 'the libraries are in the bundle')
  t.strictSame(Object.keys(manifest.peerDependencies), ['fastify'], 'of whoever registers the BFF')
  for (const script of ['preinstall', 'install', 'postinstall']) t.notOk(script in manifest.scripts, script)
})
