// The binary as a shell sees it: words in; standard output, standard error, an exit code and a port out. What only a process can show
// (its streams, signals and end) is shown by processes; the rest runs here, in surroundings made up for it.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { readCommandLine, UsageError } from '../src/command-line.ts'
import { demoFixture } from '../src/idp/fixture/load.ts'
import { runMocknito, type Surroundings } from '../src/program.ts'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  /** What it has said so far. */
  said(stream: 'stdout' | 'stderr'): string
  /** Resolves once it has said that. @throws if it ends before */
  says(stream: 'stdout' | 'stderr', text: string): Promise<void>
}

/** Starts the real thing; it ends with the test at the latest. */
function mocknito(t: Test, words: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [...process.execArgv, cli, ...words], {
    env: { ...process.env, NODE_ENV: 'test', ...env },
  })
  const text = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk) => {
      text[stream] += chunk
      for (const listener of listeners) listener()
    })
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal, ...text }))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    ended,
    said: (stream) => text[stream],
    says: (stream, expected) =>
      new Promise((resolve, reject) => {
        const look = () => text[stream].includes(expected) && resolve()
        listeners.add(look)
        look()
        void ended.then(({ stderr }) => reject(new Error(`it ended without saying ${expected}: ${stderr}`)))
      }),
  }
}

/** What a script reads from the one line that `--json` prints. */
async function ready(running: Running): Promise<{ url: string; issuer: string; bffUrl?: string }> {
  await running.says('stdout', '\n')
  return JSON.parse(running.said('stdout'))
}

/** Runs the program in this process; what it started ends by a signal, with the test at the latest. */
async function run(t: Test, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const said = { stdout: '', stderr: '' }
  const writeTo = (stream: keyof typeof said) => ({
    write(text: string) {
      said[stream] += text
    },
  })
  const signals = new EventEmitter()
  const surroundings = {
    argv: [process.execPath, cli, ...words],
    env,
    stdout: writeTo('stdout'),
    stderr: writeTo('stderr'),
    once: signals.once.bind(signals),
  }
  t.teardown(() => signals.emit('SIGTERM'))
  const code = await runMocknito(surroundings as unknown as Surroundings)
  return { code, ...said, said, signals }
}

const status = async (url: string) => (await fetch(url)).status
const keysOf = (issuer: string) => status(`${issuer}/.well-known/jwks.json`)

t.test('a script gets one line of JSON, a person the banner, and SIGTERM ends it well', async (t) => {
  const running = mocknito(t, ['--json', '--port', '0'])
  const { url, issuer, ...rest } = await ready(running)
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal(issuer, `${url}/us-east-1_LocalPool`)
  t.strictSame(rest, {})
  t.equal(await keysOf(issuer), 200)
  await running.says('stderr', 'GET /us-east-1_LocalPool/.well-known/jwks.json 200\n')

  running.child.kill('SIGTERM')
  const { code, signal, stdout, stderr } = await running.ended
  t.strictSame({ code, signal }, { code: 0, signal: null })
  t.equal(stdout.split('\n').length, 2, 'one line and nothing else')
  await t.rejects(status(url), 'the port is free again')

  t.ok(
    stderr.startsWith(`mocknito ${version}: Amazon Cognito on this machine. Not AWS, not for production.\n`),
  )
  for (const told of [url, issuer, `${issuer}/.well-known/jwks.json`]) t.match(stderr, told)
  const [pool] = demoFixture().pools
  for (const { ClientId = '', ClientSecret = 'public' } of pool?.Clients ?? []) {
    t.match(stderr, ClientId)
    t.match(stderr, ClientSecret)
  }
  for (const { Username, Password = '' } of pool?.Users ?? [])
    t.match(stderr, new RegExp(`^ +${Username} +${Password} `, 'm'))
  t.match(stderr, 'TOTP seed JBSWY3DPEHPK3PXP')
})

