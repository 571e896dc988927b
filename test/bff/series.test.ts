// The article's sample, case by case as its own tests have them, and its Angular client after one constant was
// changed: a client on another origin, with nothing but the session in its hands.
import t from 'tap'
import { startIssuer } from '../support/issuer.ts'
import { Browser, bffFor, standingClock, visit } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => Object.assign(issuer.behaviour, well))

const base = '/apis/authentication'
const series = {
  COGNITO_CLIENT_ID: undefined,
  COGNITO_CLIENT_SECRET: undefined,
  COGNITO_APP_ID: issuer.clientId,
  COGNITO_APP_SECRET: issuer.clientSecret,
  LOGIN_REDIRECT_URL: 'http://localhost:4200/home',
  CORS_ALLOW_ORIGIN: 'http://localhost:4200',
  BFF_PROFILE: 'series',
}

type App = Awaited<ReturnType<typeof bffFor>>['app']

/** What the sample's client does: asks for the URL, opens it, and finds its session in the URL of its home. */
async function logIn(app: App) {
  const login = await app.inject({ url: `${base}/login`, headers: { origin: 'http://localhost:4200' } })
  const { location } = await visit(login.body)
  const back = await app.inject(location.pathname + location.search)
  const home = new URL(String(back.headers.location))
  const bearer = { authorization: `Bearer ${home.searchParams.get('session')}` }
  return { login, back, home, bearer, callback: location }
}

t.test('login: 200, and the authorize URL as text', async (t) => {
  const { app } = await bffFor(issuer, series)
  const answer = await app.inject(`${base}/login`)
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], 'text/plain')
  t.equal(answer.headers['set-cookie'], undefined, 'a client on another origin would not keep one')
  const url = new URL(answer.body)
  t.equal(url.pathname, '/oauth2/authorize')
  t.match(Object.fromEntries(url.searchParams), {
    client_id: issuer.clientId,
    redirect_uri: `http://localhost:9401${base}/exchange`,
    response_type: 'code',
    state: /./,
    nonce: /./,
    code_challenge: /./,
  })
})

t.test('exchange: 307 to home with the session; 400 without a code, or with somebody’s own', async (t) => {
  const { app } = await bffFor(issuer, series)
  const { back, home, callback } = await logIn(app)
  t.equal(back.statusCode, 307)
  t.equal(home.origin + home.pathname, 'http://localhost:4200/home')
  t.match(home.searchParams.get('session'), /^[\w-]{43}$/)
  const missing = await app.inject(`${base}/exchange`)
  t.equal(missing.statusCode, 400)
  t.equal(missing.body, 'Missing code parameter')
  t.equal((await app.inject(callback.pathname + callback.search)).statusCode, 400, 'once')
  t.equal((await app.inject(`${base}/exchange?code=x&state=y`)).statusCode, 400)
  issuer.behaviour.decline = { error: 'access_denied' }
  const { location } = await visit((await app.inject(`${base}/login`)).body)
  const declined = await app.inject(location.pathname + location.search)
  t.equal(declined.statusCode, 400)
  t.match(declined.body, 'The log-in was cancelled')
  t.match(declined.body, 'href="http://localhost:4200/home"')
  t.notMatch(declined.body, 'Try again', 'which would log in where the client does not look')
})

t.test('status: the record, without tokens; {} for whoever is unknown, never 401', async (t) => {
  const { app } = await bffFor(issuer, series)
  const { bearer, home } = await logIn(app)
  const answer = await app.inject({ url: `${base}/status`, headers: bearer })
  t.equal(answer.statusCode, 200)
  const { expirationTime, ...record } = answer.json()
  t.match(record, {
    id: home.searchParams.get('session'),
    sub: 'sub-alice',
    username: 'alice',
    email: 'alice@example.com',
  })
  t.ok(expirationTime > Date.now() + 890_000 && expirationTime <= Date.now() + 900_000, 'in milliseconds')
  t.notMatch(answer.body, /[tT]oken/)
  for (const headers of [{}, { authorization: 'Bearer unknown' }] as Record<string, string>[]) {
    const nobody = await app.inject({ url: `${base}/status`, headers })
    t.equal(nobody.statusCode, 200)
    t.strictSame(nobody.json(), {})
  }
})

t.test('resource: text for who is logged in, 401 and nothing for the others', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, series, { clock })
  const { bearer } = await logIn(app)
  const answer = await app.inject({ url: `${base}/resource`, headers: bearer })
  t.equal(answer.body, 'Protected Resource Retrieved from DB.')
  clock.advance(600)
  await app.inject({ url: `${base}/resource`, headers: bearer })
  clock.advance(600)
  const still = await app.inject({ url: `${base}/resource`, headers: bearer })
  t.equal(still.statusCode, 200, 'whoever uses it is there')
  const nobody = await app.inject(`${base}/resource`)
  t.equal(nobody.statusCode, 401)
  t.equal(nobody.body, '')
})

