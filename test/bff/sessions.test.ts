import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fingerprint } from '../../src/bff/secrets.ts'
import { memoryStore } from '../../src/bff/stores/memory.ts'
import type { SessionRecord, Store } from '../../src/bff/stores/store.ts'
import { startIssuer } from '../support/issuer.ts'
import { Browser, bffFor, setCookie, standingClock } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => Object.assign(issuer.behaviour, well))

t.test('two people in two browsers: one logs out, the other stays', async (t) => {
  const { app } = await bffFor(issuer)
  const [alices, bobs] = [new Browser(app), new Browser(app)]
  await alices.logIn()
  issuer.behaviour.user = { sub: 'sub-bob', username: 'bob' }
  await bobs.logIn()
  t.equal((await alices.status()).user.username, 'alice')
  t.equal((await bobs.status()).user.username, 'bob')

  await alices.logOut()
  t.strictSame(await alices.status(), { loggedIn: false })
  t.equal((await bobs.status()).user.username, 'bob')
})

t.test('logging out ends the session here and leads to where it ends at the provider', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  await browser.logIn()
  const sid = String(browser.sid)

  const answer = await browser.logOut()
  t.equal(answer.statusCode, 200)
  const { logoutUrl } = answer.json()
  const url = new URL(logoutUrl)
  t.equal(url.origin + url.pathname, `${issuer.origin}/logout`)
  t.strictSame(Object.fromEntries(url.searchParams), {
    client_id: issuer.clientId,
    logout_uri: 'http://localhost:9401/',
  })
  t.match(setCookie(answer, '__Host-bff-sid='), /^__Host-bff-sid=; Max-Age=0; Path=\/;.*; HttpOnly; Secure/)

  browser.cookies.set('__Host-bff-sid', sid)
  t.strictSame(await browser.status(), { loggedIn: false }, 'the cookie is worth nothing afterwards')
})

t.test('logging out revokes the refresh token; that this fails keeps nobody logged in', async (t) => {
  const { app, lines } = await bffFor(issuer)
  const browser = new Browser(app)
  const before = issuer.secrets.length
  await browser.logIn()
  const refreshToken = issuer.secrets.slice(before).find((each) => each.startsWith('refresh-'))
  await browser.logOut()
  t.equal(issuer.revoked.at(-1), refreshToken)

  await browser.logIn()
  issuer.behaviour.broken = ['/oauth2/revoke']
  t.equal((await browser.logOut()).statusCode, 200)
  t.strictSame(await browser.status(), { loggedIn: false })
  t.match(lines.join(''), 'a refresh token could not be revoked')
  t.strictSame(
    (await app.inject('/health')).json().failures,
    { revocation: 1, globalSignOut: 0 },
    'counted, for whoever watches',
  )
})

t.test('whose session another process has just ended is logged out, and revokes nothing', async (t) => {
  const memory = memoryStore()
  const removeSession: Store['removeSession'] = async (id) => {
    await memory.removeSession(id)
    return memory.removeSession(id)
  }
  const { app } = await bffFor(issuer, {}, { store: { ...memory, removeSession } })
  const browser = new Browser(app)
  await browser.logIn()
  const before = issuer.revoked.length
  t.equal((await browser.logOut()).statusCode, 200)
  t.equal(issuer.revoked.length, before, 'who ended it has done so')
  t.strictSame(await browser.status(), { loggedIn: false })
})

t.test('a client that does not say what it is has a session like any other', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  const url = await browser.fetchCallback()
  await browser.get(url, { 'user-agent': undefined })
  t.match((await browser.get('/auth/sessions')).json(), [{ device: '', transport: 'cookie', current: true }])
})

