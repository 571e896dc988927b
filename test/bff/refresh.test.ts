// Tokens are refreshed ahead of time, once, by whoever comes first; and what happens if that does not work.
import t from 'tap'
import type { ServerParts } from '../../src/bff/app.ts'
import { type Environment, readConfig } from '../../src/bff/config.ts'
import { type IdentityProvider, RefreshRefused } from '../../src/bff/identity-provider.ts'
import { refresher } from '../../src/bff/refresh.ts'
import { type Fingerprint, fingerprint } from '../../src/bff/secrets.ts'
import { type Session, type Sessions, sessionsIn } from '../../src/bff/sessions.ts'
import { fileStore } from '../../src/bff/stores/file.ts'
import { memoryStore } from '../../src/bff/stores/memory.ts'
import type { Store } from '../../src/bff/stores/store.ts'
import { learn } from '../../src/bff/user.ts'
import { createVault } from '../../src/bff/vault.ts'
import { type Issuer, startIssuer } from '../support/issuer.ts'
import { startApi } from './api.ts'
import { Browser, bffFor, environmentFor, standingClock } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const api = await startApi()
t.teardown(api.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => {
  Object.assign(issuer.behaviour, well)
  Object.assign(api.behaviour, api.well)
})

const proxies = { BFF_PROXIES: `/api=${api.url}`, BFF_SESSION_IDLE: '20000' }
const tokenRequests = () => issuer.seen.filter((path) => path === '/oauth2/token').length

/** Somebody whose token has a minute to live. */
async function aged(parts: ServerParts = {}, env: Environment = {}) {
  const clock = standingClock()
  const bff = await bffFor(issuer, { ...proxies, ...env }, { clock, ...parts })
  const browser = new Browser(bff.app)
  await browser.logIn()
  clock.advance(3600 - 60)
  return { ...bff, clock, browser }
}

t.test(
  'more than a minute before its end a token is used as it is, a minute before it is refreshed',
  async (t) => {
    const { browser, clock } = await aged()
    clock.advance(-1)
    const before = tokenRequests()
    await browser.get('/api/orders')
    t.equal(tokenRequests(), before)
    const first = api.seen.at(-1)?.headers.authorization
    clock.advance(1)
    t.equal((await browser.get('/api/orders')).statusCode, 200)
    t.equal(tokenRequests(), before + 1)
    const second = api.seen.at(-1)?.headers.authorization
    t.match(second, /^Bearer access-/)
    t.not(second, first)
    await browser.get('/api/orders')
    t.equal(tokenRequests(), before + 1)
  },
)

for (const rotates of [false, true])
  t.test(
    `twenty calls at once make one token request, ${rotates ? 'with' : 'without'} rotation`,
    async (t) => {
      issuer.behaviour.rotates = rotates
      const { browser, clock } = await aged()
      const before = tokenRequests()
      const answers = await Promise.all(Array.from({ length: 20 }, () => browser.get('/api/orders')))
      t.strictSame(new Set(answers.map(({ statusCode }) => statusCode)), new Set([200]))
      t.equal(tokenRequests(), before + 1)
      clock.advance(3600)
      t.equal((await browser.get('/api/orders')).statusCode, 200, 'and the next time again')
      t.equal(tokenRequests(), before + 2)
    },
  )

t.test('so do two processes on one store', async (t) => {
  issuer.behaviour.rotates = true
  const folder = t.testdir()
  const env = { BFF_SESSION_KEYS: Buffer.alloc(32, 3).toString('base64') }
  const { browser, clock } = await aged({ store: await fileStore(folder) }, env)
  const other = await bffFor(issuer, { ...proxies, ...env }, { clock, store: await fileStore(folder) })
  const there = new Browser(other.app)
  there.cookies.set('__Host-bff-sid', String(browser.sid))
  const before = tokenRequests()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 ? browser : there).get('/api/orders')),
  )
  t.strictSame(new Set(answers.map(({ statusCode }) => statusCode)), new Set([200]))
  t.equal(tokenRequests(), before + 1)
  t.equal(new Set(api.seen.slice(-20).map(({ headers }) => headers.authorization)).size, 1)
})

t.test('a process that died while refreshing is not waited for for ever', async (t) => {
  const { browser, clock, sessions, id } = await interrupted()
  clock.advance(10)
  t.equal((await browser.get('/api/orders')).statusCode, 200)
  t.equal((await sessions.find(id))?.refresh, null)
})

