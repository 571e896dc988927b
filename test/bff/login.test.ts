import t from 'tap'
import type { Environment } from '../../src/bff/config.ts'
import { startIssuer } from '../support/issuer.ts'
import { Browser, bffFor, setCookie, standingClock, visit } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => Object.assign(issuer.behaviour, well))

t.test('a login leads to the identity provider and back, and the page knows who came', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, {}, { clock })
  const browser = new Browser(app)
  t.strictSame(await browser.status(), { loggedIn: false })

  const answer = await browser.logIn()
  t.equal(answer.statusCode, 303)
  t.equal(answer.headers.location, '/')
  const { logoutUrl, ...status } = await browser.status()
  t.strictSame(status, {
    loggedIn: true,
    user: { sub: 'sub-alice', username: 'alice', email: 'alice@example.com', email_verified: true },
    session: {
      expiresIn: 900,
      absoluteExpiresIn: 28_800,
      authTime: Math.floor(clock.now().getTime() / 1000),
      transport: 'cookie',
    },
  })
  t.match(logoutUrl, /^\/auth\/logout\?sid=[\w-]{43}$/)

  const authTime = Math.floor(Date.now() / 1000) - 1800
  issuer.behaviour.authTime = authTime
  const silently = new Browser(app)
  await silently.logIn()
  issuer.behaviour.authTime = undefined
  t.equal((await silently.status()).session.authTime, authTime, 'they showed who they are half an hour ago')
})

t.test('the authorization request has state, nonce and PKCE, whatever discovery says', async (t) => {
  const { app } = await bffFor(issuer)
  const first = await app.inject('/auth/login')
  const second = await app.inject('/auth/login')
  const [one, other] = [first, second].map((answer) => new URL(String(answer.headers.location)))

  t.equal(one?.origin, issuer.origin)
  t.equal(one?.pathname, '/oauth2/authorize')
  const { state, nonce, code_challenge, ...rest } = Object.fromEntries(one?.searchParams ?? [])
  t.strictSame(rest, {
    client_id: issuer.clientId,
    response_type: 'code',
    redirect_uri: 'http://localhost:9401/auth/callback',
    scope: 'openid email profile',
    code_challenge_method: 'S256',
  })
  for (const [name, value] of Object.entries({ state, nonce, code_challenge })) {
    t.match(value, /^[\w-]{43}$/, `${name} is unguessable`)
    t.not(value, other?.searchParams.get(name), `${name} is new each time`)
  }
})

t.test('the status of the redirect can be set', async (t) => {
  for (const status of [302, 303, 307]) {
    const { app } = await bffFor(issuer, { BFF_LOGIN_REDIRECT_STATUS: String(status) })
    const answer = await app.inject('/auth/login')
    t.equal(answer.statusCode, status)
    t.ok(String(answer.headers.location).startsWith(`${issuer.origin}/oauth2/authorize?`))
  }
})

t.test('a client that asks for JSON gets the login URL, and need not know the client id', async (t) => {
  const { app } = await bffFor(issuer)
  for (const [url, accept] of [
    ['/auth/login', 'application/json'],
    ['/auth/login?mode=json', '*/*'],
  ] as const) {
    const browser = new Browser(app)
    const answer = await browser.get(url, { accept })
    t.equal(answer.statusCode, 200)
    t.equal(answer.json().expiresIn, 600)
    const { location } = await visit(answer.json().loginUrl)
    t.equal((await browser.get(location.pathname + location.search)).statusCode, 303)
    t.equal((await browser.status()).user.username, 'alice')
  }
})

