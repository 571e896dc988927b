// A mock that keeps its data, from one start to the next: whatever was answered before is true after.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createGuardrails, generate } from 'otplib'
import t, { type Test } from 'tap'
import { keptSessions } from '../../src/demo/kept-sessions.ts'
import { startDemo } from '../../src/demo/start.ts'
import type { Fixture } from '../../src/idp/fixture/fixture.ts'
import { inspectDirectory } from '../../src/idp/stores/data/inspect.ts'
import type { StartOptions } from '../../src/index.ts'
import type { StartedMocknito } from '../../src/start.ts'
import { alice, bob, createBrowser } from '../support/browser.ts'
import { demoWith, demoWithClient } from '../support/fixtures.ts'
import { visit } from '../support/hosted.ts'
import {
  authorizeUrl,
  basic,
  claimsOf,
  exchange,
  freshCode,
  freshTokens,
  postToken,
} from '../support/oauth.ts'
import { lastReason, startWorld } from '../support/world.ts'

/** Starts mocks, one after the other, on one data directory. */
function worldIn(t: Test, options: StartOptions = {}) {
  const data = join(t.testdir(), 'data')
  let running: StartedMocknito | undefined
  return {
    data,
    async start(others: StartOptions = {}) {
      await running?.close()
      running = await startWorld(t, { ...options, ...others, data })
      return running
    },
  }
}

const refresh = (mock: StartedMocknito, refresh_token: string) =>
  postToken(mock, { grant_type: 'refresh_token', refresh_token }, basic(mock.pool.client('web')))

const kids = async (mock: StartedMocknito) => (await mock.pool.keys.list()).map(({ kid }) => kid)

t.test('who is logged in at the demo is so after a restart', async (t) => {
  const data = join(t.testdir(), 'data')
  const start = async (port = 0) => {
    const demo = await startDemo({ port, bffPort: 0, data })
    t.teardown(demo.close)
    return demo
  }
  const first = await start()
  const browser = createBrowser()
  const callback = await browser.signIn(`${first.bff.url}/auth/login`, alice)
  await browser.get(callback)
  await first.close()

  const { bff } = await start(first.mock.port)
  t.match((await browser.get(`${bff.url}/auth/status`)).json(), {
    loggedIn: true,
    user: { username: 'alice' },
  })
  const refreshed = await browser.post(`${bff.url}/auth/refresh`, {}, { 'x-csrf': '1', origin: bff.url })
  t.equal(refreshed.status, 204)
  t.equal((await browser.get(`${bff.url}/api/orders`)).status, 200)
  t.equal(statSync(join(data, 'bff', 'key')).mode & 0o077, 0)
})

t.test(
  'a key that is none is made anew; one that cannot be kept is said to be lost with the process',
  async (t) => {
    const data = t.testdir({ bff: { key: 'rubbish' } })
    const said: string[] = []
    const keyOf = async (folder: string) =>
      (await keptSessions(folder, (line) => said.push(line))).BFF_SESSION_KEYS
    const key = await keyOf(data)
    t.equal(Buffer.from(key, 'base64').length, 32)
    t.equal(await keyOf(data), key)
    t.strictSame(said, [])
    const noFolder = join(data, 'bff', 'key')
    t.not(await keyOf(noFolder), key)
    t.match(said, [/^BFF: the key of the sessions could not be kept: ENOTDIR/])
  },
)

t.test('who was logged in still is: the refresh, the silent sign-in, the keys', async (t) => {
  const world = worldIn(t)
  const before = await world.start()
  const browser = createBrowser()
  const callback = await browser.signIn(authorizeUrl(before), alice)
  const { body } = await exchange(before, callback.searchParams.get('code') as string)
  const unused = await freshCode(before)
  const kidsBefore = await kids(before)

  const after = await world.start()
  t.strictSame(await kids(after), kidsBefore)
  t.match(await refresh(after, String(body.refresh_token)), { status: 200, body: { access_token: /^ey/ } })
  const silent = await browser.get(authorizeUrl(after, { prompt: 'none' }))
  t.ok(silent.location?.searchParams.has('code'), 'the cookie is good')
  t.match(await exchange(after, unused), { status: 200 }, 'and so is a code')
})

