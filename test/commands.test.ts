// The commands beside starting: exec, tour, doctor, init, and what a script reads of a start.
import { execFile, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { examine, report } from '../src/commands/doctor.ts'
import { starter } from '../src/commands/init.ts'
import { tour } from '../src/commands/tour.ts'
import { runMocknito, type Surroundings } from '../src/program.ts'
import { startWorld } from './support/world.ts'

const run = promisify(execFile)
const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))

/** Runs the program in this process, in surroundings made up for it. */
async function program(t: Test, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const said = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof said) => ({ write: (text: string) => (said[name] += text) })
  const signals = new EventEmitter()
  t.teardown(() => signals.emit('SIGTERM'))
  const surroundings = {
    argv: [process.execPath, cli, ...words],
    env: { PATH: process.env.PATH, ...env },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    once: signals.once.bind(signals),
  }
  const ended = runMocknito(surroundings as unknown as Surroundings)
  return { said, signals, code: () => ended }
}

const inNode = (script: string) => ['--', process.execPath, '-e', script]

t.test('exec runs a command beside a mock, and passes its exit code on', async (t) => {
  const script = `fetch(process.env.COGNITO_JWKS_URI).then(async (answer) => {
    const { keys } = await answer.json()
    const names = ['COGNITO_APP_ID', 'AUTH_COGNITO_ID', 'AMPLIFY_USERPOOL_ID', 'MOCKNITO_URL']
    process.exit(keys.length === 2 && names.every((name) => process.env[name]) ? 7 : 1)
  })`
  const { code, said } = await program(t, ['exec', ...inNode(script)])
  t.equal(await code(), 7)
  t.match(said.stderr, /^GET \/us-east-1_LocalPool\/\.well-known\/jwks\.json 200$/m)
  t.equal(said.stdout, '')
  const named = await program(t, [
    'exec',
    '--quiet',
    '--names',
    'authjs',
    ...inNode('process.exit(process.env.COGNITO_ISSUER ? 1 : 0)'),
  ])
  t.equal(await named.code(), 0)
  t.equal(named.said.stderr, '')
  const guarded = inNode("process.exit(process.env.MOCKNITO_CONTROL_TOKEN === 'of-my-own' ? 0 : 1)")
  t.equal(await (await program(t, ['exec', '--control-token', 'of-my-own', ...guarded])).code(), 0)
})

t.test(
  'a command that cannot be started is 127, and one that a signal ends is what a shell would say',
  async (t) => {
    const missing = await program(t, ['exec', '--', 'no-such-command'])
    t.equal(await missing.code(), 127)
    t.match(
      missing.said.stderr,
      /^mocknito: the command could not be started: spawn no-such-command ENOENT$/m,
    )
    const { code } = await program(t, ['exec', ...inNode('process.kill(process.pid, "SIGKILL")')])
    t.equal(await code(), 137)
  },
)

t.test('a signal to exec is a signal to the command', async (t) => {
  const script =
    "process.on('SIGTERM', () => process.exit(3)); console.log('here'); setInterval(() => {}, 1000)"
  const child = spawn(process.execPath, [...process.execArgv, cli, 'exec', '--quiet', ...inNode(script)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  t.same(await ended, [3, null])
})

t.test('a script reads the environment, or waits for a file', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'ready.json')
  const { said, signals, code } = await program(t, [
    '--port',
    '0',
    '--quiet',
    '--print-env',
    '--ready-file',
    file,
  ])
  t.equal(await code(), 0)
  t.match(said.stdout, /^COGNITO_ISSUER=http:\/\/127\.0\.0\.1:\d+\/us-east-1_LocalPool\n/)
  const ready = JSON.parse(readFileSync(file, 'utf8'))
  t.match(ready, { url: /^http/, issuer: ready.env.COGNITO_ISSUER, env: { MOCKNITO_URL: ready.url } })
  t.equal(statSync(file).mode & 0o777, 0o600)
  const changes = watch(folder, { signal: AbortSignal.timeout(30_000) })
  signals.emit('SIGTERM')
  for await (const _ of changes) if (!existsSync(file)) break
  t.notOk(existsSync(file), 'gone with the mock')
})

