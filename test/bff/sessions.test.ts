import t from 'tap'
import { createBff } from '../../src/bff/app.ts'
import { readConfig } from '../../src/bff/config.ts'
import { fingerprint } from '../../src/bff/secrets.ts'
import { type Sessions, sessionsInMemory } from '../../src/bff/sessions.ts'
import { transactionsInMemory } from '../../src/bff/transactions.ts'
import { startIssuer } from '../support/issuer.ts'
import { Browser, bffFor, environmentFor, setCookie, standingClock } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => Object.assign(issuer.behaviour, well))

t.test('two people in two browsers: one logs out, the other stays', async (t) => {
  const { app } = bffFor(issuer)
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
  const { app } = bffFor(issuer)
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

t.test('a plain form logs out as well', async (t) => {
  const { app } = bffFor(issuer)
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
  const { app } = bffFor(issuer)
  for (const type of ['application/json', 'text/plain', 'application/octet-stream']) {
    const browser = new Browser(app)
    await browser.logIn()
    await browser.logOut({ 'x-csrf': '1', 'content-type': type })
    t.strictSame(await browser.status(), { loggedIn: false }, type)
  }
})

t.test('somebody who is not logged in may log out', async (t) => {
  const { app } = bffFor(issuer)
  t.equal((await new Browser(app).logOut()).statusCode, 200)
})

t.test('the hosted domain may differ from the issuer', async (t) => {
  const { app } = bffFor(issuer, { COGNITO_DOMAIN: 'https://login.example' })
  const { logoutUrl } = (await new Browser(app).logOut()).json()
  t.ok(logoutUrl.startsWith('https://login.example/logout?'))
})

t.test(
  'a session ends when nobody comes for its idle time; asking for the status is not coming',
  async (t) => {
    const clock = standingClock()
    const { app } = bffFor(issuer, {}, { clock })
    const browser = new Browser(app)
    await browser.logIn()
    clock.advance(899)
    t.strictSame((await browser.status()).session, { expiresIn: 1, absoluteExpiresIn: 27_901 })
    clock.advance(1)
    t.strictSame(await browser.status(), { loggedIn: false })
    await browser.get('/')
    t.strictSame(await browser.status(), { loggedIn: false }, 'and it does not come back')
  },
)

t.test('opening the page starts the idle time anew, but never beyond the absolute limit', async (t) => {
  const clock = standingClock()
  const { app } = bffFor(issuer, { BFF_SESSION_ABSOLUTE: '2000' }, { clock })
  const browser = new Browser(app)
  await browser.logIn()
  clock.advance(899)
  await browser.get('/')
  clock.advance(899)
  await browser.get('/')
  t.strictSame((await browser.status()).session, { expiresIn: 202, absoluteExpiresIn: 202 })
  clock.advance(202)
  t.strictSame(await browser.status(), { loggedIn: false })
})

t.test('a status knows no token and no unknown cookie', async (t) => {
  const { app } = bffFor(issuer)
  const browser = new Browser(app)
  browser.cookies.set('__Host-bff-sid', 'x')
  t.strictSame(await browser.status(), { loggedIn: false })
  await browser.logIn()
  t.strictSame(Object.keys(await browser.status()), ['loggedIn', 'user', 'session'])
})

const who = {
  user: { sub: '1', username: 'alice' },
  tokens: { accessToken: 'a', idToken: 'i', refreshToken: undefined },
}

t.test('expired sessions do not pile up in memory', async (t) => {
  const clock = standingClock()
  const sessions = sessionsInMemory(clock, { sessionIdleSeconds: 10, sessionAbsoluteSeconds: 100 })
  const [one, two, three] = ['one', 'two', 'three'].map(fingerprint) as [never, never, never]
  await sessions.open(one, who)
  await sessions.open(two, who)
  clock.advance(5)
  await sessions.touch(one)
  clock.advance(5)
  await sessions.open(three, who)
  t.ok(await sessions.find(one))
  t.notOk(await sessions.find(two))
  clock.advance(-1)
  t.notOk(await sessions.find(two), 'swept away, not merely hidden')
})

t.test('pending logins do not pile up in memory either', async (t) => {
  const clock = standingClock()
  const transactions = transactionsInMemory(clock, 2)
  const [one, two, three] = ['one', 'two', 'three'].map(fingerprint) as [never, never, never]
  const pending = { binding: fingerprint('b'), nonce: 'n', verifier: 'v', returnTo: '/', replaces: undefined }
  for (const state of [one, two, three]) await transactions.begin(state, pending)
  t.notOk(await transactions.take(one, pending.binding), 'the oldest gave way')
  t.match(await transactions.take(three, pending.binding), { returnTo: '/' })

  clock.advance(600)
  await transactions.begin(three, pending)
  clock.advance(-600)
  t.notOk(await transactions.take(two, pending.binding), 'the expired was swept')
})

t.test('a store sees fingerprints, never what the browser holds', async (t) => {
  const memory = sessionsInMemory(
    { now: () => new Date() },
    { sessionIdleSeconds: 9, sessionAbsoluteSeconds: 9 },
  )
  const ids: string[] = []
  const watched: Sessions = {
    ...memory,
    open(id, session) {
      ids.push(id)
      return memory.open(id, session)
    },
  }
  const app = createBff(readConfig(environmentFor(issuer)), {
    sessions: watched,
    transactions: transactionsInMemory({ now: () => new Date() }),
  })
  const browser = new Browser(app)
  await browser.logIn()
  t.strictSame(ids, [fingerprint(String(browser.sid))])
})

t.test('a store that fails is our fault: 500, and nothing of it outside the log', async (t) => {
  const memory = sessionsInMemory(
    { now: () => new Date() },
    { sessionIdleSeconds: 9, sessionAbsoluteSeconds: 9 },
  )
  const find = () => Promise.reject(new Error('redis://user:pass@store is gone'))
  const { app, lines } = bffFor(issuer, {}, { sessions: { ...memory, find } })
  const browser = new Browser(app)
  await browser.logIn()
  const answer = await browser.get('/auth/status')
  t.equal(answer.statusCode, 500)
  t.match(answer.body, 'Something went wrong here')
  t.notMatch(answer.body, 'redis')
  t.match(lines.join(''), 'redis')
})