t.test('logging out here only is no log-out at the provider, and continues where one likes', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  await browser.logIn()
  const answer = await browser.logOut({ 'x-csrf': '1', accept: 'application/json' }, '?local=1&returnTo=/bye')
  t.strictSame(answer.json(), { logoutUrl: '/bye' })
  const refreshToken = issuer.secrets.filter((each) => each.startsWith('refresh-')).at(-1)
  t.equal(issuer.revoked.at(-1), refreshToken, 'the tokens of this session are over all the same')
  t.strictSame(await browser.status(), { loggedIn: false })
  t.equal((await browser.logOut(undefined, '?local=1&returnTo=//evil.example')).statusCode, 400)

  const other = await bffFor(issuer, { BFF_PROVIDER_LOGOUT: 'none' })
  t.strictSame((await new Browser(other.app).logOut()).json(), { logoutUrl: '/' })
})

t.test('logging out everywhere ends the other sessions of the same person', async (t) => {
  const { app } = await bffFor(issuer)
  const [desk, phone, bobs] = [new Browser(app), new Browser(app), new Browser(app)]
  for (const each of [desk, phone]) await each.logIn()
  issuer.behaviour.user = { sub: 'sub-bob', username: 'bob' }
  await bobs.logIn()
  const before = issuer.revoked.length
  const answer = await desk.logOut(undefined, '?everywhere=1')
  t.strictSame(Object.keys(answer.json()), ['logoutUrl'])
  t.strictSame(await desk.status(), { loggedIn: false })
  t.strictSame(await phone.status(), { loggedIn: false, reason: 'ended_elsewhere' })
  t.equal((await bobs.status()).loggedIn, true)
  t.equal(issuer.revoked.length, before + 2)
  t.equal((await new Browser(app).logOut(undefined, '?everywhere=1')).statusCode, 200)
})

t.test('a global sign-out asks for the scope that it takes, and does not hide that it failed', async (t) => {
  const { app, lines } = await bffFor(issuer, { BFF_GLOBAL_SIGN_OUT: '1' })
  const login = await app.inject('/auth/login')
  t.match(new URL(String(login.headers.location)).searchParams.get('scope'), 'aws.cognito.signin.user.admin')

  const browser = new Browser(app)
  await browser.logIn()
  t.equal((await browser.logOut(undefined, '?everywhere=1')).json().globalSignOut, 'done')
  t.equal(issuer.signedOut.at(-1), issuer.secrets.filter((each) => each.startsWith('access-')).at(-1))

  await browser.logIn()
  issuer.behaviour.signOutRefused = true
  t.equal((await browser.logOut(undefined, '?everywhere=1')).json().globalSignOut, 'failed')
  t.match(
    lines.join(''),
    'GlobalSignOut: 400 NotAuthorizedException Access Token does not have required scopes',
  )
  t.strictSame(await browser.status(), { loggedIn: false })

  await browser.logIn()
  issuer.behaviour.broken = ['/']
  await browser.logOut(undefined, '?everywhere=1')
  t.match(lines.join(''), '"reason":"GlobalSignOut: 500","failures":2')
  t.strictSame(
    (await app.inject('/health')).json().failures,
    { revocation: 0, globalSignOut: 2 },
    'counted, for whoever watches',
  )
})

t.test('a plain link logs out, with the proof that only the status of this session gives', async (t) => {
  const { app } = await bffFor(issuer)
  const [one, other] = [new Browser(app), new Browser(app)]
  for (const each of [one, other]) await each.logIn()
  const { logoutUrl } = await one.status()
  t.equal((await other.get(logoutUrl)).statusCode, 403, 'the proof of another session is none')
  t.equal((await one.get(logoutUrl, { 'sec-purpose': 'prefetch' })).statusCode, 403)
  t.equal((await one.status()).loggedIn, true)
  const answer = await one.get(logoutUrl)
  t.equal(answer.statusCode, 303)
  t.ok(String(answer.headers.location).startsWith(`${issuer.origin}/logout?`))
  t.strictSame(await one.status(), { loggedIn: false })
  t.equal((await other.status()).loggedIn, true)
})