t.test('refresh: new tokens at the provider, 15 minutes more for the client, and no token', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, series, { clock })
  const { bearer } = await logIn(app)
  const before = issuer.seen.filter((path) => path === '/oauth2/token').length
  clock.advance(600)
  const answer = await app.inject({ url: `${base}/refresh`, headers: bearer })
  t.equal(answer.statusCode, 200)
  const expirationTime = clock.now().getTime() + 900_000
  t.strictSame(answer.json(), { expirationTime })
  t.match((await app.inject({ url: `${base}/status`, headers: bearer })).json(), { expirationTime })
  t.equal(issuer.seen.filter((path) => path === '/oauth2/token').length, before + 1)

  issuer.behaviour.broken = ['/oauth2/token']
  const inVain = await app.inject({ url: `${base}/refresh`, headers: bearer })
  t.equal(inVain.statusCode, 503, 'what was not refreshed is not said to be')
  t.match(inVain.json(), { error: 'identity_provider_busy' })
  const nobody = await app.inject(`${base}/refresh`)
  t.equal(nobody.statusCode, 400)
  t.ok(nobody.json().error)
})

t.test('logout: exactly the session that is presented, and its refresh token at the provider', async (t) => {
  const { app } = await bffFor(issuer, series)
  const [hers, his] = [await logIn(app), await logIn(app)]
  const before = issuer.revoked.length
  const answer = await app.inject({ url: `${base}/logout`, headers: hers.bearer })
  t.equal(answer.statusCode, 200)
  t.equal(answer.body, '')
  t.equal(issuer.revoked.length, before + 1)
  t.strictSame((await app.inject({ url: `${base}/status`, headers: hers.bearer })).json(), {})
  t.match((await app.inject({ url: `${base}/status`, headers: his.bearer })).json(), { username: 'alice' })
  t.equal((await app.inject(`${base}/logout`)).statusCode, 200)
})

t.test('another path or method is not found', async (t) => {
  const { app, lines } = await bffFor(issuer, series)
  const nothing = await app.inject(`${base}/nothing?x=1`)
  t.equal(nothing.statusCode, 404)
  t.match(nothing.headers['content-type'], 'text/plain')
  t.equal(nothing.body, `Resource not found: ${base}/nothing`)
  t.match(lines.join(''), 'refused: no route has this method and path')
  t.equal((await app.inject({ method: 'POST', url: `${base}/status` })).statusCode, 404)
  t.match((await app.inject('/nothing')).headers['content-type'], 'text/html', 'elsewhere as ever')
})

t.test('a client on another origin is answered, if it is on the list', async (t) => {
  const { app } = await bffFor(issuer, series)
  const ask = (origin: string, path = `${base}/status`) =>
    app.inject({
      method: 'OPTIONS',
      url: path,
      headers: { origin, 'access-control-request-headers': 'authorization' },
    })
  const preflight = await ask('http://localhost:4200')
  t.equal(preflight.statusCode, 204)
  t.match(preflight.headers, {
    'access-control-allow-origin': 'http://localhost:4200',
    'access-control-allow-headers': /Authorization.*X-CSRF/,
    'access-control-allow-methods': /GET.*POST.*PUT.*PATCH.*DELETE/,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  })
  t.equal((await ask('http://localhost:4200', '/auth/sessions/x')).statusCode, 204)
  t.equal((await ask('https://evil.example')).headers['access-control-allow-origin'], undefined)
  const { bearer } = await logIn(app)
  const origin = 'http://localhost:4200'
  const answer = await app.inject({ url: `${base}/status`, headers: { ...bearer, origin } })
  t.match(answer.headers, {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Retry-After',
  })

  const browser = new Browser(app)
  await browser.logIn()
  t.equal((await browser.logOut({ origin })).statusCode, 303, 'and may do what our own pages may')
})

t.test('what is unsafe is said so, loudly, and is nowhere else', async (t) => {
  const { lines } = await bffFor(issuer, series)
  // The log is written when the plugin has been loaded.
  const loud = await bffFor(issuer, series)
  await loud.app.ready()
  t.equal(loud.lines.filter((line) => line.includes('UNSAFE')).length, 3)
  t.ok(lines)

  const cookie = await bffFor(issuer, { ...series, BFF_HANDOFF: 'cookie' })
  await cookie.app.ready()
  t.equal(cookie.lines.filter((line) => line.includes('UNSAFE')).length, 2)
  const { location } = await visit((await cookie.app.inject(`${base}/login`)).body)
  const back = await cookie.app.inject(location.pathname + location.search)
  t.equal(back.headers.location, 'http://localhost:4200/home')
  t.match(back.headers['set-cookie'], /^__Host-bff-sid=/)

  const secure = await bffFor(issuer)
  await secure.app.ready()
  t.notMatch(secure.lines.join(''), 'UNSAFE')
  t.equal((await secure.app.inject(`${base}/login`)).statusCode, 404)
})
