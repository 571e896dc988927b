// A provider that is slow, busy, ahead of its time, reached by another name, or changes its keys.
import t, { type Test } from 'tap'
import { startIssuer } from '../support/issuer.ts'
import { Browser, bffFor } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => Object.assign(issuer.behaviour, well))

t.test('a busy provider is said to be busy, and when to come back', async (t) => {
  issuer.behaviour.throttled = true
  const { app } = await bffFor(issuer)
  for (const [said, told] of [
    ['7', '7'],
    ['soon', '5'],
    [undefined, '5'],
  ] as const) {
    issuer.behaviour.retryAfter = said
    const answer = await new Browser(app).logIn('/auth/login?returnTo=/orders')
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], told, `where the provider says ${said}`)
    t.match(answer.body, 'The identity provider is busy')
    t.match(answer.body, '%2Forders')
  }
})

t.test('clocks may differ by a minute, or by what is set', async (t) => {
  for (const [seconds, env, status] of [
    [50, {}, 303],
    [-50, {}, 303],
    [90, {}, 502],
    [90, { BFF_CLOCK_TOLERANCE: '120' }, 303],
  ] as const) {
    issuer.behaviour.clockSkewSeconds = seconds
    const { app } = await bffFor(issuer, env)
    t.equal((await new Browser(app).logIn()).statusCode, status, `${seconds} s ${JSON.stringify(env)}`)
  }
})

t.test('the client proves itself with Basic, or with POST where that is set, or not at all', async (t) => {
  for (const [env, proof] of [
    [{}, 'basic'],
    [{ COGNITO_TOKEN_AUTH: 'post' }, 'post'],
    [{ COGNITO_CLIENT_SECRET: '' }, 'none'],
  ] as const) {
    const { app } = await bffFor(issuer, env)
    issuer.proofs.length = 0
    const browser = new Browser(app)
    t.equal((await browser.logIn()).statusCode, 303)
    await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })
    await browser.logOut()
    t.strictSame(issuer.proofs, [proof, proof, proof], 'for the code, the refresh and the revocation')
  }
})

/** Makes every wait fifty times as short until the test ends, and says how long it would have been. */
function hurry(t: Test): readonly number[] {
  const waits: number[] = []
  const realTimeout = AbortSignal.timeout
  t.teardown(() => {
    AbortSignal.timeout = realTimeout
  })
  AbortSignal.timeout = (milliseconds) => {
    waits.push(milliseconds)
    return realTimeout(milliseconds / 50)
  }
  return waits
}

t.test('a provider that says nothing is waited for five seconds, and no longer', async (t) => {
  const waits = hurry(t)
  for (const path of ['/pool/.well-known/openid-configuration', '/oauth2/token', '/oauth2/userInfo']) {
    Object.assign(issuer.behaviour, well, { silent: [path] })
    const { app } = await bffFor(issuer)
    const away = await app.inject('/auth/login')
    const answer = away.statusCode === 302 ? await new Browser(app).logIn() : away
    t.equal(answer.statusCode, 503, path)
    t.match(answer.body, 'The identity provider cannot be reached')
  }
  t.ok(waits.length >= 5)
  t.strictSame(new Set(waits), new Set([5000]))
})

t.test('nor does a log-out wait longer, and it is one', { timeout: 10_000 }, async (t) => {
  const { app } = await bffFor(issuer, { BFF_GLOBAL_SIGN_OUT: '1' })
  const browser = new Browser(app)
  await browser.logIn()
  issuer.behaviour.silent = ['/', '/oauth2/revoke']
  const waits = hurry(t)
  t.equal((await browser.logOut(undefined, '?everywhere=1')).json().globalSignOut, 'failed')
  t.strictSame(waits, [5000, 5000], 'for the global sign-out, and for the revocation')
  t.strictSame((await app.inject('/health')).json().failures, { revocation: 1, globalSignOut: 1 })
  t.strictSame(await browser.status(), { loggedIn: false })
})

t.test('keys rotate, and nobody notices: an unknown one is looked for at once', async (t) => {
  issuer.behaviour.rotates = true
  const { app } = await bffFor(issuer)
  const there = new Browser(app)
  t.equal((await there.logIn()).statusCode, 303)
  issuer.behaviour.key = 'two'
  t.equal((await there.send('POST', '/auth/refresh', { 'x-csrf': '1' })).statusCode, 204)
  issuer.behaviour.key = 'one'
  t.equal((await new Browser(app).logIn()).statusCode, 303)
  t.equal((await there.send('POST', '/auth/refresh', { 'x-csrf': '1' })).statusCode, 204)
  t.equal((await there.status()).loggedIn, true, 'nor is a refresh token lost that came with it')
})