t.test('a plain form logs out as well', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  await browser.logIn()
  const answer = await browser.logOut({
    origin: 'http://localhost:9401',
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    'content-type': 'application/x-www-form-urlencoded',
  })
  t.equal(answer.statusCode, 303)
  t.ok(
    String(answer.headers.location).startsWith(`${issuer.origin}/logout?client_id=a+client&logout_uri=http`),
  )
  t.strictSame(await browser.status(), { loggedIn: false })
})

t.test('whatever body comes with a log-out does not keep anybody logged in', async (t) => {
  const { app } = await bffFor(issuer)
  for (const type of ['application/json', 'text/plain', 'application/octet-stream']) {
    const browser = new Browser(app)
    await browser.logIn()
    await browser.logOut({ 'x-csrf': '1', 'content-type': type })
    t.strictSame(await browser.status(), { loggedIn: false }, type)
  }
})

t.test('somebody who is not logged in may log out', async (t) => {
  const { app } = await bffFor(issuer)
  t.equal((await new Browser(app).logOut()).statusCode, 200)
})

t.test('the hosted domain may differ from the issuer', async (t) => {
  const { app } = await bffFor(issuer, { COGNITO_DOMAIN: 'https://login.example' })
  const { logoutUrl } = (await new Browser(app).logOut()).json()
  t.ok(logoutUrl.startsWith('https://login.example/logout?'))
})

t.test(
  'a session ends when nobody comes for its idle time; asking for the status is not coming',
  async (t) => {
    const clock = standingClock()
    const { app } = await bffFor(issuer, {}, { clock })
    const browser = new Browser(app)
    await browser.logIn()
    clock.advance(899)
    t.match((await browser.status()).session, { expiresIn: 1, absoluteExpiresIn: 27_901 })
    clock.advance(1)
    const answer = await browser.get('/auth/status')
    t.strictSame(answer.json(), { loggedIn: false, reason: 'idle' })
    t.match(setCookie(answer, '__Host-bff-sid='), /Max-Age=0/, 'the browser is told to forget it')
    t.strictSame(await browser.status(), { loggedIn: false }, 'the reason is told once')
  },
)

t.test('who is really there starts the idle time anew, but never beyond the absolute limit', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, { BFF_SESSION_ABSOLUTE: '2000' }, { clock })
  const browser = new Browser(app)
  await browser.logIn()
  clock.advance(899)
  await browser.get('/auth/status?slide=1')
  clock.advance(899)
  t.match((await browser.get('/auth/status?slide=1')).json().session, {
    expiresIn: 202,
    absoluteExpiresIn: 202,
  })
  clock.advance(202)
  t.strictSame(await browser.status(), { loggedIn: false, reason: 'absolute' })
})

t.test('no session outlives the refresh token, nor the access token where there is no other', async (t) => {
  const { app } = await bffFor(issuer, { BFF_REFRESH_VALIDITY: '3600' }, { clock: standingClock() })
  const browser = new Browser(app)
  await browser.logIn()
  t.equal((await browser.status()).session.absoluteExpiresIn, 3600)

  Object.assign(issuer.behaviour, { refreshes: false, accessSeconds: 500 })
  const clock = standingClock()
  const without = await bffFor(issuer, {}, { clock })
  const other = new Browser(without.app)
  await other.logIn()
  t.match((await other.status()).session, { expiresIn: 500, absoluteExpiresIn: 500 })
  clock.advance(499)
  t.equal((await other.status()).loggedIn, true)
  clock.advance(1)
  t.equal((await other.status()).loggedIn, false)
})

t.test('a status knows no token and no unknown cookie', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  browser.cookies.set('__Host-bff-sid', 'x')
  t.strictSame(await browser.status(), { loggedIn: false })
  await browser.logIn()
  t.strictSame(Object.keys(await browser.status()), ['loggedIn', 'user', 'session', 'logoutUrl'])
})

