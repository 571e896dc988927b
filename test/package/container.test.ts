// The image and the examples around it, as far as that can be tried without a Docker engine: what the Dockerfile puts together is
// put together by hand and run as somebody who may write nothing but its data, and each example's settings start the
// servers that they are meant for. What only an engine can show (that the image builds, that networks are as they are described) is
// not tried here, and docs/recipes/containers.md says so.
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseEnv, promisify } from 'node:util'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { variables as bffVariables } from '../../src/bff/config.ts'
import { startBff } from '../../src/bff/start.ts'
import { type RunCommand, readCommandLine, variables } from '../../src/command-line.ts'
import type { StartedMocknito } from '../../src/start.ts'
import { plainly } from '../support/plainly.ts'
import { startWorld } from '../support/world.ts'

t.setTimeout(120_000)

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

type Environment = Readonly<Record<string, string>>

/** The instructions of the last stage, and the sources of all of them. */
function dockerfile() {
  const instructions = read('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/) as [string, ...string[]])
  const last = instructions.findLastIndex(([word]) => word === 'FROM')
  const ofLast = (word: string) => instructions.slice(last).filter(([each]) => each === word)
  const copies = (list: typeof instructions) =>
    list
      .filter(([word]) => word === 'COPY')
      .map(([, ...words]) => words.filter((word) => !word.startsWith('--')))
  return {
    fromContext: copies(instructions.filter(([, first = '']) => !first.startsWith('--from'))).flatMap(
      (words) => words.slice(0, -1),
    ),
    intoImage: copies(instructions.slice(last)),
    env: Object.fromEntries(
      ofLast('ENV').flatMap(([, ...pairs]) => pairs.map((pair) => pair.split('=') as [string, string])),
    ) as Environment,
    user: ofLast('USER')[0]?.[1],
    entrypoint: JSON.parse(ofLast('ENTRYPOINT')[0]?.slice(1).join(' ') ?? '[]') as string[],
    health: JSON.parse(/CMD (\[.*\])/.exec(read('Dockerfile'))?.[1] ?? '[]') as string[],
  }
}

t.test('the Dockerfile copies what is there, and .dockerignore lets it through', async (t) => {
  const { fromContext, user } = dockerfile()
  const let_through = read('.dockerignore').match(/(?<=^!).+$/gm) ?? []
  t.strictSame([...new Set(fromContext)].sort(), let_through.sort())
  for (const path of fromContext) t.ok(existsSync(join(root, path)), path)
  t.equal(user, 'node')
})

/** The account that is nobody's, where this process may take it and it can run node; else the one we have. */
function somebodyElse(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const nobody = { uid: 65_534, gid: 65_534 }
  return spawnSync(process.execPath, ['-e', '0'], nobody).status === 0 ? nobody : {}
}

/** The image's folders on this machine. */
function image(t: Test) {
  const { intoImage, env, entrypoint, health } = dockerfile()
  const place = mkdtempSync(join(tmpdir(), 'mocknito-image-'))
  t.teardown(() => rmSync(place, { recursive: true }))
  const app = join(place, 'app')
  const writable = join(place, 'data')
  for (const folder of [app, writable]) mkdirSync(folder)
  for (const [source = '', ...more] of intoImage) {
    const sources = source.startsWith('/') ? [] : [source, ...more.slice(0, -1)]
    for (const each of sources) {
      const target = more.at(-1) === './' ? each : (more.at(-1) as string)
      cpSync(join(root, each), join(app, target), { recursive: true })
    }
  }
  cpSync(join(root, 'dist'), join(app, 'dist'), { recursive: true })
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { dev?: boolean }> }
  for (const [path, { dev }] of Object.entries(lock.packages))
    if (path !== '' && dev !== true) cpSync(join(root, path), join(app, path), { recursive: true })

  const account = somebodyElse()
  if (account.uid !== undefined) spawnSync('chown', [`${account.uid}`, writable])
  spawnSync('chmod', ['-R', account.uid === undefined ? 'a-w' : 'go-w', app])
  spawnSync('chmod', ['755', place])
  t.teardown(() => void spawnSync('chmod', ['-R', 'u+w', app]))
  const here = (words: readonly string[]) =>
    words.map((word) => (word === 'node' ? process.execPath : word.replace(/^\/app/, app)))
  const settings: Environment = {
    ...env,
    XDG_CACHE_HOME: (env.XDG_CACHE_HOME as string).replace('/data', writable),
    MOCKNITO_HOST: '127.0.0.1',
    HOME: '/nonexistent',
  }
  return { app, writable, account, settings, entrypoint: here(entrypoint), health: here(health) }
}