t.test('the demo takes two free ports, in production if that is meant, and Ctrl-C ends both', async (t) => {
  const words = ['demo', '--json', '--port', '0', '--bff-port', '0', '--allow-production']
  const running = mocknito(t, words, { NODE_ENV: 'production', BFF_LOGIN_REDIRECT_STATUS: '303' })
  const { url, bffUrl } = await ready(running)
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.match(bffUrl, /^http:\/\/localhost:\d+$/)
  t.match(running.said('stderr'), `demo app  ${bffUrl}   open it and click "Log in"`)
  const login = await fetch(`${bffUrl}/auth/login`, { redirect: 'manual' })
  t.equal(login.status, 303, 'settings of the BFF come from the environment')
  t.match(login.headers.get('location'), `${url}/oauth2/authorize?`)
  running.child.kill('SIGINT')
  t.match(await running.ended, { code: 0, signal: null })
  await t.rejects(status(url))
  await t.rejects(status(String(bffUrl)))
})

t.test('production is one sentence and exit code 1', async (t) => {
  const refused = await mocknito(t, ['--port', '0'], { NODE_ENV: 'production' }).ended
  t.match(refused, { code: 1, signal: null, stderr: /^mocknito: NODE_ENV is production.*--allow-production/ })
  t.equal(refused.stdout, '')
  t.equal(refused.stderr.split('\n').length, 2)
})

t.test('words that make no sense are one sentence and exit code 2', async (t) => {
  t.strictSame(await mocknito(t, ['--prot', '0']).ended, {
    code: 2,
    signal: null,
    stdout: '',
    stderr:
      'mocknito: there is no option --prot; did you mean --port?; mocknito --help tells what can be said\n',
  })
})

t.test('without --json standard output stays empty, and each exchange is a line', async (t) => {
  const { code, stdout, stderr, said, signals } = await run(t, ['--port', '0'])
  t.equal(code, 0)
  t.equal(stdout, '')
  const issuer = String(/^ +issuer +(\S+)$/m.exec(stderr)?.[1])
  t.equal(await keysOf(issuer), 200)
  t.equal(said.stderr, `${stderr}GET /us-east-1_LocalPool/.well-known/jwks.json 200\n`)
  t.equal(signals.listenerCount('SIGINT'), 1, 'a second Ctrl-C finds nobody and ends the process')
})

t.test('https is a second port, and the banner and the script are told how to trust it', async (t) => {
  const { stdout, stderr } = await run(t, ['--json', '--https', '--port', '0'])
  const { url, httpsUrl, caFile } = JSON.parse(stdout)
  t.match(url, /^http:/)
  t.match(httpsUrl, /^https:\/\/127\.0\.0\.1:\d+$/)
  t.match(stderr, new RegExp(`^ +mock +${url}\\n +${httpsUrl}$`, 'm'))
  t.match(stderr, `NODE_EXTRA_CA_CERTS="${caFile}"`)
  t.match(stderr, new RegExp(`^ +browsers +\\S.*"${caFile}"$`, 'm'))
  t.match(readFileSync(caFile, 'utf8'), /^-----BEGIN CERTIFICATE-----/)

  const without = await run(t, ['--json', '--port', '0'])
  t.notMatch(without.stderr, /https:|trust/)
})

t.test('quiet means no line for an exchange, the banner still comes', async (t) => {
  const { stdout, stderr, said } = await run(t, ['--quiet', '--json', '--port', '0'])
  t.match(stderr, 'alice')
  t.equal(await keysOf(JSON.parse(stdout).issuer), 200)
  t.equal(said.stderr, stderr)
})

t.test('what is switched stands in the banner, quiet or not, and in the log', async (t) => {
  const words = [
    '--json',
    '--port',
    '0',
    '--switch',
    'cors=token-only',
    '--switch',
    'pkce-failure=invalid_grant',
  ]
  const quiet = await run(t, [...words, '--quiet'])
  t.match(quiet.stderr, /\n {2}switched\n {4}cors=token-only {2}default: token-user-info-revoke\n\n$/)
  const chatty = await run(t, words)
  t.match(chatty.stderr, /^switched: cors is token-only \(default: token-user-info-revoke\)\nmocknito /)
})