/** Somebody has taken the mark, and is never heard of again. */
async function interrupted() {
  const memory = memoryStore()
  const ids: Fingerprint[] = []
  const store: Store = {
    ...memory,
    addSession(record) {
      ids.push(record.id)
      return memory.addSession(record)
    },
  }
  const key = Buffer.alloc(32, 3)
  const { browser, clock } = await aged({ store }, { BFF_SESSION_KEYS: key.toString('base64') })
  const [id] = ids as [Fingerprint]
  const limits = readConfig(environmentFor(issuer))
  const sessions = sessionsIn({ store, vault: createVault([key]), clock, limits })
  const until = clock.now().getTime() + 10_000
  await sessions.change(id, () => ({ refresh: { state: 'under-way', until } }))
  return { browser, clock, sessions, id }
}

t.test('asking for the status refreshes nothing; a refresh prolongs nothing', async (t) => {
  const { browser } = await aged()
  const before = tokenRequests()
  const { session } = await browser.status()
  t.equal(tokenRequests(), before)
  t.equal((await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })).statusCode, 204)
  t.equal(tokenRequests(), before + 1)
  t.strictSame((await browser.status()).session, session)
})

t.test('a refresh on demand takes proof and a session, and answers without a token', async (t) => {
  const { browser, app } = await aged()
  t.equal((await browser.send('POST', '/auth/refresh')).statusCode, 403)
  const nobody = await new Browser(app).send('POST', '/auth/refresh', { 'x-csrf': '1' })
  t.equal(nobody.statusCode, 401)
  const answer = await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })
  t.equal(answer.body, '')
  issuer.behaviour.tokenError = 'invalid_grant'
  t.equal((await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })).statusCode, 401)
})

t.test('nor does it say that it is done, if the provider is in trouble; the session goes on', async (t) => {
  const { browser, lines } = await aged()
  issuer.behaviour.broken = ['/oauth2/token']
  for (const time of ['the first that asks', 'whoever asks while it is left alone']) {
    const answer = await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })
    t.equal(answer.statusCode, 503, time)
    t.match(answer.headers['retry-after'], /^([5-9]|10)$/)
  }
  t.equal((await browser.get('/api/orders')).statusCode, 200, 'with the token that it has')
  t.match(
    lines.map((line) => JSON.parse(line)).find(({ msg }) => msg.startsWith('tokens could not be refreshed')),
    { reason: /\/oauth2\/token: .*500/ },
    'and the log says why',
  )
})

t.test('somebody whom the provider lets go no further is logged out, and told why once', async (t) => {
  const { browser } = await aged()
  issuer.behaviour.tokenError = 'invalid_grant'
  const answer = await browser.get('/api/orders')
  t.equal(answer.statusCode, 401)
  t.match(answer.json(), { error: 'login_required', loginUrl: '/auth/login', reason: 'revoked' })
  t.strictSame(await browser.status(), { loggedIn: false })
})

t.test('a provider in trouble is left alone, and the token is used to its end', async (t) => {
  for (const trouble of [{ broken: ['/oauth2/token'] }, { dead: ['/oauth2/token'] }, { throttled: true }]) {
    Object.assign(issuer.behaviour, well)
    const { browser, clock } = await aged()
    Object.assign(issuer.behaviour, trouble)
    const before = tokenRequests()
    t.equal((await browser.get('/api/orders')).statusCode, 200)
    t.equal((await browser.get('/api/orders')).statusCode, 200)
    t.equal(tokenRequests(), before + 1, 'it is not asked again at once')
    clock.advance(60)
    const over = await browser.get('/api/orders')
    t.equal(over.statusCode, 503, JSON.stringify(trouble))
    t.equal((await browser.get('/api/orders')).json().error, 'identity_provider_busy')
    t.ok((await browser.get('/api/orders')).headers['retry-after'])
    t.equal((await browser.status()).loggedIn, true, 'nobody is logged out for that')
    Object.assign(issuer.behaviour, well)
    clock.advance(14)
    t.equal((await browser.get('/api/orders')).statusCode, 200)
  }
})