type Image = ReturnType<typeof image>

async function up(t: Test, { entrypoint, app, account }: Image, env: Environment) {
  const child = spawn('env', plainly([...entrypoint, '--json', '--port', '0']), { cwd: app, env, ...account })
  const ended = once(child, 'close')
  t.teardown(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const line = await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => ['{}'])])
  const { url } = JSON.parse(line[0])
  t.type(url, 'string', stderr)
  return { child, ended, url: new URL(url), said: () => stderr }
}

t.test('the image runs as nobody, writes its data and nothing else, and ends when it is told', async (t) => {
  const made = image(t)
  const { app, writable, settings, account } = made
  const files = () => readdirSync(app, { recursive: true }).length
  const before = files()
  const { child, ended, url } = await up(t, made, settings)
  const keys = await fetch(new URL('/us-east-1_LocalPool/.well-known/jwks.json', url))
  t.equal(keys.status, 200)

  const ask = (port: string) =>
    run('env', plainly(made.health), { env: { ...settings, MOCKNITO_PORT: port }, ...account })
  t.strictSame(await ask(url.port), { stdout: '', stderr: '' }, 'healthy')

  const told = performance.now()
  child.kill('SIGTERM')
  t.strictSame(await ended, [0, null])
  t.ok(performance.now() - told < 5000, 'at once, on a machine that has other things to do')
  const dead = await ask(url.port).catch((error) => error)
  t.match(dead, { code: 1, stderr: /ready: connect ECONNREFUSED/ })
  t.strictSame(readdirSync(join(writable, 'cache', 'mocknito', 'keys')), ['us-east-1_LocalPool.json'])
  t.equal(files(), before)

  const second = await up(t, made, { ...settings, XDG_CACHE_HOME: '/dev/null' })
  await fetch(new URL('/us-east-1_LocalPool/.well-known/jwks.json', second.url))
  second.child.kill('SIGTERM')
  t.strictSame(await second.ended, [0, null], 'without a place for its data it starts too')
  t.match(second.said(), 'could not be kept in /dev/null')
})

t.test('something else on the port is not healthy', async (t) => {
  const mock = await startWorld(t)
  const script = join(root, 'docker/healthcheck.js')
  const env = { MOCKNITO_PORT: `tcp://10.0.0.1:${mock.port}` }
  const { code, stderr } = await run('env', plainly([process.execPath, script]), { env }).catch(
    (error) => error,
  )
  t.match(stderr, 'http://127.0.0.1:9400/ready', 'a variable of Kubernetes is no port')
  t.equal(code, 1)
})

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly environment: Environment; readonly entrypoint?: readonly string[] }>
  >
}

/** An example, with another port in the place of the mock's. */
const example = (name: string, port: number) => read(`examples/${name}`).replaceAll('9400', String(port))

t.test('every variable that an example sets is one that is read', async (t) => {
  const known = [...variables, ...Object.values(bffVariables)]
  const names = ['compose.shared-network.yaml', 'compose.back-channel.yaml', 'devcontainer/compose.yaml']
  const settings = names.flatMap((name) =>
    Object.values((parse(read(`examples/${name}`)) as Compose).services).map(
      ({ environment }) => environment,
    ),
  )
  settings.push(parse(read('examples/github-actions.yaml')).jobs['as-a-service'].services.mocknito.env)
  t.ok(settings.length > 6)
  for (const setting of settings) {
    for (const name of Object.keys(setting)) t.ok(known.includes(name), name)
    t.equal(readCommandLine([], setting).name, 'mock')
  }
})

/** Follows the settings of a service: all but where it listens. */
async function follow(mock: StartedMocknito, environment: Environment): Promise<void> {
  const { mock: settings } = readCommandLine([], environment) as RunCommand
  await mock.setPublicUrl(settings.publicUrl ?? null)
}