t.test('a strict status refuses who is not logged in', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  const answer = await browser.get('/auth/status?strict=1', { accept: 'application/json' })
  t.equal(answer.statusCode, 401)
  t.match(answer.json(), { error: 'login_required', loginUrl: '/auth/login' })
  t.match((await browser.get('/auth/status?strict=1')).json(), { error: 'login_required' }, 'whoever asks')
  await browser.logIn()
  t.equal((await browser.get('/auth/status?strict=1')).statusCode, 200)
})

t.test('people see where they are logged in, and end what they like', async (t) => {
  const { app } = await bffFor(issuer)
  const [desk, phone, tablet] = [new Browser(app), new Browser(app), new Browser(app)]
  await desk.logIn()
  const callback = await phone.fetchCallback()
  await phone.get(callback, { 'user-agent': 'A phone' })
  await tablet.logIn()
  issuer.behaviour.user = { sub: 'sub-bob', username: 'bob' }
  const bobs = new Browser(app)
  await bobs.logIn()

  const list = (await desk.get('/auth/sessions')).json()
  t.equal(list.length, 3)
  t.equal(list.filter(({ current }: { current: boolean }) => current).length, 1)
  const phones = list.find(({ device }: { device: string }) => device === 'A phone')
  t.match(phones, { current: false, transport: 'cookie', ref: /^[\w-]{16}$/ })
  for (const browser of [desk, phone, tablet])
    t.notOk(JSON.stringify(list).includes(String(browser.sid)), 'no id is told')

  const csrf = { 'x-csrf': '1', accept: 'application/json' }
  t.equal((await desk.send('DELETE', `/auth/sessions/${phones.ref}`)).statusCode, 403, 'not without proof')
  t.equal((await bobs.send('DELETE', `/auth/sessions/${phones.ref}`, csrf)).statusCode, 404, 'nor by others')
  const before = issuer.revoked.length
  t.equal((await desk.send('DELETE', `/auth/sessions/${phones.ref}`, csrf)).statusCode, 204)
  t.equal(issuer.revoked.length, before + 1)
  t.strictSame(await phone.status(), { loggedIn: false, reason: 'ended_elsewhere' })
  t.equal((await desk.send('DELETE', `/auth/sessions/${phones.ref}`, csrf)).statusCode, 404)

  t.equal((await desk.send('DELETE', '/auth/sessions', csrf)).statusCode, 204)
  t.strictSame(await tablet.status(), { loggedIn: false, reason: 'ended_elsewhere' })
  t.equal((await desk.status()).loggedIn, true)
  t.equal((await bobs.status()).loggedIn, true)

  const [own] = (await desk.get('/auth/sessions')).json()
  t.equal((await desk.send('DELETE', `/auth/sessions/${own.ref}`, csrf)).statusCode, 204)
  t.strictSame(await desk.status(), { loggedIn: false })
  t.equal((await desk.get('/auth/sessions', { accept: 'application/json' })).statusCode, 401)
})

t.test('a person has so many sessions at the most: the oldest gives way', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, { BFF_SESSIONS_PER_USER: '2' }, { clock })
  const browsers = [new Browser(app), new Browser(app), new Browser(app)] as const
  const before = issuer.revoked.length
  for (const each of browsers) {
    await each.logIn()
    clock.advance(1)
  }
  t.equal(issuer.revoked.length, before + 1, 'nobody knows its refresh token any more')
  t.strictSame(await browsers[0].status(), { loggedIn: false, reason: 'replaced' })
  for (const each of browsers.slice(1)) t.equal((await each.status()).loggedIn, true)
})