t.test('a login continues where it was asked for', async (t) => {
  const { app } = await bffFor(issuer)
  const returnTo = '/orders/7?page=2&q=a%20b#last'
  const answer = await new Browser(app).logIn(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`)
  t.equal(answer.headers.location, returnTo)
})

t.test('a public client logs in without a secret', async (t) => {
  const { app } = await bffFor(issuer, { COGNITO_CLIENT_SECRET: '' })
  t.equal((await new Browser(app).logIn()).statusCode, 303)
})

t.test('the cookies are as strict as each can be', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  const away = await browser.get('/auth/login')
  const pending = setCookie(away, '__Host-bff-login-')
  t.match(pending, /; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)

  const { location } = await visit(String(away.headers.location))
  const back = await browser.get(location.pathname + location.search)
  const session = setCookie(back, '__Host-bff-sid=')
  t.match(session, /^__Host-bff-sid=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
  t.strictSame([...browser.cookies.keys()], ['__Host-bff-sid'], 'the cookie of the login is gone')
})

t.test('server-rendered applications may choose Lax', async (t) => {
  const { app } = await bffFor(issuer, { BFF_COOKIE_SAME_SITE: 'Lax' })
  t.match(setCookie(await new Browser(app).logIn(), '__Host-bff-sid='), /; Secure; SameSite=Lax$/)
})

t.test('insecure cookies lose prefix and Secure, and nothing else', async (t) => {
  const { app, lines } = await bffFor(issuer, {
    BFF_PUBLIC_URL: 'http://app.example:8080',
    BFF_INSECURE_COOKIES: '1',
  })
  const browser = new Browser(app)
  const answer = await browser.logIn()
  t.match(setCookie(answer, 'bff-sid='), /^bff-sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  t.equal((await browser.status()).loggedIn, true)
  const warning = /^UNSAFE, BFF_INSECURE_COOKIES: /
  t.match((await browser.get('/warnings')).json(), [warning], 'and the page of the demo says so')
  t.match(
    lines.map((line) => JSON.parse(line).msg).filter((text) => text.startsWith('UNSAFE')),
    [warning],
    'as does the log',
  )
})

t.test('plain http to another machine is loud, where it is allowed at all', async (t) => {
  const unsafe = async (env: Environment) =>
    (await (await bffFor(issuer, env)).app.inject('/warnings'))
      .json()
      .map((each: string) => each.split(':')[0])
  t.strictSame(
    await unsafe({
      COGNITO_BACKCHANNEL_ORIGIN: 'http://mock:9400',
      BFF_ALLOWED_ORIGINS: 'http://app.example https://app.example http://localhost:4200',
    }),
    ['UNSAFE, COGNITO_BACKCHANNEL_ORIGIN', 'UNSAFE, BFF_ALLOWED_ORIGINS'],
  )
  t.strictSame(await unsafe({ COGNITO_BACKCHANNEL_ORIGIN: 'http://127.0.0.1:9400' }), [])
})

t.test('the public URL decides every address, the Host header none', async (t) => {
  const { app } = await bffFor(issuer, { BFF_PUBLIC_URL: 'https://app.example' })
  const browser = new Browser(app)
  const answer = await browser.get('/auth/login', {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    forwarded: 'host=evil.example',
  })
  const loginUrl = new URL(String(answer.headers.location))
  t.equal(loginUrl.searchParams.get('redirect_uri'), 'https://app.example/auth/callback')

  const { location } = await visit(loginUrl.href)
  t.equal((await browser.get(location.pathname + location.search)).statusCode, 303)
  const spoofed = { 'x-csrf': '1', accept: 'application/json', host: 'evil.example' }
  const { logoutUrl } = (await browser.logOut(spoofed)).json()
  t.equal(new URL(logoutUrl).searchParams.get('logout_uri'), 'https://app.example/')
  const asJson = await browser.get('/auth/login?mode=json', { host: 'evil.example' })
  t.notMatch(asJson.body, 'evil')
})

t.test('of six logins at once the last five succeed, in any order', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, {}, { clock })
  const browser = new Browser(app)
  const callbacks: string[] = []
  for (const tab of [1, 2, 3, 4, 5, 6]) {
    callbacks.push(await browser.fetchCallback(`/auth/login?returnTo=/tab/${tab}`))
    clock.advance(1)
  }
  t.equal(browser.cookies.size, 5)
  t.equal((await browser.get(String(callbacks[0]))).statusCode, 400, 'the first was given up')

  for (const tab of [4, 2, 6, 3, 5]) {
    const answer = await browser.get(String(callbacks[tab - 1]))
    t.equal(answer.headers.location, `/tab/${tab}`)
  }
})

t.test('a cookie that is not ours is the first to go', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  for (const each of ['a', 'b', 'c', 'd', 'e', 'f']) browser.cookies.set(`__Host-bff-login-${each}`, 'junk')
  t.equal((await browser.logIn()).statusCode, 303)
  t.equal(browser.cookies.size, 5, 'four junk cookies and the session')
})

t.test('a login waits ten minutes and no longer', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, {}, { clock })
  for (const [seconds, status] of [
    [599, 303],
    [600, 400],
  ] as const) {
    const browser = new Browser(app)
    const callback = await browser.fetchCallback()
    clock.advance(seconds)
    t.equal((await browser.get(callback)).statusCode, status, `after ${seconds} s`)
  }
})

t.test('any issuer can log somebody in: the name is the best one there is', async (t) => {
  const { app } = await bffFor(issuer)
  const usernameOf = async (user: { sub: string }) => {
    issuer.behaviour.user = user
    const browser = new Browser(app)
    await browser.logIn()
    return (await browser.status()).user.username
  }
  t.equal(await usernameOf({ sub: '1', preferred_username: 'al', email: 'al@example.com' } as never), 'al')
  t.equal(await usernameOf({ sub: '1', email: 'al@example.com' } as never), 'al@example.com')
  t.equal(await usernameOf({ sub: '1' }), '1')
})

t.test('the browser learns the claims on the list, and no others', async (t) => {
  issuer.behaviour.user = {
    ...well.user,
    'cognito:groups': ['admins'],
    phone_number: '+1555',
    'custom:salary': '1',
  }
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  await browser.logIn()
  const { user } = await browser.status()
  t.strictSame(user['cognito:groups'], ['admins'])
  t.notMatch(JSON.stringify(user), /1555|salary|at_hash|nonce/)
})

t.test('nothing that the identity provider hands out ever reaches the browser or the log', async (t) => {
  const { app, lines } = await bffFor(issuer)
  const browser = new Browser(app)
  const before = issuer.secrets.length
  await browser.logIn()
  await browser.get('/')
  await browser.status()
  await browser.logIn()
  await browser.get('/auth/callback?state=x&code=y')
  for (const url of ['/health', '/home.js', '/home.css', '/nothing-here']) await browser.get(url)
  issuer.behaviour.foreignNonce = true
  await browser.logIn()
  issuer.behaviour.foreignNonce = false
  issuer.behaviour.foreignSubject = 'sub-mallory'
  await browser.logIn()
  await browser.logOut()

  const secrets = issuer.secrets.slice(before)
  t.equal(secrets.length, 20, 'four logins: code, verifier and three tokens each')
  const seen = browser.shown.join('\n')
  const logged = lines.join('\n')
  t.match(logged, '/auth/callback', 'the log is not empty')
  for (const secret of [...secrets, issuer.clientSecret]) {
    t.notOk(seen.includes(secret), 'not in a body, a header or a redirect')
    t.notOk(logged.includes(secret), 'not in the log')
  }
})