for (const name of ['compose.shared-network.yaml', 'compose.back-channel.yaml'])
  t.test(`one logs in with the settings of ${name}`, async (t) => {
    const mock = await startWorld(t)
    const { mocknito, app } = (parse(example(name, mock.port)) as Compose).services
    await follow(mock, mocknito?.environment ?? {})
    const settings = Object.entries(app?.environment ?? {}).map(([key, value]) => [
      key,
      String(value).replace('mocknito:', 'localhost:'),
    ])
    const bff = await startBff({ ...Object.fromEntries(settings), BFF_HOST: 'localhost', BFF_PORT: '0' })
    t.teardown(bff.close)

    const url = `http://localhost:${bff.port}`
    const login = await fetch(`${url}/auth/login`, { redirect: 'manual' })
    const authorizeUrl = login.headers.get('location') ?? ''
    t.ok(
      authorizeUrl.startsWith(`http://127.0.0.1:${mock.port}/oauth2/authorize?`),
      'what a browser can reach',
    )
    const { callbackUrl } = await mock.pool.auth.follow(authorizeUrl, { user: 'alice' })
    const { pathname, search } = new URL(callbackUrl)
    const cookie = login.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')
    const back = await fetch(url + pathname + search, { redirect: 'manual', headers: { cookie } })
    t.equal(back.headers.get('location'), '/')
    t.equal((await mock.pool.requests.last('token:code'))?.status, 200)
    t.match(app?.entrypoint, ['node', '/app/dist/bff-server.js'])
    t.ok(existsSync(join(root, 'dist/bff-server.js')))
  })

t.test('a workflow on GitHub tells its tests where the mock is', async (t) => {
  const { services, steps } = parse(read('examples/github-actions.yaml')).jobs['as-a-service']
  const { mock: settings } = readCommandLine([], services.mocknito.env) as RunCommand
  const mock = await startWorld(t, { ...settings, port: 0 })
  await mock.setPublicUrl(`http://127.0.0.1:${mock.port}`)
  const { run: script } = steps.find(({ name }: { name?: string }) => name === 'Tell the tests where it is')
  const file = join(t.testdir({ env: '' }), 'env')
  await run('sh', ['-ec', script.replaceAll('9400', mock.port)], {
    env: { PATH: process.env.PATH, GITHUB_ENV: file },
  })
  t.match(parseEnv(readFileSync(file, 'utf8')), {
    COGNITO_ISSUER: mock.pool.issuer,
    COGNITO_CLIENT_ID: mock.pool.client('web').id,
  })
  t.ok(await mock.pool.auth.code({ user: 'alice' }))
  const { intoImage } = dockerfile()
  const [, script_] = /node \/app\/(\S+\.js)/.exec(services.mocknito.options) ?? []
  t.ok(
    intoImage.some((words) => words.at(-1) === script_),
    'the health command is in the image',
  )
})

t.test('a development container tells browsers and the app where the mock is', async (t) => {
  const commentless = read('examples/devcontainer/devcontainer.json').replaceAll(/^\s*\/\/.*$/gm, '')
  const { forwardPorts, postStartCommand, service } = JSON.parse(commentless)
  const { services } = parse(read('examples/devcontainer/compose.yaml')) as Compose
  t.ok(service in services)
  t.match(forwardPorts, [Number, 9400])
  t.equal(postStartCommand, 'sh .devcontainer/mocknito.sh')

  const { mock: settings } = readCommandLine([], services.mocknito?.environment ?? {}) as RunCommand
  const mock = await startWorld(t, { ...settings, port: 0 })
  const cwd = t.testdir({})
  writeFileSync(join(cwd, 'mocknito.sh'), read('examples/devcontainer/mocknito.sh'))
  const tell = async (env: Environment) => {
    await run('sh', ['mocknito.sh'], {
      cwd,
      env: { PATH: process.env.PATH, MOCKNITO_URL: `http://127.0.0.1:${mock.port}`, ...env },
    })
    return parseEnv(readFileSync(join(cwd, '.env.mocknito'), 'utf8')).COGNITO_ISSUER
  }
  t.equal(await tell({}), `http://127.0.0.1:${mock.port}/us-east-1_LocalPool`)
  const codespace = {
    CODESPACES: 'true',
    CODESPACE_NAME: 'fluffy-1',
    GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'app.github.dev',
  }
  t.equal(await tell(codespace), 'https://fluffy-1-9400.app.github.dev/us-east-1_LocalPool')
})