t.test(
  'a store that can keep nothing more ends sessions all the same, and all that belongs to it',
  async (t) => {
    const memory = memoryStore()
    let isFull = false
    const unlessFull = async (): Promise<void> => {
      if (isFull) throw new Error('ENOSPC: no space left on device')
    }
    const store: Store = {
      ...memory,
      keepOnce: (...what) => unlessFull().then(() => memory.keepOnce(...what)),
      replaceSession: (...what) => unlessFull().then(() => memory.replaceSession(...what)),
    }
    const clock = standingClock()
    const { app } = await bffFor(issuer, { BFF_PROXIES: `/api=${issuer.url}` }, { clock, store })
    const [desk, phone] = [new Browser(app), new Browser(app)]
    await desk.logIn()
    await phone.logIn()
    isFull = true
    clock.advance(120)
    t.equal(
      (await desk.get('/api/.well-known/openid-configuration')).statusCode,
      200,
      'who is logged in stays so',
    )

    const others = (await desk.get('/auth/sessions'))
      .json()
      .filter(({ current }: { current: boolean }) => !current)
    const before = issuer.revoked.length
    const csrf = { 'x-csrf': '1', origin: 'http://localhost:9401' }
    t.equal((await desk.send('DELETE', `/auth/sessions/${others[0].ref}`, csrf)).statusCode, 204)
    t.equal(issuer.revoked.length, before + 1)
    t.strictSame(await phone.status(), { loggedIn: false }, 'why is forgotten')
    clock.advance(1000)
    t.strictSame(await desk.status(), { loggedIn: false })
  },
)

/** A store that writes down what it is given. */
function watched(): { store: Store; records: SessionRecord[]; waiting: string[] } {
  const memory = memoryStore()
  const records: SessionRecord[] = []
  const waiting: string[] = []
  return {
    records,
    waiting,
    store: {
      ...memory,
      addSession(record) {
        records.push(record)
        return memory.addSession(record)
      },
      keepOnce(key, value, expiresAt) {
        waiting.push(key, value)
        return memory.keepOnce(key, value, expiresAt)
      },
    },
  }
}

t.test('a store sees fingerprints and what it cannot read: no id, no token, no name', async (t) => {
  const { store, records, waiting } = watched()
  const { app } = await bffFor(issuer, {}, { store })
  const before = issuer.secrets.length
  const browser = new Browser(app)
  const callback = new URL(await browser.fetchCallback(), 'http://localhost')
  const binding = [...browser.cookies.values()][0]
  await browser.get(callback.pathname + callback.search)
  t.match(records, [{ id: fingerprint(String(browser.sid)) }])
  const dump = JSON.stringify([records, waiting])
  const [code, verifier, ...tokens] = issuer.secrets.slice(before)
  t.equal(tokens.length, 3)
  for (const secret of [browser.sid, code, verifier, ...tokens, binding, callback.searchParams.get('state')])
    t.notOk(dump.includes(String(secret)))
  t.notMatch(dump, /alice/)
})

/** Every byte below a folder, the names of its files included. */
function bytesOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile())
  return [...names, ...files.map((path) => readFileSync(path, 'latin1'))].join('\n')
}

t.test('nor does a folder, whatever becomes of a session, while a login and a hand-off wait', async (t) => {
  const user = { sub: 'sub-alice', username: 'alice-of-the-folder', email: 'alice@example.com' }
  issuer.behaviour.user = user
  const redirect = 'com.example.app:/login'
  const folder = t.testdir()
  const key = Buffer.alloc(32, 1).toString('base64')
  const apps = { BFF_HANDOFF: 'code', BFF_APP_REDIRECTS: redirect }
  const env = { BFF_STORE: folder, BFF_SESSION_KEYS: key, ...apps }
  const clock = standingClock()
  const { app } = await bffFor(issuer, env, { clock })
  const before = issuer.secrets.length
  const [browser, another] = [new Browser(app), new Browser(app)]
  const dumps: string[] = []
  const then = async (step: Promise<{ statusCode: number }>, status: number) => {
    t.equal((await step).statusCode, status)
    dumps.push(bytesOf(folder))
  }
  await then(browser.logIn(), 303)
  clock.advance(600)
  await then(browser.get('/auth/status?slide=1'), 200)
  await then(browser.send('POST', '/auth/refresh', { 'x-csrf': '1' }), 204)
  const pending = new URL(await another.fetchCallback(), 'http://localhost')
  const app_challenge = fingerprint('a-verifier-of-the-app-that-has-forty-three-chars')
  const asApp = new URLSearchParams({ client: 'mobile', app_redirect: redirect, app_challenge })
  const back = await another.logIn(`/auth/login?${asApp}`)
  await then(Promise.resolve(back), 303)

  t.equal(new Set(dumps).size, 4, 'each step has changed something')
  const handoff = new URL(String(back.headers.location)).searchParams.get('handoff')
  const own = [...browser.given, ...another.given, pending.searchParams.get('state'), handoff]
  for (const secret of [...issuer.secrets.slice(before), ...own, ...Object.values(user)])
    for (const dump of dumps) t.notOk(dump.includes(String(secret)), 'sealed, or a fingerprint')
})