t.test('the secrets of another world stay out of terminals', async (t) => {
  const folder = t.testdir({
    'world.yaml': `
pools:
  - UserPool: { Id: eu-west-1_Theirs }
    Clients: [{ ClientName: theirs, ClientSecret: hushhushhushhushhushhush }]
    Users: [{ Username: ada, Password: Hush1! }]
`,
  })
  const file = join(folder, 'world.yaml')
  const { stdout, stderr } = await run(t, ['--json', '--port', '0', '--fixture', file, '--issuer', 'aws'])
  t.equal(JSON.parse(stdout).issuer, 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Theirs')
  t.match(stderr, /^ +theirs +\w{26} +confidential$/m)
  t.match(stderr, /^ +ada +CONFIRMED$/m)
  t.notMatch(stderr, /hush/i)
})

t.test('keys go to the cache folder of the environment, and trouble there is told', async (t) => {
  const { XDG_CACHE_HOME } = process.env
  t.teardown(() => {
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME
  })
  const folder = t.testdir({ file: '' })
  process.env.XDG_CACHE_HOME = folder
  const { stdout } = await run(t, ['--json', '--port', '0'])
  await keysOf(JSON.parse(stdout).issuer)
  t.ok(existsSync(join(folder, 'mocknito', 'keys', 'us-east-1_LocalPool.json')))

  process.env.XDG_CACHE_HOME = join(folder, 'file')
  const troubled = await run(t, ['--json', '--port', '0', '--quiet'])
  await keysOf(JSON.parse(troubled.stdout).issuer)
  t.match(troubled.said.stderr, /^the keys of us-east-1_LocalPool could not be kept in .*$/m, 'quiet or not')
})

t.test('a port in use is one sentence and exit code 1', async (t) => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  t.teardown(() => squatter.close())
  const { port } = squatter.address() as { port: number }
  const { code, stdout, stderr } = await run(t, ['--port', String(port)])
  t.equal(code, 1)
  t.equal(stdout, '')
  t.equal(
    stderr,
    `mocknito: port ${port} is already in use; say --port (or --https-port, --bff-port) with another one, or 0 for a free one\n`,
  )
})

t.test('a bad fixture is all of its problems and exit code 1', async (t) => {
  const folder = t.testdir({ 'bad.json': '{"pool":[],"pools":[{"UserPool":{},"Domain":"A"}]}' })
  const file = join(folder, 'bad.json')
  const { code, stdout, stderr } = await run(t, ['--port', '0', '--fixture', file])
  t.equal(code, 1)
  t.equal(stdout, '')
  t.equal(
    stderr,
    [
      `mocknito: ${file} has 2 problems:`,
      '  at the top: pool is not known here; did you mean pools?',
      '  pools[0].Domain: is "A", expected 1 to 63 small letters, digits and hyphens, none of these at an end',
      '',
    ].join('\n'),
  )
})

t.test('help and version go to standard output', async (t) => {
  const help = await run(t, ['--help'])
  t.match(help, { code: 0, stderr: /^$/ })
  for (const word of [
    'mocknito demo',
    'mocknito import',
    'mocknito validate',
    '--fixture',
    '--port',
    '--json',
    '--https',
    '127.0.0.1',
    '9400',
    '9401',
    '9443',
  ])
    t.match(help.stdout, word)
  t.match(await run(t, ['demo', '-v']), { code: 0, stdout: new RegExp(`^${version}\n$`), stderr: /^$/ })
})

