import { fastify } from 'fastify'
import t from 'tap'
import { bff } from '../../src/bff/index.ts'
import { safeReturnTo } from '../../src/bff/return-to.ts'
import { startIssuer } from '../support/issuer.ts'
import { startApi } from './api.ts'
import { Browser, bffFor, setCookie } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const api = await startApi()
t.teardown(api.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => Object.assign(issuer.behaviour, well))

t.test('a callback that this browser never asked for is refused', async (t) => {
  const { app, lines } = await bffFor(issuer)
  const mallory = new Browser(app)
  issuer.behaviour.user = { sub: 'sub-mallory', username: 'mallory' }
  const lure = await mallory.fetchCallback()

  const victim = new Browser(app)
  const answer = await victim.get(lure)
  t.equal(answer.statusCode, 400)
  t.match(answer.body, 'This log-in cannot be completed')
  t.match(lines.join(''), /login_not_started_here.*no pending login has this state together with the binding/)
  t.strictSame(await victim.status(), { loggedIn: false })

  issuer.behaviour.user = well.user
  await victim.logIn()
  const { sid } = victim
  t.equal((await victim.get(lure)).headers.location, '/', 'somebody logged in is simply sent home')
  t.equal(victim.sid, sid)
  t.equal((await victim.status()).user.username, 'alice', 'and stays who they are')

  t.equal((await mallory.get(lure)).statusCode, 303, 'the attempts did not use up the login of its owner')
})

t.test('a pending login of one browser does not open the callback of another', async (t) => {
  const { app } = await bffFor(issuer)
  const [one, other] = [new Browser(app), new Browser(app)]
  const callback = await one.fetchCallback()
  await other.fetchCallback()
  const [binding] = other.cookies.values()
  for (const name of one.cookies.keys()) other.cookies.set(name, String(binding))
  t.equal((await other.get(callback)).statusCode, 400)
})

t.test('a callback works once, and opening it again does no harm', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  const callback = await browser.fetchCallback()
  const cookies = new Map(browser.cookies)
  const [first, second] = await Promise.all([browser.get(callback), browser.get(callback)])
  t.equal([first, second].filter((answer) => setCookie(answer, '__Host-bff-sid=')).length, 1)

  const { sid } = browser
  const again = await browser.get(callback)
  t.equal(again.statusCode, 303)
  t.equal(again.headers.location, '/')
  t.equal(browser.sid, sid)

  await browser.logOut()
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  t.equal((await browser.get(callback)).statusCode, 400, 'nor after a log-out, with every cookie restored')
})

t.test('a session id is never taken from the browser, and each login has a new one', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  browser.cookies.set('__Host-bff-sid', 'chosen-by-the-attacker')
  await browser.logIn()
  const first = browser.sid
  t.not(first, 'chosen-by-the-attacker')

  await browser.logIn()
  t.not(browser.sid, first)
  const thief = new Browser(app)
  thief.cookies.set('__Host-bff-sid', String(first))
  t.strictSame(await thief.status(), { loggedIn: false, reason: 'replaced' }, 'the former id opens nothing')
})

t.test('the former session ends even where its Strict cookie stays behind on the way back', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  await browser.logIn()
  const first = String(browser.sid)
  const callback = await browser.fetchCallback()
  browser.cookies.delete('__Host-bff-sid')
  await browser.get(callback)

  browser.cookies.set('__Host-bff-sid', first)
  t.strictSame(await browser.status(), { loggedIn: false, reason: 'replaced' })
  t.strictSame(issuer.revoked.at(-1), issuer.secrets.filter((each) => each.startsWith('refresh-')).at(-2))
})

t.test('an answer that does not prove who logged in is no login', async (t) => {
  for (const [misbehaviour, reason] of [
    [{ foreignNonce: true }, /unexpected ID Token \\"nonce\\" claim value/],
    [{ foreignSignature: true }, /signature verification failed/],
    [{ foreignSubject: 'sub-mallory' }, /unexpected \\"response\\" body \\"sub\\" property value/],
    [{ tokenError: 'invalid_client' }, /refused: invalid_client: No <b>way<\/b>/],
    [{ broken: ['/oauth2/token'] }, /500/],
    [{ broken: ['/oauth2/userInfo'] }, /500/],
  ] as const) {
    Object.assign(issuer.behaviour, well, misbehaviour)
    const { app, lines } = await bffFor(issuer)
    const browser = new Browser(app)
    const answer = await browser.logIn()
    const label = JSON.stringify(misbehaviour)
    t.equal(answer.statusCode, 502, label)
    t.match(answer.body, 'does not prove who you are', label)
    t.match(lines.join(''), reason, label)
    t.strictSame(await browser.status(), { loggedIn: false }, label)
  }
})