t.test('what a store hands out in the place of something else is not believed', async (t) => {
  const { store, records } = watched()
  const { app } = await bffFor(issuer, {}, { store })
  const [one, other] = [new Browser(app), new Browser(app)]
  await one.logIn()
  issuer.behaviour.user = { sub: 'sub-bob', username: 'bob' }
  await other.logIn()
  const [hers, his] = records as [SessionRecord, SessionRecord]
  await store.replaceSession((await store.findSession(hers.id)) as never, { ...hers, sealed: his.sealed })
  t.strictSame(
    await one.status(),
    { loggedIn: false },
    'the tokens of one do not open under the id of another',
  )
})

t.test('what has expired is swept away now and then', async (t) => {
  const clock = standingClock()
  const { store, records } = watched()
  const { app } = await bffFor(issuer, {}, { store, clock })
  await new Browser(app).logIn()
  clock.advance(900)
  await new Browser(app).logIn()
  t.equal(await store.findSession(records[0]?.id as never), undefined)
})

t.test('a store that fails is our fault: 500, and nothing of it outside the log', async (t) => {
  const findSession = () => Promise.reject(new Error('redis://user:pass@store is gone'))
  const { app, lines } = await bffFor(issuer, {}, { store: { ...memoryStore(), findSession } })
  const browser = new Browser(app)
  await browser.logIn()
  const answer = await browser.get('/auth/status')
  t.equal(answer.statusCode, 500)
  t.match(answer.json(), { error: 'internal_error' })
  t.notMatch(answer.body, 'redis')
  t.match(lines.join(''), 'redis')
})

t.test('a store that refuses every change is not asked for ever', async (t) => {
  const clock = standingClock()
  const store = { ...memoryStore(), replaceSession: async () => false }
  const { app, lines } = await bffFor(issuer, {}, { store, clock })
  const browser = new Browser(app)
  await browser.logIn()
  clock.advance(600)
  t.equal((await browser.get('/auth/status?slide=1')).statusCode, 500)
  t.match(lines.join(''), 'the store refuses every change of a session')
})

t.test('a restart keeps everybody logged in, where there is a folder and a key', async (t) => {
  const env = { BFF_STORE: t.testdir(), BFF_SESSION_KEYS: Buffer.alloc(32, 1).toString('base64') }
  const first = await bffFor(issuer, env)
  const browser = new Browser(first.app)
  await browser.logIn()
  await first.app.close()

  const second = await bffFor(issuer, env)
  const again = new Browser(second.app)
  again.cookies.set('__Host-bff-sid', String(browser.sid))
  t.equal((await again.status()).user.username, 'alice')

  const newKey = Buffer.alloc(32, 2).toString('base64')
  const third = await bffFor(issuer, { ...env, BFF_SESSION_KEYS: `${newKey} ${env.BFF_SESSION_KEYS}` })
  const rotated = new Browser(third.app)
  rotated.cookies.set('__Host-bff-sid', String(browser.sid))
  t.equal((await rotated.status()).user.username, 'alice', 'nor does a new key log anybody out')

  const stranger = await bffFor(issuer, { ...env, BFF_SESSION_KEYS: newKey })
  const locked = new Browser(stranger.app)
  locked.cookies.set('__Host-bff-sid', String(browser.sid))
  t.strictSame(await locked.status(), { loggedIn: false }, 'without the key it is no session')
})
