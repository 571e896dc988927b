// kill -9 at random moments, fifty times: whatever the mock has answered is there when it starts again, and it always
// starts. It is the command line that is spawned, as it is built; the clients are in this process, and write down what
// they were told.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import type { Fixture } from '../../src/idp/fixture/fixture.ts'
import { alice, type Browser, createBrowser } from '../support/browser.ts'
import { plainly } from '../support/plainly.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const clientId = 'killedclient00000000000001'
const redirectUri = 'http://localhost/callback'
const authorization = new URLSearchParams({
  response_type: 'code',
  client_id: clientId,
  redirect_uri: redirectUri,
  scope: 'openid',
})

/** A client that rotates, so that each refresh changes something. */
const fixture: Fixture = {
  pools: [
    {
      UserPool: { Id: 'us-east-1_Killed' },
      Clients: [
        {
          ClientId: clientId,
          CallbackURLs: [redirectUri],
          AllowedOAuthFlows: ['code'],
          AllowedOAuthScopes: ['openid'],
          RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
        },
      ],
      Users: [{ Username: 'alice', Password: 'Passw0rd!' }],
    },
  ],
}

interface Spawned {
  readonly url: string
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
}

async function start(t: Test, words: readonly string[], before: readonly string[] = []): Promise<Spawned> {
  const [program = '', ...args] = [
    ...before,
    'env',
    ...plainly([process.execPath, cli, '--port', '0', '--json', '--quiet', ...words]),
  ]
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'test' },
  })
  let complaint = ''
  child.stderr.on('data', (text) => {
    complaint += text
  })
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const lines = createInterface(child.stdout)
  const said = await Promise.race([once(lines, 'line'), ended.then(() => [])])
  if (said[0] === undefined) throw new Error(`it did not start: ${complaint}`)
  return { url: JSON.parse(String(said[0])).url, child, ended }
}

/** What clients were told, and so what has to be true from then on. */
interface Told {
  readonly users: Set<string>
  readonly usedCodes: Set<string>
  /** The newest of each login. */
  readonly goodTokens: Set<string>
  readonly replacedTokens: Set<string>
  readonly revokedTokens: Set<string>
}

const nothingTold = (): Told => ({
  users: new Set(),
  usedCodes: new Set(),
  goodTokens: new Set(),
  replacedTokens: new Set(),
  revokedTokens: new Set(),
})

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

function add(told: Told, everything: Told): void {
  for (const kind of Object.keys(told) as (keyof Told)[])
    for (const each of told[kind]) everything[kind].add(each)
}

const json = { 'content-type': 'application/json' }
const control = (url: string, path: string) => `${url}/_mock/v1/pools/default/${path}`

async function asked(address: string, request: RequestInit): Promise<Record<string, string>> {
  const answer = await fetch(address, request)
  const text = await answer.text()
  if (answer.status >= 500) throw new Error(`${address} ${answer.status} ${text}`)
  return text === '' ? {} : JSON.parse(text)
}

const token = (url: string, form: Record<string, string>) =>
  asked(`${url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, ...form }),
  })
const redeemed = (url: string, code: string) =>
  token(url, { grant_type: 'authorization_code', code, redirect_uri: redirectUri })
const refreshed = (url: string, refresh_token: string) =>
  token(url, { grant_type: 'refresh_token', refresh_token })

function had(what: string | null | undefined, otherwise: string): string {
  if (typeof what !== 'string') throw new Error(otherwise)
  return what
}

let made = 0

/** Adds users, for ever. */
async function addUsers(url: string, told: Told, onTold: () => void): Promise<void> {
  for (;;) {
    const name = `user-${++made}`
    await asked(control(url, `users/${name}`), { method: 'PUT', headers: json, body: '{}' })
    told.users.add(name)
    onTold()
  }
}

/** Logs in silently, refreshes, and revokes every other login, for ever. A token is in doubt while it is on its way. */
async function logIn(url: string, told: Told, onTold: () => void, browser: Browser): Promise<void> {
  for (let login = 0; ; login++) {
    const answer = await browser.get(`${url}/oauth2/authorize?${authorization}`)
    const code = had(answer.location?.searchParams.get('code'), 'the session is lost')
    const first = had((await redeemed(url, code)).refresh_token, 'a code is no good')
    told.usedCodes.add(code)
    onTold()
    const second = had((await refreshed(url, first)).refresh_token, 'a refresh token is no good')
    told.replacedTokens.add(first)
    onTold()
    if (login % 2 === 0) {
      told.goodTokens.add(second)
      continue
    }
    await asked(`${url}/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: second, client_id: clientId }),
    })
    told.revokedTokens.add(second)
    onTold()
  }
}