t.test(
  'for as long as it asks for, or 5 s, and up to twice that: not everybody comes back at once',
  async (t) => {
    const { random } = Math
    t.teardown(() => {
      Math.random = random
    })
    for (const [trouble, chance, seconds] of [
      [{ throttled: true, retryAfter: '30' }, 0, 30],
      [{ throttled: true, retryAfter: '30' }, 1, 60],
      [{ throttled: true, retryAfter: '1' }, 0, 5],
      [{ broken: ['/oauth2/token'] }, 0, 5],
      [{ broken: ['/oauth2/token'] }, 1, 10],
    ] as const) {
      Object.assign(issuer.behaviour, well)
      const { browser, clock } = await aged()
      clock.advance(60)
      Object.assign(issuer.behaviour, trouble)
      Math.random = () => chance
      const before = tokenRequests()
      const told = 'retryAfter' in trouble ? trouble.retryAfter : undefined
      t.equal((await browser.get('/api/orders')).headers['retry-after'], told, 'as the provider has it')
      clock.advance(seconds - 1)
      const early = await browser.get('/api/orders')
      t.match(early, { statusCode: 503, headers: { 'retry-after': '1' } }, 'and what is left of it')
      t.equal(tokenRequests(), before + 1)
      clock.advance(1)
      await browser.get('/api/orders')
      t.equal(tokenRequests(), before + 2)
    }
  },
)

t.test('userInfo of somebody else changes nobody', async (t) => {
  const person: Issuer['behaviour']['user'] = { ...well.user }
  issuer.behaviour.user = person
  const clock = standingClock()
  const { app } = await bffFor(issuer, { ...proxies, BFF_USERINFO_EVERY: '60' }, { clock })
  const browser = new Browser(app)
  await browser.logIn()
  const asked = () => issuer.seen.filter((path) => path === '/oauth2/userInfo').length
  const [{ user }, before] = [await browser.status(), asked()]
  Object.assign(person, { email: 'mallory@example.com' })
  issuer.behaviour.foreignSubject = 'sub-mallory'
  clock.advance(60)
  t.equal((await browser.get('/api/orders')).statusCode, 200)
  t.equal(asked(), before + 1)
  t.strictSame((await browser.status()).user, user)
  issuer.behaviour.foreignSubject = undefined
  clock.advance(60)
  await browser.get('/api/orders')
  t.equal((await browser.status()).user.email, 'mallory@example.com', 'her own does')
})

t.test(
  'a refusal that comes late, of a token that is replaced already, refreshes nothing again',
  async (t) => {
    const { app } = await bffFor(issuer, proxies)
    const browser = new Browser(app)
    await browser.logIn()
    const before = tokenRequests()
    const old = issuer.secrets.filter((each) => each.startsWith('access-')).at(-1)
    const { arrived, release } = api.holdBack('/late')
    const late = browser.get('/api/late')
    await arrived
    api.behaviour.refuses = new RegExp(String(old))
    t.equal((await browser.get('/api/orders')).statusCode, 200, 'refused, refreshed, repeated')
    t.equal(tokenRequests(), before + 1)
    release()
    t.equal((await late).statusCode, 200, 'refused, and repeated with what is there')
    t.equal(tokenRequests(), before + 1)
  },
)

t.test('an app that works all the while is not idle', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, { ...proxies, BFF_SESSION_IDLE: '900' }, { clock })
  const browser = new Browser(app)
  await browser.logIn()
  clock.advance(800)
  t.equal((await browser.get('/api/orders')).statusCode, 200)
  clock.advance(800)
  t.equal((await browser.get('/api/orders')).statusCode, 200)
  clock.advance(900)
  t.equal((await browser.get('/api/orders')).statusCode, 401)
})

for (const [how, env] of [
  ['a new ID token', {}],
  ['a new ID token, which is all there is', { BFF_USERINFO: 'never' }],
  ['userInfo, in between', { BFF_USERINFO_EVERY: '60' }],
] as const)
  t.test(`what is taken from somebody is gone when they are spoken of again: ${how}`, async (t) => {
    const clock = standingClock()
    const user: Record<string, unknown> & { sub: string } = {
      ...well.user,
      nickname: 'Al',
      'cognito:groups': ['admins'],
    }
    issuer.behaviour.user = user
    const { app } = await bffFor(issuer, { ...proxies, ...env }, { clock })
    const browser = new Browser(app)
    await browser.logIn()
    t.match((await browser.status()).user, {
      'cognito:groups': ['admins'],
      email: 'alice@example.com',
      nickname: 'Al',
    })

    delete user['cognito:groups']
    delete user.email
    user.nickname = 'Alice'
    clock.advance('BFF_USERINFO_EVERY' in env ? 60 : 3600 - 60)
    t.equal((await browser.get('/api/orders')).statusCode, 200)
    const { user: now } = await browser.status()
    t.match(now, { username: 'alice', nickname: 'Alice' })
    t.notOk('email' in now)
    t.equal('cognito:groups' in now, 'BFF_USERINFO_EVERY' in env, 'of those only the ID token speaks')
  })

