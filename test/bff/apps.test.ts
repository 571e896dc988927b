// Native apps: a session of their own, handed over by a code that is worth nothing to whoever catches it.
import t from 'tap'
import { fingerprint } from '../../src/bff/secrets.ts'
import { startIssuer } from '../support/issuer.ts'
import { startApi } from './api.ts'
import { Browser, bffFor, standingClock, visit } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const api = await startApi()
t.teardown(api.close)

const redirect = 'com.example.app:/login'
const settings = { BFF_HANDOFF: 'code', BFF_APP_REDIRECTS: redirect, BFF_PROXIES: `/api=${api.url}` }
const verifier = 'a-verifier-of-the-app-that-has-forty-three-chars'
const challenge = fingerprint(verifier)
const asApp = { client: 'mobile', app_redirect: redirect, app_challenge: challenge }
const loginPath = (query: Record<string, string> = asApp) => `/auth/login?${new URLSearchParams(query)}`

type App = Awaited<ReturnType<typeof bffFor>>['app']

const exchange = (app: App, handoff: string | null, app_verifier: unknown = verifier) =>
  app.inject({
    method: 'POST',
    url: '/auth/session',
    headers: { 'user-agent': 'An app' },
    payload: { handoff, app_verifier },
  })

/** Logs in with the system's browser, and catches the code as the app that has the scheme would. */
async function handoffCode(app: App): Promise<string> {
  const browser = new Browser(app)
  const answer = await browser.logIn(loginPath())
  if (answer.statusCode !== 303) throw new Error(answer.body)
  if (browser.sid) throw new Error('the browser got a session of its own')
  const target = new URL(String(answer.headers.location))
  if (target.protocol !== 'com.example.app:') throw new Error(target.href)
  return String(target.searchParams.get('handoff'))
}

t.test('an app logs in through the browser and gets a session of its own', async (t) => {
  const { app } = await bffFor(issuer, settings, { clock: standingClock() })
  const code = await handoffCode(app)
  t.match(code, /^[\w-]{43}$/)
  const answer = await exchange(app, code)
  t.equal(answer.statusCode, 200)
  const { sessionToken, ...rest } = answer.json()
  t.match(rest, { user: { username: 'alice' }, expiresIn: 900, absoluteExpiresIn: 28_800 })
  t.equal(answer.headers['set-cookie'], undefined)

  const bearer = { authorization: `Bearer ${sessionToken}` }
  const status = await app.inject({ url: '/auth/status', headers: bearer })
  t.match(status.json(), { loggedIn: true, user: { username: 'alice' }, session: { transport: 'bearer' } })
  t.equal((await app.inject({ url: '/api/orders', headers: bearer })).statusCode, 200)
  const posted = await app.inject({ method: 'POST', url: '/api/orders', headers: bearer })
  t.equal(posted.statusCode, 200, 'no browser sends a Bearer token by itself, so there is nothing to prove')
  t.notOk(JSON.stringify(api.seen.at(-1)).includes(sessionToken))
  const sessions = (await app.inject({ url: '/auth/sessions', headers: bearer })).json()
  t.match(sessions, [{ device: 'An app', transport: 'bearer', current: true }])

  const out = await app.inject({
    method: 'POST',
    url: '/auth/logout?local=1',
    headers: { ...bearer, accept: 'application/json' },
  })
  t.strictSame(out.json(), { logoutUrl: '/' })
  t.strictSame((await app.inject({ url: '/auth/status', headers: bearer })).json(), { loggedIn: false })
})

t.test('a code works once, for a minute, and for who has the verifier', async (t) => {
  const clock = standingClock()
  const { app, lines } = await bffFor(issuer, settings, { clock })
  const once = await handoffCode(app)
  const answers = await Promise.all(Array.from({ length: 10 }, () => exchange(app, once)))
  t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1, 'of many at once exactly one')
  t.equal(
    (await exchange(app, once)).json().error,
    'handoff_refused',
    'an app need not say that it reads no pages',
  )

  const late = await handoffCode(app)
  clock.advance(60)
  t.equal((await exchange(app, late)).statusCode, 400)
  const inTime = await handoffCode(app)
  clock.advance(59)
  t.equal((await exchange(app, inTime)).statusCode, 200)

  const caught = await handoffCode(app)
  t.equal((await exchange(app, caught, 'w'.repeat(43))).statusCode, 400)
  t.equal((await exchange(app, caught)).statusCode, 400, 'and then it is used up')
  t.match(lines.join(''), 'app_verifier is not that of the app_challenge')
  for (const bad of ['short', 'ä'.repeat(43), 7, null])
    t.equal((await exchange(app, inTime, bad)).statusCode, 400)
  t.equal((await exchange(app, null)).statusCode, 400)
})