t.test('where the file cannot be written, that is said, and no mock stays behind', async (t) => {
  const nowhere = join(t.testdir(), 'no', 'such', 'ready.json')
  const { said, code } = await program(t, ['--port', '0', '--quiet', '--ready-file', nowhere])
  t.equal(await code(), 1)
  t.match(said.stderr, /mocknito: ENOENT: .*ready\.json/)
  await t.rejects(fetch(`${/http:\/\/127\.0\.0\.1:\d+/.exec(said.stderr)?.[0]}/health`), 'the mock is gone')
})

t.test('the demo tells where its BFF is too, in the names of the sample if they are asked for', async (t) => {
  const where = ['--port', '0', '--bff-port', '0', '--quiet', '--print-env=json']
  const told = async (names: string, env: NodeJS.ProcessEnv = {}) => {
    const { said, code } = await program(t, ['demo', ...where, '--names', names], env)
    t.equal(await code(), 0)
    return JSON.parse(said.stdout)
  }
  const sample = await told('series')
  t.strictSame(Object.keys(sample), [
    'COGNITO_ISSUER',
    'COGNITO_DOMAIN',
    'COGNITO_APP_ID',
    'COGNITO_APP_SECRET',
    'AWS_REGION',
    'API_GATEWAY_URL',
    'LOGIN_REDIRECT_URL',
    'CORS_ALLOW_ORIGIN',
  ])
  t.match(sample.API_GATEWAY_URL, /^http:\/\/localhost:\d+$/)
  t.equal((await fetch(`${sample.API_GATEWAY_URL}/health`)).status, 200)
  t.equal(sample.LOGIN_REDIRECT_URL, `${sample.API_GATEWAY_URL}/`)
  t.equal(sample.CORS_ALLOW_ORIGIN, sample.API_GATEWAY_URL)

  const ours = await told('ours', {
    LOGIN_REDIRECT_URL: 'http://localhost:4200/home',
    CORS_ALLOW_ORIGIN: 'http://localhost:4200',
    BFF_PUBLIC_URL: 'https://app.example',
  })
  t.match(ours, {
    COGNITO_CLIENT_ID: 'mockwebclient0000000000001',
    BFF_PUBLIC_URL: 'https://app.example',
    BFF_HOME_URL: 'http://localhost:4200/home',
    BFF_ALLOWED_ORIGINS: 'http://localhost:4200',
  })
  t.notOk('BFF_PUBLIC_URL' in (await told('authjs')), 'Auth.js is no client of a BFF')
})

t.test('somewhere else than on loopback the control token is told', async (t) => {
  const { said, code } = await program(t, ['--port', '0', '--host', '0.0.0.0', '--json', '--quiet'])
  t.equal(await code(), 0)
  const { controlToken } = JSON.parse(said.stdout)
  t.match(controlToken, /^[\w-]{32}$/)
  t.match(said.stderr, `control token  ${controlToken}`)
})

/** Each exchange of a log, without who and why. */
const askedIn = (log: string) => [...log.matchAll(/^[A-Z]+ \/\S* \d{3}/gm)].map(String)