t.test('every word that can be said is understood', async (t) => {
  const defaults = { port: 9400, switches: {}, trustProxy: false, allowProduction: false }
  t.strictSame(readCommandLine([]), {
    name: 'mock',
    mock: defaults,
    bffPort: 9401,
    json: false,
    quiet: false,
    printEnv: undefined,
    names: undefined,
    readyFile: undefined,
  })
  t.strictSame(readCommandLine(['mock']), readCommandLine([]))
  const everything =
    'demo --fixture f.yaml --port 0 --host ::1 --public-url http://a --issuer aws --bff-port 65535 --json --quiet --trust-proxy --allow-production --switch pkce-failure=invalid_request --switch cors=token-only --https --https-port 1 --https-name a --https-name b --cert c.pem --key k.pem --print-env=shell --names=series --ready-file ready.json --control-token t --fixed-code 123456 --no-ribbon --no-reload'
  t.strictSame(readCommandLine(everything.split(' ')), {
    name: 'demo',
    mock: {
      port: 0,
      fixture: 'f.yaml',
      host: '::1',
      publicUrl: 'http://a',
      issuer: 'aws',
      controlToken: 't',
      switches: { 'pkce-failure': 'invalid_request', cors: 'token-only' },
      fixedCode: '123456',
      ribbon: false,
      reload: false,
      trustProxy: true,
      https: { port: 1, names: ['a', 'b'], cert: 'c.pem', key: 'k.pem' },
      allowProduction: true,
    },
    bffPort: 65_535,
    json: true,
    quiet: true,
    printEnv: 'shell',
    names: 'series',
    readyFile: 'ready.json',
  })
  t.match(readCommandLine(['--print-env', '--no-control-token']), {
    printEnv: 'dotenv',
    mock: { controlToken: false },
  })
  t.match(readCommandLine(['exec', '--names', 'authjs', '--', 'npm', 'test', '--', '--port']), {
    name: 'exec',
    command: ['npm', 'test', '--', '--port'],
    mock: { port: 0 },
    names: 'authjs',
  })
  t.strictSame(readCommandLine(['tour', '--port=0']).name, 'tour')
  t.strictSame(readCommandLine(['doctor']), {
    name: 'doctor',
    port: 9400,
    host: '127.0.0.1',
    issuer: undefined,
    data: undefined,
  })
  t.match(readCommandLine(['doctor', 'http://a/b', '--port', '1', '--host', '::1']), {
    port: 1,
    host: '::1',
    issuer: 'http://a/b',
  })
  t.strictSame(readCommandLine(['init']), { name: 'init', file: 'mocknito.yaml' })
  t.strictSame(readCommandLine(['init', 'my.yaml']), { name: 'init', file: 'my.yaml' })
  t.match(readCommandLine(['--https']), { mock: { https: { port: 9443 } } })
  t.match(readCommandLine(['--https', '--port', '0']), { mock: { https: { port: 0 } } }, 'free ones')
  for (const words of [
    ['--https-name', 'a'],
    ['--cert', 'c'],
    ['--key', 'k'],
    ['--https-port', '9443'],
  ])
    t.match(readCommandLine(words), { mock: { https: { port: 9443 } } }, `${words[0]} asks for it`)
  for (const name of ['import', 'validate'])
    t.strictSame(readCommandLine([name, 'a.json', 'b']), { name, paths: ['a.json', 'b'] })
  t.match(readCommandLine(['--issuer=local']), { mock: { issuer: 'local' } })
  for (const word of ['--help', '-h']) t.strictSame(readCommandLine([word]), { name: 'help' })
  for (const word of ['--version', '-v']) t.strictSame(readCommandLine([word]), { name: 'version' })
})

t.test('every word that cannot be said gets a sentence of its own', async (t) => {
  const complaints: Record<string, string> = {
    'demo mock': 'one command at a time: demo mock',
    import: 'import needs files or folders',
    'validate a --port 1 b': 'validate takes files and folders only, not --port',
    serve: 'there is no command serve, only mock, demo, exec, tour, doctor, init, import and validate',
    exec: 'exec needs a command: mocknito exec -- npm test',
    'demo -- npm test': 'only exec takes a command after --',
    'init one two': 'one command at a time: init one two',
    '--print-env=xml': '--print-env is xml, expected dotenv, github, shell, compose or json',
    '--names mine': '--names is mine, expected ours, series, authjs or amplify',
    '--issuer AWS': '--issuer is AWS, expected local or aws',
    '--port 65536': '--port is 65536, expected a number from 0 to 65535',
    '--port http': '--port is http, expected a number from 0 to 65535',
    '--port=': '--port is , expected a number from 0 to 65535',
    '--port=-1': '--port is -1, expected a number from 0 to 65535',
    '--switch cors': '--switch is cors, expected NAME=VALUE',
    '--switch cor=x': 'there is no switch cor; did you mean cors?',
    '--switch cors=none': 'the switch cors is none, expected token-user-info-revoke or token-only',
    '--bff-port 1.5': '--bff-port is 1.5, expected a number from 0 to 65535',
    '--https-port x': '--https-port is x, expected a number from 0 to 65535',
    '--fixtures f': 'there is no option --fixtures; did you mean --fixture?',
    '--publicUrl u': 'there is no option --publicUrl; did you mean --public-url?',
    '--port': "Option '--port <value>' argument missing",
    '--json=1': "Option '--json' does not take an argument",
  }
  for (const [words, message] of Object.entries(complaints)) {
    const complain = () => readCommandLine(words.split(' '))
    t.throws(complain, UsageError, words)
    t.throws(complain, { name: 'UsageError', message }, words)
  }
})