t.test('a key that is not published is not looked for at every login', async (t) => {
  const { app } = await bffFor(issuer)
  const looks = () => issuer.seen.filter((path) => path.endsWith('jwks.json')).length
  t.equal((await new Browser(app).logIn()).statusCode, 303)
  const before = looks()
  issuer.behaviour.key = 'two'
  issuer.behaviour.published = 'one'
  for (const _ of [1, 2, 3]) t.equal((await new Browser(app).logIn()).statusCode, 502)
  t.equal(looks(), before + 1)
  issuer.behaviour.published = undefined
  const realNow = Date.now
  t.teardown(() => {
    Date.now = realNow
  })
  Date.now = () => realNow() + 61_000
  t.equal((await new Browser(app).logIn()).statusCode, 303, 'but it is after a minute')
})

t.test('userInfo is asked always, never, or where the ID token does not say enough', async (t) => {
  const asks = async (BFF_USERINFO: string) => {
    const before = issuer.seen.filter((path) => path === '/oauth2/userInfo').length
    const { app } = await bffFor(issuer, { BFF_USERINFO })
    const browser = new Browser(app)
    await browser.logIn()
    t.equal((await browser.status()).user.username, 'alice')
    return issuer.seen.filter((path) => path === '/oauth2/userInfo').length - before
  }
  t.equal(await asks('always'), 1)
  t.equal(await asks('never'), 0)
  t.equal(await asks('if-missing'), 0)
  issuer.behaviour.user = { sub: 'sub-alice', username: 'alice' }
  t.equal(await asks('if-missing'), 1)
})

t.test('the back channel may go by another name than browsers do', async (t) => {
  // A name that nobody resolves, as that of a container looks from outside.
  const { app, lines } = await bffFor(issuer, {
    COGNITO_ISSUER: issuer.url.replace('127.0.0.1', 'localhost'),
    COGNITO_BACKCHANNEL_ORIGIN: issuer.origin,
  })
  t.equal((await app.inject('/auth/login')).statusCode, 503)
  t.match(lines.join(''), 'does not match the expected issuer', 'it went there, and is strict')
  t.ok(issuer.seen.length > 0)

  const same = await bffFor(issuer, { COGNITO_BACKCHANNEL_ORIGIN: issuer.origin })
  t.equal((await new Browser(same.app).logIn()).statusCode, 303)
})

t.test('what only asks is asked once more, what changes something is not', async (t) => {
  issuer.behaviour.dead = ['/oauth2/userInfo', '/oauth2/token']
  const { app } = await bffFor(issuer)
  const count = (path: string) => issuer.seen.filter((each) => each === path).length
  const [tokens, infos] = [count('/oauth2/token'), count('/oauth2/userInfo')]
  t.equal((await new Browser(app).logIn()).statusCode, 503)
  t.equal(count('/oauth2/token'), tokens + 1, 'who knows what became of the first')
  issuer.behaviour.dead = ['/oauth2/userInfo']
  t.equal((await new Browser(app).logIn()).statusCode, 503)
  t.equal(count('/oauth2/userInfo'), infos + 2)
})

t.test('a provider without revocation is not asked to revoke', async (t) => {
  issuer.behaviour.revocation = false
  const { app, lines } = await bffFor(issuer)
  const browser = new Browser(app)
  await browser.logIn()
  const before = issuer.revoked.length
  t.equal((await browser.logOut()).statusCode, 200)
  t.equal(issuer.revoked.length, before)
  t.notMatch(lines.join(''), 'could not be revoked')
})

t.test('ready is who finds its provider now, not who has found it once', async (t) => {
  const { app } = await bffFor(issuer)
  const ready = () => app.inject({ url: '/ready', headers: { accept: 'application/json' } })
  t.strictSame((await ready()).json(), { status: 'ready' })
  issuer.behaviour.broken = ['/pool/.well-known/openid-configuration']
  const answer = await ready()
  t.equal(answer.statusCode, 503)
  t.match(answer.json(), { error: 'identity_provider_unavailable', message: 'openid-configuration' })
  issuer.behaviour.broken = []
  t.equal((await ready()).statusCode, 200)
})

t.test('what a page asks of the login is passed on in Cognito’s words, and nothing else is', async (t) => {
  const { app } = await bffFor(issuer)
  const query = {
    prompt: 'login',
    loginHint: 'alice',
    idp: 'Google',
    lang: 'de',
    redirect_uri: 'https://evil.example',
  }
  const answer = await app.inject({ url: '/auth/login', query })
  t.match(Object.fromEntries(new URL(String(answer.headers.location)).searchParams), {
    prompt: 'login',
    login_hint: 'alice',
    identity_provider: 'Google',
    lang: 'de',
    redirect_uri: 'http://localhost:9401/auth/callback',
  })
})