t.test('an answer about somebody that comes late takes back nothing that was learnt meanwhile', async (t) => {
  const user: Record<string, unknown> & { sub: string } = { ...well.user, 'cognito:groups': ['admins'] }
  issuer.behaviour.user = user
  const clock = standingClock()
  const { app } = await bffFor(issuer, { ...proxies, BFF_USERINFO_EVERY: '60' }, { clock })
  const browser = new Browser(app)
  await browser.logIn()
  clock.advance(60)
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  issuer.behaviour.waits = { '/oauth2/userInfo': released }
  const asked = issuer.arrival('/oauth2/userInfo')
  const slow = browser.get('/api/orders')
  await asked
  delete user['cognito:groups']
  t.equal((await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })).statusCode, 204)
  t.notOk('cognito:groups' in (await browser.status()).user)
  release()
  t.equal((await slow).statusCode, 200)
  t.notOk('cognito:groups' in (await browser.status()).user)
})

t.test('an ID token that says nothing of somebody changes nothing: it need not', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, proxies, { clock })
  const browser = new Browser(app)
  await browser.logIn()
  const { user } = await browser.status()
  issuer.behaviour.refreshesSilently = true
  t.equal((await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })).statusCode, 204)
  t.strictSame((await browser.status()).user, user)
})

t.test('a provider that gives the same access token again has refreshed all the same', async (t) => {
  issuer.behaviour.repeatsToken = true
  const { app } = await bffFor(issuer, proxies)
  const browser = new Browser(app)
  await browser.logIn()
  t.equal((await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })).statusCode, 204)
  api.behaviour.refuses = /./
  t.equal((await browser.get('/api/orders')).statusCode, 401, 'the API’s word')
})

t.test('a token that lives for a minute is not renewed with every call', async (t) => {
  issuer.behaviour.accessSeconds = 60
  const clock = standingClock()
  const { app } = await bffFor(issuer, proxies, { clock })
  const browser = new Browser(app)
  await browser.logIn()
  const before = tokenRequests()
  clock.advance(29)
  await browser.get('/api/orders')
  t.equal(tokenRequests(), before)
  clock.advance(1)
  await browser.get('/api/orders')
  t.equal(tokenRequests(), before + 1, 'but in the middle of its life')
})

t.test('what only one has said stays when the other speaks', async (t) => {
  const known = learn(
    learn(undefined, 'idToken', {
      sub: '1',
      'cognito:username': 'alice',
      'cognito:groups': ['a'],
      email: 'a@b',
    }),
    'userInfo',
    { sub: '1', email: 'a@b', name: 'Alice', email_verified: 'true', address: 'for nobody’s eyes' },
  )
  const all = {
    sub: '1',
    username: 'alice',
    'cognito:groups': ['a'],
    email: 'a@b',
    name: 'Alice',
    email_verified: true,
  }
  t.strictSame(known.user, all)
  const { name: _, email_verified: __, ...others } = all
  t.strictSame(learn(known, 'userInfo', { sub: '1', email: 'a@b' }).user, others)
  const { 'cognito:groups': ___, email: ____, ...fresh } = all
  t.strictSame(learn(known, 'idToken', { sub: '1', 'cognito:username': 'alice' }).user, fresh)
  t.strictSame(learn(undefined, 'idToken', { sub: '1' }).user, { sub: '1', username: '1' })
  const al = learn(undefined, 'idToken', { sub: '1', preferred_username: 'al' })
  t.equal(al.user.username, 'al')
  t.equal(learn(al, 'idToken', { sub: '1', preferred_username: 'ally' }).user.username, 'ally')
})

type Renewed = Awaited<ReturnType<IdentityProvider['refresh']>>

/** A refresher on a real store, whose provider does what the test wants. */
async function alone(refresh: (sessions: Sessions, id: Fingerprint) => Promise<Renewed>) {
  const clock = standingClock()
  const limits = readConfig({ ...environmentFor(issuer) })
  const sessions = sessionsIn({ store: memoryStore(), vault: createVault([]), clock, limits })
  const id = fingerprint('a session')
  const tokens = {
    accessToken: 'old',
    accessExpiresAt: clock.now().getTime() + 10_000,
    refreshAt: 0,
    refreshToken: 'r1',
  }
  const known = { user: { sub: '1', username: 'alice' }, sources: { idToken: ['sub'], userInfo: [] } }
  await sessions.open(
    id,
    { clientId: 'web', ...known, authTime: 0, tokens },
    { transport: 'cookie', device: '' },
  )
  const revoked: string[] = []
  const provider = {
    refresh: () => refresh(sessions, id),
    userNow: async () => known.user,
    revoke: async (session: Pick<Session, 'tokens'>) =>
      void revoked.push(String(session.tokens.refreshToken)),
  }
  const pauses: number[] = []
  const pause = async (milliseconds: number) => void pauses.push(milliseconds)
  return {
    ...refresher({ sessions, provider, clock, pause, log: { error: () => {} } }),
    sessions,
    id,
    revoked,
    pauses,
  }
}