t.test('a login that comes to nothing leads back to the app, too, which hears why', async (t) => {
  const { app, lines } = await bffFor(issuer, settings)
  for (const [behaviour, error] of [
    [{ decline: { error: 'access_denied' } }, 'login_declined'],
    [{ tokenError: 'invalid_grant' }, 'code_refused'],
    [{ foreignSignature: true }, 'login_not_proven'],
  ] as const) {
    Object.assign(issuer.behaviour, behaviour)
    const answer = await new Browser(app).logIn(loginPath())
    Object.assign(issuer.behaviour, { decline: undefined, tokenError: undefined, foreignSignature: false })
    t.equal(answer.statusCode, 303)
    t.equal(answer.headers.location, `${redirect}?error=${error}`)
    t.match(lines.join(''), `"code":"${error}"`)
  }
})

t.test('only places on the list get a code, and only if there is a challenge', async (t) => {
  const { app, lines } = await bffFor(issuer, settings)
  for (const [query, reason] of [
    [
      { ...asApp, app_redirect: 'com.mallory.app:/login' },
      /app_redirect is not one of: com\.example\.app:\/login/,
    ],
    [{ ...asApp, app_redirect: `${redirect}/x` }, /app_redirect is not one of/],
    [{ client: 'mobile', app_challenge: challenge }, /app_redirect is not one of/],
    [{ client: 'mobile', app_redirect: redirect }, /app_challenge is missing/],
    [{ app_redirect: redirect }, /app_challenge is missing/],
  ] as const) {
    const answer = await app.inject(loginPath(query as never))
    t.equal(answer.statusCode, 400)
    t.match(answer.body, 'This app cannot log in here')
    t.match(lines.join(''), reason)
  }
  t.equal((await app.inject(loginPath({ ...asApp, app_challenge: 'plain' }))).statusCode, 400)

  const off = await bffFor(issuer)
  t.equal((await off.app.inject(loginPath())).statusCode, 400)
  t.match(off.lines.join(''), 'BFF_HANDOFF=code turns them on')
  t.equal((await exchange(off.app, 'x')).statusCode, 404)
})

t.test('an app that asks for JSON gets a URL for the browser that it opens', async (t) => {
  const { app } = await bffFor(issuer, settings)
  const answer = await app.inject(loginPath({ ...asApp, mode: 'json' }))
  t.equal(answer.headers['set-cookie'], undefined)
  const { loginUrl, expiresIn } = answer.json()
  t.equal(expiresIn, 600)
  const url = new URL(loginUrl)
  t.equal(url.origin, 'http://localhost:9401')
  const browser = new Browser(app)
  const back = await browser.logIn(url.pathname + url.search)
  t.match(back.headers.location, /^com\.example\.app:\/login\?handoff=/)
})

t.test('a cookie and a Bearer token do not mix', async (t) => {
  const { app } = await bffFor(issuer, settings)
  const browser = new Browser(app)
  await browser.logIn()
  const { sessionToken } = (await exchange(app, await handoffCode(app))).json()
  const bearer = { authorization: `Bearer ${sessionToken}` }
  const both = await browser.get('/auth/status', { ...bearer, accept: 'application/json' })
  t.equal(both.statusCode, 400)
  t.equal(both.json().error, 'conflicting_sessions')

  const stolen = await app.inject({
    url: '/auth/status',
    headers: { authorization: `Bearer ${browser.sid}` },
  })
  t.strictSame(stolen.json(), { loggedIn: false }, 'what is in a cookie works in a cookie only')
  browser.cookies.set('__Host-bff-sid', sessionToken)
  t.strictSame(await browser.status(), { loggedIn: false }, 'nor is a browser given the session of an app')

  const odd = new Browser(app)
  await odd.logIn()
  const tricked = { authorization: 'Bearer x y', origin: 'https://evil.example' }
  t.equal((await odd.logOut(tricked)).statusCode, 403, 'half a Bearer token is no way around the proof')
})

t.test('where apps may log in, browsers do as ever', async (t) => {
  const { app } = await bffFor(issuer, settings)
  const browser = new Browser(app)
  t.equal((await browser.logIn()).headers.location, '/')
  t.equal((await browser.status()).session.transport, 'cookie')
  const { location } = await visit(String((await browser.get(loginPath())).headers.location))
  await browser.get(location.pathname + location.search)
  t.equal((await browser.status()).loggedIn, true, 'an app’s login leaves the browser’s session alone')
})