t.test('each option is a variable too, and what is typed wins', async (t) => {
  const env = {
    MOCKNITO_PORT: '0',
    MOCKNITO_HOST: '127.0.0.1',
    MOCKNITO_PUBLIC_URL: 'http://127.0.0.1:4711',
    MOCKNITO_NO_CONTROL_TOKEN: 'true',
    MOCKNITO_HTTPS: 'no',
    MOCKNITO_QUIET: '1',
    MOCKNITO_ISSUER: '',
    MOCKNITO_SWITCH: 'cors=token-only  failed-exchange=keeps-code',
    MOCKNITO_PRINT_ENV: 'json',
  }
  t.match(readCommandLine([], env), {
    mock: {
      port: 0,
      publicUrl: 'http://127.0.0.1:4711',
      controlToken: false,
      https: undefined,
      issuer: undefined,
      switches: { cors: 'token-only', 'failed-exchange': 'keeps-code' },
    },
    quiet: true,
    printEnv: 'json',
  })
  const typed = readCommandLine(
    ['--public-url', 'http://localhost:1', '--switch', 'cors=token-user-info-revoke'],
    env,
  )
  t.match(typed, { mock: { publicUrl: 'http://localhost:1', switches: { cors: 'token-user-info-revoke' } } })
  t.match(readCommandLine(['validate', 'a.json'], env), { name: 'validate', paths: ['a.json'] })
  const { stdout } = await run(t, [], env)
  t.equal(JSON.parse(stdout).COGNITO_ISSUER, 'http://127.0.0.1:4711/us-east-1_LocalPool')
})

t.test('a variable that makes no sense is named; one of Kubernetes is none of ours', async (t) => {
  const complaint = async (env: NodeJS.ProcessEnv, ...words: string[]) => (await run(t, words, env)).stderr
  t.match(
    await complaint({ MOCKNITO_PORT: 'abc' }),
    'mocknito: MOCKNITO_PORT: --port is abc, expected a number',
  )
  t.match(await complaint({ MOCKNITO_PORT: 'abc' }, '--port', 'def'), 'mocknito: --port is def, expected')
  t.match(await complaint({ MOCKNITO_HTTPS: 'perhaps' }), 'MOCKNITO_HTTPS is perhaps, expected true or false')
  t.match(await complaint({ MOCKNITO_FIXTURE_JSON: '{' }), 'mocknito: MOCKNITO_FIXTURE_JSON is no JSON: ')
  t.match(readCommandLine([], { MOCKNITO_PORT: 'tcp://10.0.0.1:9400' }), { mock: { port: 9400 } })
})

t.test('a fixture can be a variable', async (t) => {
  const fixture = { pools: [{ UserPool: { Id: 'us-east-1_FromCi' }, Clients: [{ ClientName: 'web' }] }] }
  const env = { MOCKNITO_FIXTURE_JSON: JSON.stringify(fixture) }
  const { code, stdout, stderr } = await run(t, ['--port', '0', '--json', '--quiet'], env)
  t.equal(code, 0)
  t.match(JSON.parse(stdout).issuer, /us-east-1_FromCi$/)
  t.notMatch(stderr, 'Passw0rd!')
  const wrong = await run(t, ['--port', '0'], { MOCKNITO_FIXTURE_JSON: '{"pool":[]}' })
  t.equal(wrong.code, 1)
  t.match(wrong.stderr, 'pool')
  t.match(readCommandLine(['--fixture', 'a.json'], env), { mock: { fixture: 'a.json' } })
})