/** Whatever of what was told is not so. */
async function lies(url: string, told: Told): Promise<string[]> {
  const found: string[] = []
  if (told.users.size > 0) {
    const users = (await asked(control(url, 'users'), {})) as unknown as { username: string }[]
    const names = new Set(users.map(({ username }) => username))
    for (const name of told.users) if (!names.has(name)) found.push(`${name} is gone`)
  }
  for (const code of told.usedCodes)
    if ((await redeemed(url, code)).error !== 'invalid_grant') found.push(`the code ${code} is good again`)
  for (const old of [...told.replacedTokens, ...told.revokedTokens])
    if ((await refreshed(url, old)).error !== 'invalid_grant')
      found.push('an ended refresh token is good again')
  for (const good of [...told.goodTokens]) {
    const { refresh_token: next } = await refreshed(url, good)
    told.goodTokens.delete(good)
    if (next === undefined) found.push('a refresh token is lost')
    else told.goodTokens.add(next)
  }
  return found
}

// Some seconds on a machine that has nothing else to do; several times as many on one that has.
t.setTimeout(600_000)

const rounds = 50
const lanes = 2

t.test('fifty times killed at a random moment, nothing is lost', async (t) => {
  const folder = t.testdir({ 'fixture.json': JSON.stringify(fixture) })
  let promises = 0

  async function lane(number: number): Promise<void> {
    const words = ['--fixture', join(folder, 'fixture.json'), '--data', join(folder, `data-${number}`)]
    const everything = nothingTold()
    let told = nothingTold()
    // Signed in once: afterwards it has a session, which has to outlive every kill.
    const browser = createBrowser()
    for (let round = 0; round < rounds / lanes; round++) {
      const { url, child, ended } = await start(t, words)
      t.strictSame(await lies(url, told), [], `lane ${number} before round ${round}`)
      add(told, everything)
      told = nothingTold()
      if (round === 0) await browser.signIn(`${url}/oauth2/authorize?${authorization}`, alice)
      // The control API is slow to load, so it is used in some rounds only.
      const writers = round % 5 === 0 ? [addUsers, logIn, logIn] : [logIn, logIn, logIn]
      let left = 1 + Math.floor(Math.random() * 15)
      const { promise: moment, resolve: come } = withResolvers()
      const onTold = () => {
        promises++
        // Not at the answer itself, but in the middle of whatever comes after it.
        if (left-- === 0) setTimeout(come, Math.random() * 5)
      }
      const writing = Promise.all(writers.map((write) => write(url, told, onTold, browser)))
      await Promise.race([moment, writing])
      writing.catch(() => {}) // the kill is what ends it
      child.kill('SIGKILL')
      await ended
    }
    const { url } = await start(t, words)
    add(told, everything)
    t.strictSame(await lies(url, everything), [], `all of lane ${number}, at the end`)
  }

  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)))
  t.comment(`${promises} answers were kept`)
  t.ok(promises > rounds)
})

t.test('a disk that is full is said loudly, and nothing is answered as if it had been kept', async (t) => {
  const folder = t.testdir({ 'fixture.json': JSON.stringify(fixture) })
  const data = join(folder, 'data')
  const words = ['--fixture', join(folder, 'fixture.json'), '--data', data]
  // The system refuses to let a file grow beyond so many kilobytes, as a full disk would.
  const limited = ['bash', '-c', `trap '' XFSZ; ulimit -f 16; exec "$@"`, 'bash']
  const { url, child, ended } = await start(t, words, limited)
  let complaints = ''
  child.stderr?.on('data', (text) => {
    complaints += text
  })
  const add = (name: string) =>
    fetch(control(url, `users/${name}`), { method: 'PUT', headers: json, body: '{"password":"Passw0rd!"}' })
  const kept: string[] = []
  let refusal: Response | undefined
  for (let user = 0; refusal === undefined; user++) {
    const answer = await add(`user-${user}`)
    if (answer.ok) kept.push(`user-${user}`)
    else refusal = answer
  }
  t.match(await refusal.json(), {
    status: 507,
    title: 'Insufficient Storage',
    detail: /^this could not be kept in .*world\.log: EFBIG/,
  })
  t.equal((await fetch(control(url, 'users'))).status, 507, 'nor is it shown')
  const parameters = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: 'x',
    client_id: clientId,
  })
  t.equal((await fetch(`${url}/oauth2/token`, { method: 'POST', body: parameters })).status, 500)
  child.kill('SIGKILL')
  await ended

  const again = await start(t, words)
  const users = (await (await fetch(control(again.url, 'users'))).json()) as { username: string }[]
  t.strictSame(users.map(({ username }) => username).sort(), ['alice', ...kept].sort())
  t.ok(kept.length > 5, `${kept.length} were kept`)
  t.ok(statSync(join(data, 'world.log')).size <= 16 * 1024)
  t.equal(complaints, '', 'exchanges are not logged with --quiet')
})

t.test('a damaged file is no start, and says what to do', async (t) => {
  const folder = t.testdir({ data: {} })
  writeFileSync(
    join(folder, 'data', 'world.log'),
    'mocknito data, format 1\n00000000 [["put","a/b","c","d"]]\n',
  )
  await t.rejects(start(t, ['--data', join(folder, 'data')]), {
    message: /^it did not start: mocknito: .*world\.log is damaged in line 2: /,
  })
})