t.test(
  'how somebody signed in is known after a restart, and told by whatever was begun before',
  async (t) => {
    const world = worldIn(t, { switches: { 'acr-amr': 'issued' } })
    const before = await world.start()
    const walker = await (await visit(before)).submit({ username: 'frank', password: 'Passw0rd!' })
    const epoch = Math.floor(before.pool.clock.now().getTime() / 1000)
    const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 })
    const code = await generate({ secret: 'JBSWY3DPEHPK3PXP', epoch, guardrails })
    const { page, browser } = await walker.submit({ code })

    const after = await world.start()
    const { body } = await exchange(after, page.location?.searchParams.get('code') as string)
    const last = await world.start()
    const silent = (await browser.get(authorizeUrl(last))).location?.searchParams.get('code') as string
    const refreshed = await refresh(last, String(body.refresh_token))
    for (const token of [body, refreshed.body, (await exchange(last, silent)).body])
      t.match(claimsOf(String(token.access_token)), { acr: 'urn:cognito:loa:3', amr: ['pwd', 'otp', 'mfa'] })
  },
)

t.test('what was used or revoked still is', async (t) => {
  const world = worldIn(t, {
    fixture: demoWithClient({ RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 } }),
  })
  const before = await world.start()
  const code = await freshCode(before)
  const first = (await exchange(before, code)).body
  const second = (await refresh(before, String(first.refresh_token))).body
  const { refresh_token: revoked } = await freshTokens(before, {}, bob)
  await fetch(`${before.url}/oauth2/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ token: revoked }),
    headers: basic(before.pool.client('web')),
  })

  const after = await world.start()
  t.match(await exchange(after, code), { status: 400, body: { error: 'invalid_grant' } })
  t.match(lastReason(after), /^code\.single-use: the code was used \d+ s ago by client mockwebclient/)
  t.match(await refresh(after, String(first.refresh_token)), { status: 400 })
  t.match(lastReason(after), /^refresh\.rotation: /)
  t.match(await refresh(after, revoked), { status: 400 })
  t.match(lastReason(after), /^refresh\.known: /)
  t.match(await refresh(after, String(second.refresh_token)), { status: 200 })
})

t.test('people and clients are as they were left', async (t) => {
  const world = worldIn(t)
  const before = await world.start()
  const { pool } = before
  await pool.users.create({ username: 'zoe', password: 'Passw0rd!', groups: ['testers'], mfa: 'totp' })
  await pool.users.patch('bob', { password: 'An0ther-one', attributes: { nickname: 'Bobby' } })
  await pool.users.delete('frank')
  const made = await pool.createClient({ name: 'made', secret: true, callbackUrls: ['http://localhost/cb'] })
  await pool.client('web').register({ callbackUrls: ['http://localhost:4711/callback'] })
  const { secrets } = await pool.client('web').addSecret()
  const people = await pool.users.list()

  const after = await world.start()
  t.strictSame(
    new Map((await after.pool.users.list()).map((user) => [user.username, user])),
    new Map(people.map((user) => [user.username, user])),
  )
  t.strictSame(after.pool.client('made').secrets, made.secrets)
  t.strictSame(after.pool.client('web').secrets, secrets)
  const signedIn = await freshTokens(
    after,
    { redirect_uri: 'http://localhost:4711/callback' },
    { username: 'bob', password: 'An0ther-one' },
  ).catch((error) => error)
  t.notOk(signedIn instanceof Error)
  await t.rejects(freshCode(after, {}, bob), 'the old password is good no more')
})

t.test('a sign-up goes on: its mail, its code, its page', async (t) => {
  const world = worldIn(t)
  const before = await world.start()
  const page = await visit(before, {}, '/signup')
  const done = await page.submit({
    username: 'nina',
    'requiredAttributes[email]': 'nina@example.com',
    password: 'Passw0rd!',
  })
  t.equal(done.place, '/confirm')
  const after = await world.start()
  const mail = await after.pool.inbox.last('nina')
  t.match(mail, { kind: 'signup', to: 'nina@example.com', at: Date })
  const url = `${after.url}/confirm${new URL(authorizeUrl(after)).search}`
  const confirm = await done.browser.get(url)
  t.equal(confirm.status, 200, 'the browser is where it was')
  const wrong = await done.browser.submit(confirm, { code: '000000' })
  t.match(wrong, { body: /id="errorMessage"|alert/ })
  await done.browser.submit(await done.browser.get(url), { code: String(mail?.code) })
  t.match(await after.pool.users.get('nina'), { status: 'CONFIRMED' })
})

t.test('a second factor that was used, and attempts that failed, are not forgotten', async (t) => {
  const world = worldIn(t)
  const before = await world.start()
  await before.pool.clock.freeze()
  const frank = { username: 'frank', password: 'Passw0rd!' }
  const code = await generate({
    secret: 'JBSWY3DPEHPK3PXP',
    epoch: Math.floor(before.pool.clock.now().getTime() / 1000),
    guardrails: createGuardrails({ MIN_SECRET_BYTES: 10 }),
  })
  t.equal((await (await (await visit(before)).submit(frank)).submit({ code })).place, 'the app')
  for (let attempt = 0; attempt < 5; attempt++)
    await (await visit(before)).submit({ username: 'alice', password: 'wrong' })
  const time = before.pool.clock.now()

  const after = await world.start()
  t.strictSame([after.pool.clock.now(), after.pool.clock.isFrozen], [time, true])
  const again = await (await (await visit(after)).submit(frank)).submit({ code })
  t.equal(again.problem, 'Your software token has already been used once.')
  const locked = await (await visit(after)).submit({ ...alice })
  t.equal(locked.problem, 'Password attempts exceeded')
})

t.test('the clock, its keys, and who signs in without typing are as a test has left them', async (t) => {
  const world = worldIn(t)
  const before = await world.start()
  await before.pool.clock.advance('2h')
  await before.pool.auth.auto('alice', { times: 2 })
  await createBrowser().get(authorizeUrl(before))
  const [old] = await kids(before)
  await before.pool.keys.rotate()
  await before.pool.keys.retire(String(old))
  const keys = await before.pool.keys.list()

  const after = await world.start()
  const aheadMinutes = (after.pool.clock.now().getTime() - Date.now()) / 60_000
  t.ok(aheadMinutes > 119 && aheadMinutes < 121, `${aheadMinutes} minutes ahead`)
  t.strictSame(await after.pool.keys.list(), keys)
  t.ok((await createBrowser().get(authorizeUrl(after))).location?.searchParams.has('code'), 'the second time')
  t.notOk((await createBrowser().get(authorizeUrl(after))).location?.searchParams.has('code'), 'not a third')
  await after.pool.clock.reset()
  t.match((await world.start()).pool.clock.now().getTime() - Date.now() < 60_000, true)
})

t.test('pools come and go', async (t) => {
  const fixture: Fixture = {
    pools: ['one', 'two'].map((Name) => ({
      UserPool: { Name },
      Clients: [{ ClientName: 'web', CallbackURLs: ['http://localhost/cb'], AllowedOAuthFlows: ['code'] }],
    })),
  }
  const hook = async (event: Record<string, unknown>) => ({
    ...event,
    response: { claimsOverrideDetails: { claimsToAddOrOverride: { tenant: 'acme' } } },
  })
  const world = worldIn(t, {
    fixture,
    hooks: { preTokenGeneration: { version: 'V1_0', handler: hook as never } },
  })
  const before = await world.start()
  const copy = await before.createPool({
    name: 'copy',
    users: [{ username: 'zoe', password: 'Passw0rd!', groups: ['testers'] }],
    clients: [{ name: 'more', callbackUrls: ['http://localhost/cb'] }],
  })
  await copy.users.create({ username: 'yan', password: 'Passw0rd!' })
  const own = await before.createPool({ fixture: { UserPool: { Name: 'own' } } })
  const gone = await before.createPool()
  await before.deletePool(gone.id)
  await before.deletePool(before.pools[1]?.id as string)
  await t.rejects(before.createPool({ fixture: { UserPool: { Id: own.id } } }), /there is a pool .* already/)
  const clientId = copy.client('more').id
  await t.rejects(
    before.createPool({ fixture: { UserPool: { Name: 'thief' }, Clients: [{ ClientId: clientId }] } }),
    /belongs to another pool already/,
  )
  const jwks = await copy.jwks()

  const after = await world.start()
  t.strictSame(
    after.pools.map(({ name }) => name),
    ['one', 'copy', 'own'],
  )
  const copied = after.pools[1] as typeof copy
  t.strictSame([copied.id, await copied.jwks()], [copy.id, jwks])
  t.strictSame((await copied.users.list()).map(({ username }) => username).sort(), ['yan', 'zoe'])
  const { code } = await copied.auth.code({ user: 'zoe', client: 'more' })
  const form = {
    grant_type: 'authorization_code',
    code,
    client_id: clientId,
    redirect_uri: 'http://localhost/cb',
  }
  const { body } = await postToken(after, form)
  t.match(
    Buffer.from(String(body.id_token).split('.')[1] as string, 'base64url').toString(),
    '"tenant":"acme"',
  )

  await after.reset('data', copy.id)
  t.strictSame(
    (await copied.users.list()).map(({ username }) => username),
    ['zoe'],
    'as it was created',
  )
  await after.deletePool(copy.id)
  t.strictSame(
    (await world.start()).pools.map(({ name }) => name),
    ['one', 'own'],
  )
})

t.test('a reset puts back the fixture, and nothing of before stays in the directory', async (t) => {
  const world = worldIn(t)
  const before = await world.start()
  const kidsBefore = await kids(before)
  await before.pool.users.patch('alice', { password: 'S3cret-of-alice' })
  await before.pool.users.create({ username: 'mallory', password: 'Passw0rd!' })
  await before.pool.keys.rotate()
  await before.pool.clock.advance('1d')
  const { refresh_token } = await freshTokens(before, {}, { username: 'mallory', password: 'Passw0rd!' })
  await before.reset()
  t.notMatch(readFileSync(join(world.data, 'world.log'), 'utf8'), 'mallory')

  const after = await world.start()
  t.strictSame(await kids(after), kidsBefore)
  t.equal(await after.pool.users.get('mallory'), undefined)
  t.match(await refresh(after, refresh_token), { status: 400 })
  t.match(await freshTokens(after), { access_token: /^ey/ })
  await after.reset()
  t.match(inspectDirectory(world.data), /with [2-9] records, and in use by process \d+\.$/)
})

t.test('a snapshot that is restored is kept too', async (t) => {
  const world = worldIn(t)
  const before = await world.start()
  const snapshot = await before.snapshot()
  await before.pool.users.delete('bob')
  await before.restore(snapshot)
  await before.pool.users.delete('alice')
  const after = await world.start()
  t.match(await after.pool.users.get('bob'), { username: 'bob' })
  t.equal(await after.pool.users.get('alice'), undefined)
})

t.test('what a fixture adds or says anew appears; what was changed stays changed', async (t) => {
  const said: string[] = []
  const world = worldIn(t, { log: (line) => said.push(line) })
  const before = await world.start()
  await before.pool.users.patch('bob', { attributes: { nickname: 'Bobby' } })
  await before.pool.users.delete('grace')

  const fixture = demoWith((pool) => {
    pool.Users?.push({ Username: 'newcomer', Password: 'Passw0rd!' })
    for (const user of pool.Users ?? []) user.Attributes = { nickname: 'of the fixture' }
    pool.Users = pool.Users?.filter(({ Username }) => Username !== 'dave') ?? []
    Object.assign(pool.Clients?.[1] as object, { AccessTokenValidity: 5 })
  })
  const { pool } = await world.start({ fixture })
  const nicknameOf = async (name: string) => (await pool.users.get(name))?.attributes.nickname
  t.equal(await nicknameOf('newcomer'), 'of the fixture')
  t.equal(await nicknameOf('alice'), 'of the fixture')
  t.equal(await nicknameOf('bob'), 'Bobby')
  t.equal(await pool.users.get('grace'), undefined)
  t.equal(await pool.users.get('dave'), undefined)

  await world.start({ fixture: { pools: [{ UserPool: { Name: 'other' } }] } })
  t.match(
    said.join('\n'),
    /has data of pool us-east-1_LocalPool, which is not in this fixture: it stays there/,
  )
  const back = await world.start()
  t.match((await back.pool.users.get('bob'))?.attributes, { nickname: 'Bobby' })
})

t.test('a temporary password ages over restarts', async (t) => {
  const world = worldIn(t)
  const first = await world.start()
  await first.pool.clock.advance('6d')
  await (await world.start()).pool.clock.advance('2d')
  const mock = await world.start()
  const page = await (await visit(mock)).submit({ username: 'erin', password: 'Temp0rary!' })
  t.match(page.problem, /^Temporary password has expired/)
})

t.test('a start that fails gives the directory back', async (t) => {
  const world = worldIn(t)
  const taken = await startWorld(t)
  await t.rejects(world.start({ port: taken.port }), { code: 'EADDRINUSE' })
  t.strictSame(readdirSync(world.data), ['world.log'])
  const mock = await world.start()
  t.equal(mock.dataDirectory, world.data)
  await t.rejects(startWorld(t, { data: world.data }), { name: 'DataError', message: /is in use by process/ })
  t.equal(statSync(join(world.data, 'world.log')).mode & 0o777, 0o600)
})

t.test('the doctor’s sentence about a directory', async (t) => {
  const world = worldIn(t)
  t.equal(inspectDirectory(world.data), `${world.data} has no data yet: it begins with the next start.`)
  await (await world.start()).close()
  t.equal(inspectDirectory(world.data), `${world.data} is whole, with 2 records, and used by nobody now.`)
})