t.test('what else stands in a callback is ignored', async (t) => {
  const { app } = await bffFor(issuer)
  for (const more of ['id_token=x', 'token=x', 'response=a.b.c', 'x=1&x=2', 'error=']) {
    const browser = new Browser(app)
    t.equal((await browser.get(`${await browser.fetchCallback()}&${more}`)).statusCode, 303, more)
    t.equal((await browser.status()).loggedIn, true)
  }
})

t.test(
  'a callback of this browser that is no answer is the browser’s trouble, not the provider’s',
  async (t) => {
    const { app, lines } = await bffFor(issuer)
    for (const [spoil, reason] of [
      [(query: URLSearchParams) => query.delete('code'), /there is neither a code nor an error in it/],
      [(query: URLSearchParams) => query.set('code', ''), /there is neither a code nor an error in it/],
      [(query: URLSearchParams) => query.set('iss', 'https://evil.example'), /unexpected \\"iss\\"/],
      [(query: URLSearchParams) => query.append('state', 'two'), /querystring\/state must be string/],
      [(query: URLSearchParams) => query.append('code', 'two'), /querystring\/code must be string/],
      [(query: URLSearchParams) => ['a', 'b'].map((each) => query.append('iss', each)), /iss must be string/],
    ] as const) {
      const browser = new Browser(app)
      const callback = new URL(await browser.fetchCallback(), 'http://localhost')
      spoil(callback.searchParams)
      const before = issuer.seen.filter((path) => path === '/oauth2/token').length
      const answer = await browser.get(callback.pathname + callback.search)
      t.equal(answer.statusCode, 400, callback.search)
      t.match(lines.join(''), reason)
      t.equal(issuer.seen.filter((path) => path === '/oauth2/token').length, before)
      t.strictSame(await browser.status(), { loggedIn: false })
    }
  },
)

t.test('a code that the token endpoint refuses asks for another try', async (t) => {
  issuer.behaviour.tokenError = 'invalid_grant'
  const { app } = await bffFor(issuer)
  const answer = await new Browser(app).logIn('/auth/login?returnTo=/orders')
  t.equal(answer.statusCode, 400)
  t.match(answer.body, 'This log-in took too long')
  t.match(answer.body, 'href="/auth/login?returnTo&#x3D;%2Forders"')
  t.notMatch(answer.body, '<b>way</b>')
})

t.test('a code without its verifier buys nothing', async (t) => {
  const { app, lines } = await bffFor(issuer)
  const [one, other] = [new Browser(app), new Browser(app)]
  const stolen = new URL(await one.fetchCallback(), 'http://localhost').searchParams.get('code')
  const own = new URL(await other.fetchCallback(), 'http://localhost')
  own.searchParams.set('code', String(stolen))
  t.equal((await other.get(own.pathname + own.search)).statusCode, 400, 'another login, another verifier')
  t.match(lines.join(''), 'the token endpoint refused the code: invalid_grant')
  t.strictSame(await other.status(), { loggedIn: false })
})

t.test('errors from the identity provider become a friendly page, and nothing in it is markup', async (t) => {
  const { app, lines } = await bffFor(issuer)
  const hostile = '<script>alert(1)</script>"\' onload=x {{title}}'
  for (const [error, title, status] of [
    ['access_denied', 'The log-in was cancelled', 400],
    ['temporarily_unavailable', 'The identity provider declined', 503],
    [`"><img src=x onerror=alert(1)>`, 'The identity provider declined', 400],
  ] as const) {
    issuer.behaviour.decline = { error, error_description: hostile, extra: 'SHOULD-NOT-APPEAR' }
    const browser = new Browser(app)
    const callback = await browser.fetchCallback()
    const cookies = [...browser.cookies]
    const answer = await browser.get(callback)
    t.equal(answer.statusCode, status)
    t.match(answer.body, title)
    t.match(answer.body, 'Try again')
    t.match(answer.body, '&lt;script&gt;alert(1)&lt;/script&gt;')
    t.notMatch(answer.body, /<script|<img src=x|SHOULD-NOT-APPEAR/)
    t.match(lines.at(-2), JSON.stringify(error).slice(1, -1).split('"')[0])

    for (const [name, value] of cookies) browser.cookies.set(name, value)
    t.match((await browser.get(callback)).body, 'cannot be completed', 'used up, with every cookie restored')
  }
})

t.test('a refusal without words, and one in JSON', async (t) => {
  issuer.behaviour.decline = { error: 'login_required' }
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  t.notMatch((await browser.logIn()).body, 'The identity provider said')

  const answer = await browser.get(await browser.fetchCallback(), { accept: 'application/json' })
  t.strictSame(answer.json(), {
    error: 'login_declined',
    message: 'The identity provider wants you to enter your password again.',
  })
})