t.test('nobody’s session has no tokens', async (t) => {
  const { fresh } = await alone(async () => t.fail('nobody asks') as never)
  t.equal(await fresh(fingerprint('nobody')), undefined)
})

t.test('a sibling that was faster is believed rather than the refusal', async (t) => {
  const { fresh, id } = await alone(async (sessions, id) => {
    await sessions.change(id, ({ tokens }) => ({ tokens: { ...tokens, accessToken: 'of the sibling' } }))
    throw new RefreshRefused('invalid_grant')
  })
  t.equal((await fresh(id))?.tokens.accessToken, 'of the sibling')
})

t.test('nobody waits for another for ever', async (t) => {
  const { fresh, id, sessions, pauses } = await alone(() => Promise.reject(new Error('never asked')))
  await sessions.change(id, () => ({ refresh: { state: 'under-way', until: Number.MAX_SAFE_INTEGER } }))
  await t.rejects(fresh(id), { message: /^identity_provider_busy: / })
  t.equal(pauses.length, 800)
  t.equal(pauses[0], 50, '40 s in all: longer than a token request may take, and all that it takes with it')
})

t.test('tokens that come for somebody who has logged out meanwhile are revoked', async (t) => {
  const { fresh, id, revoked } = await alone(async (sessions, id) => {
    const { tokens } = (await sessions.find(id)) as Session
    await sessions.end(id, 'logout')
    return { idToken: undefined, tokens: { ...tokens, refreshToken: 'r2' } }
  })
  t.equal(await fresh(id), undefined)
  t.strictSame(revoked, ['r2'])
})

t.test('nor does a refresh that fails bring back who has logged out meanwhile', async (t) => {
  const { fresh, id } = await alone(async (sessions, id) => {
    await sessions.end(id, 'logout')
    throw new Error('the provider is not there')
  })
  t.equal(await fresh(id), undefined)
})

t.test('a new ID token tells what has changed; one of somebody else ends the session', async (t) => {
  const { browser, clock } = await aged()
  issuer.behaviour.user = { ...well.user, 'cognito:groups': ['admins'] }
  await browser.get('/api/orders')
  t.equal((await browser.status()).user['cognito:groups'], undefined, 'the issuer keeps who logged in')

  clock.advance(3600)
  issuer.behaviour.refreshedSubject = 'sub-mallory'
  t.equal((await browser.get('/api/orders')).statusCode, 401)
  t.equal((await browser.status()).loggedIn, false)
})

t.test('a refresh without an ID token keeps what is known of the user', async (t) => {
  issuer.behaviour.refreshesIdToken = false
  const { browser } = await aged()
  const { user } = await browser.status()
  const before = tokenRequests()
  t.equal((await browser.get('/api/orders')).statusCode, 200)
  t.equal(tokenRequests(), before + 1)
  t.strictSame((await browser.status()).user, user)
})

t.test('without a refresh token a token is used to its end, and so is the session', async (t) => {
  issuer.behaviour.refreshes = false
  const { browser, clock } = await aged()
  const before = tokenRequests()
  clock.advance(59)
  t.equal((await browser.get('/api/orders')).statusCode, 200)
  clock.advance(1)
  t.equal((await browser.get('/api/orders')).statusCode, 401)
  t.equal(tokenRequests(), before)
})

t.test(
  'an answer that does not say how long its token is good is asked for again in good time',
  async (t) => {
    issuer.behaviour.accessSeconds = undefined
    const clock = standingClock()
    const { app } = await bffFor(issuer, proxies, { clock })
    const browser = new Browser(app)
    await browser.logIn()
    const before = tokenRequests()
    clock.advance(239)
    await browser.get('/api/orders')
    t.equal(tokenRequests(), before)
    clock.advance(1)
    await browser.get('/api/orders')
    t.equal(tokenRequests(), before + 1)
  },
)