/** What came back in each step of a tour. */
const answersIn = (script: string) =>
  script
    .split(/^# \d\. /m)
    .slice(1)
    .map((step) => [...step.matchAll(/^# < (.*)$/gm)].map(([, line]) => line))

t.test('the tour walks the grant, says what came back, and is a script that walks it again', async (t) => {
  const { said, code } = await program(t, ['tour', '--port', '0'])
  t.equal(await code(), 0)
  const walked = [
    'GET /oauth2/authorize 302',
    'GET /oauth2/authorize 302', // answered by the control API
    'POST /oauth2/token 200',
    'POST /oauth2/token 400',
    'GET /oauth2/userInfo 200',
    'POST /oauth2/token 200',
    'POST /oauth2/revoke 200',
    'GET /logout 302',
  ]
  t.strictSame(askedIn(said.stderr), walked, 'the mock was really asked')
  t.match(said.stderr, /^POST \/oauth2\/token 400 invalid_grant \| code\.single-use/m)
  const [authorize, signIn, exchange, again, who, refresh, revoke, logout, ...more] = answersIn(said.stdout)
  t.match(authorize, [/^302, to http:\/\/127\.0\.0\.1:\d+\/login\?response_type=code&/])
  t.match(signIn, ['200', /"code":"[0-9a-f-]{36}"/])
  t.match(exchange, [
    '200',
    /^\{"id_token":"ey.{18}…","access_token":"ey.{18}…","refresh_token":"ey.{18}…","expires_in":3600,/,
  ])
  t.strictSame(again, ['400', '{"error":"invalid_grant"}'])
  t.match(who, ['200', /"username":"alice"/])
  t.match(refresh, ['200', /^\{"id_token":"ey.{18}…","access_token":"ey.{18}…","expires_in"/])
  t.strictSame(revoke, ['200'])
  t.strictSame(logout, ['302, to http://localhost:9401/'])
  t.strictSame(more, [])
  t.notMatch(said.stdout, /ey[\w-]{30}/, 'no token in full')

  const lines = (await run('sh', ['-c', said.stdout])).stdout.split('\n')
  t.match(lines, [
    /^authorize: sent to http:\/\/127\.0\.0\.1:\d+\/login\?/,
    /^code: [0-9a-f-]{36}$/,
    /^tokens: \{"id_token":"ey/,
    '{"error":"invalid_grant"}',
    /"username":"alice"/,
    /^\{"id_token":"ey/,
    'revoked: 200',
    'logged out, and sent to http://localhost:9401/',
    '',
  ])
  t.strictSame(askedIn(said.stderr), [...walked, ...walked], 'and the curls ask what the tour asked')
})

t.test('a tour of a mock that asks for a token, and of a client that has no secret', async (t) => {
  const mock = await startWorld(t, { controlToken: "it's my own" })
  const client = await mock.pool.createClient({ name: 'app', callbackUrls: ['com.example.app:/login'] })
  const asked = () => mock.exchanges().map(({ method, path, status }) => `${method} ${path} ${status}`)
  const printed = await tour(mock, client)
  const walked = asked()
  t.equal(walked.filter((each) => each === 'POST /oauth2/token 200').length, 2)
  t.equal(walked.at(-1), 'POST /oauth2/revoke 200', 'there is no page to come back to after a log-out')
  t.match(printed, /^CONTROL_TOKEN='it'\\''s my own'\n\n# 1\. /)
  const { stdout } = await run('sh', ['-c', printed])
  t.match(stdout, /^code: [0-9a-f-]{36}$/m)
  t.match(stdout, /^revoked: 200$/m)
  t.strictSame(asked(), [...walked, ...walked])
})

t.test(
  'a tour is taken at any client with the code flow; where there is none, it is said and nothing stays',
  async (t) => {
    const client = {
      ClientName: 'page',
      AllowedOAuthScopes: ['openid'],
      CallbackURLs: ['http://localhost:3000/'],
    }
    const user = { Username: 'alice', Password: 'Passw0rd!' }
    const worldWith = (AllowedOAuthFlows: string[]) => {
      const pool = { UserPool: { Name: 'x' }, Clients: [{ ...client, AllowedOAuthFlows }], Users: [user] }
      return ['--fixture', join(t.testdir({ 'world.json': JSON.stringify({ pools: [pool] }) }), 'world.json')]
    }
    const walked = await program(t, ['tour', '--port', '0', '--quiet', ...worldWith(['code'])])
    t.equal(await walked.code(), 0)
    t.match(walked.said.stdout, /scope=openid&state=abc'\n# < 302/)
    t.match(walked.said.stdout, '"username":"alice"')

    const { said, code } = await program(t, ['tour', '--port', '0', '--quiet', ...worldWith(['implicit'])])
    t.equal(await code(), 1)
    t.match(said.stderr, /the tour needs a client with the OAuth flow code; pool .* has none\n$/)
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said.stderr)?.[0]
    await t.rejects(fetch(`${url}/health`), 'the mock is gone')
  },
)

t.test('a tour says so where nobody can be reached by the public name', async (t) => {
  const { said, code } = await program(t, ['tour', '--port', '0', '--public-url', 'http://127.0.0.1:1'])
  t.equal(await code(), 0)
  for (const answer of answersIn(said.stdout))
    t.match(answer, [/^nobody answers at http:\/\/127\.0\.0\.1:1\/.*: fetch failed$/])
})

t.test('a world to begin with is written once, and can be started', async (t) => {
  const file = join(t.testdir({}), 'mocknito.yaml')
  const first = await program(t, ['init', file])
  t.equal(await first.code(), 0)
  t.equal(first.said.stderr, `wrote ${file}; start it with mocknito --fixture ${file}\n`)
  t.equal(readFileSync(file, 'utf8'), starter)
  const mock = await startWorld(t, { fixture: file })
  t.match(await mock.pool.auth.code({ user: 'alice' }), {
    callbackUrl: /^http:\/\/localhost:3000\/callback\?code=/,
  })
  const second = await program(t, ['init', file])
  t.equal(await second.code(), 1)
  t.equal(second.said.stderr, `mocknito: ${file} is there already, and stays as it is\n`)
  const nowhere = await program(t, ['init', join(file, 'below')])
  t.equal(await nowhere.code(), 1)
  t.match(nowhere.said.stderr, 'ENOTDIR')
})

const examined = async (issuer: string | undefined, port: number, env = {}) =>
  report(await examine({ port, host: '127.0.0.1', issuer, data: undefined, env }))

t.test('the doctor finds nothing wrong with a mock that is well', async (t) => {
  const mock = await startWorld(t)
  const text = await examined(mock.pool.issuer, mock.port)
  t.match(text, `ok    A mocknito`)
  t.match(text, `ok    The issuer ${mock.pool.issuer} is what the server there calls itself.`)
  t.match(text, `ok    Its keys are at ${mock.pool.jwksUri}.`)
  t.match(text, /^ok {4}NODE_ENV is not set\.$/m)
  const { said, code } = await program(t, ['doctor', '--port', String(mock.port)])
  t.equal(await code(), said.stdout.includes('MEND') ? 1 : 0)
})

t.test('the doctor knows variables that nobody reads, and Codespaces', async (t) => {
  const mock = await startWorld(t)
  const codespace = {
    CODESPACES: 'true',
    CODESPACE_NAME: 'fluffy',
    GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'app.github.dev',
  }
  const url = `https://fluffy-${mock.port}.app.github.dev`
  const text = await examined(undefined, mock.port, {
    MOCKNITO_PUBLICURL: url,
    MOCKNITO_PORT_9400_TCP: 'tcp://10.0.0.1:9400',
    MOCKNITO_URL: mock.url,
    ...codespace,
  })
  t.match(text, 'MEND  MOCKNITO_PUBLICURL is set, and nothing reads it. Did you mean MOCKNITO_PUBLIC_URL?')
  t.match(text, `MEND  This is a Codespace: browsers reach mocknito at ${url}. Start it with --public-url`)
  t.equal(text.match(/MOCKNITO_/g)?.length, 2)
  const told = await examined(undefined, mock.port, { MOCKNITO_PUBLIC_URL: url, ...codespace })
  t.match(told, `ok    This is a Codespace, and mocknito is told by which name browsers reach it: ${url}.`)
})

t.test('the doctor says in a sentence what is wrong, and what to do', async (t) => {
  const mock = await startWorld(t)
  await mock.setPublicUrl('http://localhost:4711')
  const told = `${mock.url.replace('4711', String(mock.port))}/us-east-1_LocalPool`
  const text = await examined(told, mock.port, { NODE_ENV: 'production' })
  t.match(text, /^MEND {2}NODE_ENV is production: mocknito refuses to start\./m)
  t.match(
    text,
    `MEND  The app is told the issuer ${told}, and the server there calls itself http://localhost:4711/us-east-1_LocalPool`,
  )
  t.match(text, 'Start mocknito with --public-url')

  const broken = createServer((request, response) => {
    const { port } = broken.address() as { port: number }
    const issuer = `http://127.0.0.1:${port}/pool`
    const isDiscovery = request.url?.endsWith('openid-configuration')
    response.end(isDiscovery ? JSON.stringify({ issuer, jwks_uri: `${issuer}/none` }) : '<h1>no</h1>')
  })
  await once(broken.listen(0, '127.0.0.1'), 'listening')
  const { port } = broken.address() as { port: number }
  const silent = createServer((_, response) => response.end('{}'))
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => silent.close())
  const { port: silentPort } = silent.address() as { port: number }
  t.match(
    await examined(`http://127.0.0.1:${silentPort}`, silentPort),
    'is no discovery document: nothing that is JSON answers there',
  )
  const strange = await examined(`http://127.0.0.1:${port}/pool`, port)
  t.match(strange, `MEND  Port ${port} of 127.0.0.1 is taken by something that is no mocknito`)
  t.match(strange, `MEND  Its keys cannot be read at http://127.0.0.1:${port}/pool/none, from here.`)
  broken.closeAllConnections()
  await new Promise((resolve) => {
    broken.close(resolve)
  })
  const gone = await examined(`http://127.0.0.1:${port}/pool`, port)
  t.match(gone, `ok    Port ${port} of 127.0.0.1 is free.`)
  t.match(gone, /MEND {2}http.*openid-configuration is no discovery document: connect ECONNREFUSED/)
  t.match(
    await examined(`${told.replace(/LocalPool/, 'Nowhere')}`, mock.port),
    'is no discovery document: User pool us-east-1_Nowhere does not exist.',
  )
  const { said, code } = await program(t, ['doctor', 'http://127.0.0.1:1/nothing'], {
    NODE_ENV: 'production',
  })
  t.equal(await code(), 1)
  t.match(said.stdout, 'MEND')
})

t.test('--data is for every command that starts a mock, and the doctor looks at it', async (t) => {
  const folder = join(t.testdir(), 'data')
  const addZoe = `fetch(process.env.MOCKNITO_URL + '/_mock/v1/pools/default/users/zoe', {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}',
  }).then(({ status }) => process.exit(status === 200 ? 0 : 1))`
  t.equal(await (await program(t, ['exec', '--data', folder, ...inNode(addZoe)])).code(), 0)

  const { said, code } = await program(t, ['--port', '0', '--json', '--quiet', '--data', folder])
  t.equal(await code(), 0)
  t.match(said.stderr, `    data    ${folder}   kept from start to start\n`)
  const { url } = JSON.parse(said.stdout)
  t.equal((await fetch(`${url}/_mock/v1/pools/default/users/zoe`)).status, 200)
  const second = await program(t, ['--port', '0', '--data', folder])
  t.equal(await second.code(), 1)
  t.match(second.said.stderr, `mocknito: ${folder} is in use by process ${process.pid}: `)

  const doctor = async () => (await program(t, ['doctor', '--port', '0', '--data', folder])).said
  const seen = async (sentence: RegExp) => {
    const said = await doctor()
    while (!said.stdout.includes('\n')) await new Promise(setImmediate)
    t.match(said.stdout, sentence)
  }
  await seen(/^ok {4}.*data is whole, with 3 records, and in use by process \d+\.$/m)
  writeFileSync(join(folder, 'world.log'), 'Dear diary,\n')
  await seen(/^MEND {2}.*world\.log does not begin as a file of mocknito's does: .*\.$/m)
})