t.test('an error nobody asked for is not repeated', async (t) => {
  const { app } = await bffFor(issuer)
  const answer = await app.inject('/auth/callback?error=access_denied&error_description=PHISH&state=x')
  t.equal(answer.statusCode, 400)
  t.notMatch(answer.body, /PHISH|cancelled/)
})

t.test('after a login nobody is led away from here', async (t) => {
  const { app } = await bffFor(issuer)
  const payloads = [
    'https://evil.example',
    'HTTPS:evil.example',
    '//evil.example',
    '///evil.example',
    '////evil.example/..',
    '/\\evil.example',
    '\\/evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/%09/evil.example',
    '/%2f/evil.example',
    '/%2F%2Fevil.example',
    '%2F%2Fevil.example',
    '/%5cevil.example',
    '/%5C%5Cevil.example',
    '/%252F%252Fevil.example',
    '/%25252F/evil.example',
    '/%2525252525252F/evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/%2e%2e//evil.example',
    '/%252e%252e//evil.example',
    '/a/../..//evil.example',
    '/a\\..\\..\\\\evil.example',
    '/ok%0d%0aSet-Cookie:%20sid=1',
    '/ok\r\nLocation: https://evil.example',
    '/%00',
    '/%E0%A4%A',
    '/\u0085/evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'evil.example',
    '@evil.example',
    '?next=//evil.example',
    '#//evil.example',
    '',
    '/auth/login',
    '/AUTH/logout',
    '/a/../auth/login?returnTo=/',
    '/%61uth/login',
    `/${'a'.repeat(2000)}`,
  ]
  for (const payload of payloads) {
    const answer = await app.inject({ url: '/auth/login', query: { returnTo: payload } })
    t.equal(answer.statusCode, 400, JSON.stringify(payload).slice(0, 60))
    t.equal(answer.headers.location, undefined)
  }
})

t.test('what stays here is let through in normal form', async (t) => {
  for (const [wanted, path] of [
    ['/', '/'],
    ['/orders?page=2#last', '/orders?page=2#last'],
    [
      '/search?q=%2F%2Fnot-a-host&u=https%3A%2F%2Fexample.com',
      '/search?q=%2F%2Fnot-a-host&u=https%3A%2F%2Fexample.com',
    ],
    ['/a/./b/../c', '/a/c'],
    ['/authors', '/authors'],
    ['/search?q=100%25', '/search?q=100%25'],
    ['/grüße', '/gr%C3%BC%C3%9Fe'],
    ['/?q=\\', '/?q=\\'],
  ] as const) {
    t.equal(safeReturnTo(wanted), path)
  }
})

t.test('only a page of this origin may log somebody out', async (t) => {
  const { app, lines } = await bffFor(issuer)
  const browser = new Browser(app)
  await browser.logIn()
  const foreign = [
    {},
    { origin: 'https://evil.example' },
    { origin: 'https://evil.example', 'x-csrf': '1' },
    { origin: 'null', 'x-csrf': '1' },
    { origin: 'http://localhost:9402' },
    { origin: 'http://127.0.0.1:9401' },
    { 'x-csrf': '0' },
    { 'sec-fetch-site': 'same-origin' },
  ]
  for (const headers of foreign as Record<string, string>[]) {
    const answer = await browser.logOut(headers)
    t.equal(answer.statusCode, 403, JSON.stringify(headers))
    t.equal((await browser.status()).loggedIn, true)
  }
  t.match(lines.join(''), 'needs the header X-CSRF: 1, or an Origin of http://localhost:9401')

  t.equal((await browser.get('/auth/logout')).statusCode, 403, 'an image cannot log out either')
  t.equal((await browser.get('/auth/logout?sid=guessed')).statusCode, 403)
  t.equal((await browser.status()).loggedIn, true)
})

type Method = Parameters<Browser['send']>[0]

/** Two browsers of one person, and every route that changes something for whoever has the cookie. */
async function whatCookiesChange() {
  const app = fastify()
  const routes: { method: Method; url: string }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat())
      if (!/GET|HEAD/.test(each)) routes.push({ method: each as Method, url })
  })
  const { clientId, clientSecret } = issuer
  await app.register(bff, { issuer: issuer.url, clientId, clientSecret, proxies: { '/api': api.url } })
  const [browser, other] = [new Browser(app), new Browser(app)]
  for (const each of [browser, other]) await each.logIn()
  const list = (await browser.get('/auth/sessions')).json()
  const { ref } = list.find(({ current }: { current: boolean }) => !current)
  const pathOf = (url: string) => url.replace(':ref', ref).replace('*', 'orders')
  return { browser, other, calls: routes.map(({ method, url }) => ({ method, path: pathOf(url) })) }
}

t.test('no route changes anything for a cookie without proof that a page of ours asks', async (t) => {
  const { browser, other, calls } = await whatCookiesChange()
  t.equal(calls.length, 8)
  const soFar = () => [api.seen.length, issuer.revoked.length, issuer.seen.length]
  const before = soFar()
  const origin = 'https://evil.example'
  for (const { method, path } of calls)
    for (const [headers, status, error] of [
      [{}, 403, 'cross_site_request'],
      [{ origin }, 403, 'cross_site_request'],
      [{ origin, 'x-csrf': '1' }, 403, 'cross_site_request'],
      [{ origin: 'null', 'x-csrf': '1' }, 403, 'cross_site_request'],
      [{ origin, authorization: 'Bearer x' }, 400, 'conflicting_sessions'],
    ] as const) {
      const label = `${method} ${path} ${JSON.stringify(headers)}`
      const answer = await browser.send(method, path, { accept: 'application/json', ...headers })
      t.equal(answer.statusCode, status, label)
      t.equal(answer.json().error, error, label)
      for (const each of [browser, other]) t.equal((await each.status()).loggedIn, true, label)
      t.strictSame(soFar(), before, `${label} reaches neither the API nor the provider`)
    }
})

t.test('no other origin is invited', async (t) => {
  const { app } = await bffFor(issuer)
  const headers = { origin: 'https://evil.example', 'access-control-request-headers': 'x-csrf' }
  const answer = await app.inject({ method: 'OPTIONS', url: '/auth/logout', headers })
  t.equal(answer.headers['access-control-allow-origin'], undefined)
})

t.test('looking is not asking: neither a prefetch nor HEAD begins or ends a login', async (t) => {
  const inAnApp = fastify()
  const { url, clientId, clientSecret } = issuer
  await inAnApp.register(bff, { issuer: url, clientId, clientSecret })
  for (const app of [(await bffFor(issuer)).app, inAnApp]) {
    for (const headers of [
      { 'sec-purpose': 'prefetch' },
      { 'sec-purpose': 'prefetch;prerender' },
      { purpose: 'prefetch' },
    ] as Record<string, string>[]) {
      const answer = await app.inject({ url: '/auth/login', headers })
      t.equal(answer.statusCode, 403)
      t.equal(answer.headers['set-cookie'], undefined)
    }
    const browser = new Browser(app)
    const callback = await browser.fetchCallback()
    t.equal((await browser.send('HEAD', '/auth/login')).statusCode, 404)
    t.equal((await browser.send('HEAD', callback)).statusCode, 404)
    t.equal((await browser.get(callback)).statusCode, 303)
    const { logoutUrl } = await browser.status()
    t.equal((await browser.send('HEAD', logoutUrl)).statusCode, 404)
    t.equal((await browser.status()).loggedIn, true)
  }
})

t.test('malformed requests get a 4xx that repeats nothing', async (t) => {
  const { app } = await bffFor(issuer)
  for (const url of [
    '/auth/login?returnTo=/a&returnTo=/b',
    '/auth/login?mode=xml',
    '/auth/callback?state=a&state=b',
    '/auth/callback?code=%00&state=%FF%FE',
    '/auth/callback',
    '/%',
    '/%3Cscript%3E',
  ]) {
    const answer = await app.inject(url)
    t.ok(answer.statusCode >= 400 && answer.statusCode < 500, `${url} ${answer.statusCode}`)
    t.notMatch(answer.body, /<script>|stack/)
    t.equal(answer.headers['cache-control'], 'no-store', url)
  }
  const json = { accept: 'application/json' }
  const answer = await app.inject({ url: '/%', headers: json })
  t.equal(answer.json().error, 'bad_request')
  const huge = await app.inject({
    method: 'POST',
    url: '/auth/logout',
    headers: { ...json, 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'x'.repeat(2_000_000),
  })
  t.equal(huge.statusCode, 413)
})

t.test('everything that the BFF says wears the same armour', async (t) => {
  const { app } = await bffFor(issuer)
  const browser = new Browser(app)
  const answers = [
    await browser.get('/'),
    await browser.get('/home.js'),
    await browser.get('/health'),
    await browser.get('/auth/status'),
    await browser.logIn(),
    await browser.get('/nowhere'),
    await browser.get('/%'),
    await browser.logOut(),
    await browser.logOut({}),
  ]
  for (const { headers } of answers) {
    t.match(headers, {
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    t.equal(
      headers['content-security-policy'],
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
        `form-action 'self' https: ${issuer.origin}; base-uri 'none'; frame-ancestors 'none'`,
    )
  }
})
