// The proxy: the access token goes out with a request, and nothing else of the browser's; what comes back is the
// API's answer, and nothing that would act on this origin.
import { METHODS } from 'node:http'
import t, { type Test } from 'tap'
import { safeApiPath } from '../../src/bff/api-path.ts'
import { createAuthority, createServerCertificate } from '../../src/https/certificates.ts'
import { startIssuer } from '../support/issuer.ts'
import { rawHttp } from '../support/raw-http.ts'
import { listeningBefore, loggedInBefore, startApi } from './api.ts'
import { Browser, bffFor, standingClock } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const api = await startApi()
t.teardown(api.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => {
  Object.assign(issuer.behaviour, well)
  Object.assign(api.behaviour, api.well)
})

const loggedIn = (proxies = `/api=${api.url}`) => loggedInBefore(issuer, proxies)

async function listening(t: Test) {
  const { port, cookie } = await listeningBefore(t, issuer, `/api=${api.url}`)
  return { ask: rawHttp({ port }), cookie }
}

const csrf = { 'x-csrf': '1' }
const last = () => api.seen.at(-1)

t.test('a call goes to the API with the token, and its answer comes back', async (t) => {
  const { browser } = await loggedIn()
  const answer = await browser.get('/api/orders/7?page=2&q=a%2Fb')
  t.equal(answer.statusCode, 200)
  t.strictSame(answer.json(), { you: '/orders/7?page=2&q=a%2Fb' })
  t.equal(answer.headers.etag, '"7"')
  t.equal(
    last()?.headers.authorization,
    `Bearer ${issuer.secrets.filter((s) => s.startsWith('access-')).at(-1)}`,
  )
  t.equal(last()?.headers.host, new URL(api.url).host)

  const made = await browser.send('POST', '/api/orders', { ...csrf, 'content-type': 'text/csv' }, 'a,b')
  t.equal(made.statusCode, 200)
  t.match(last(), { method: 'POST', url: '/orders', body: 'a,b', headers: { 'content-type': 'text/csv' } })
  t.equal((await browser.send('HEAD', '/api/orders')).statusCode, 200)
  for (const method of ['PUT', 'DELETE'] as const)
    t.equal((await browser.send(method, '/api/orders/7', csrf)).statusCode, 200)
  t.equal(last()?.method, 'DELETE')
})

t.test('several APIs, each below its own path', async (t) => {
  const { browser } = await loggedIn(`/api=${api.url}/v1/ /other=${api.url}/v2`)
  await browser.get('/api/a')
  t.equal(last()?.url, '/v1/a')
  await browser.get('/other/b?x=/c')
  t.equal(last()?.url, '/v2/b?x=/c')
  t.equal((await browser.get('/another/c')).statusCode, 404)
})

t.test('of the browser’s headers only those go out that are about the matter', async (t) => {
  const { browser } = await loggedIn()
  const { sid } = browser
  await browser.send(
    'POST',
    '/api/orders',
    {
      ...csrf,
      origin: 'http://localhost:9401',
      referer: 'http://localhost:9401/secret',
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=6.6.6.6',
      'x-real-ip': '6.6.6.6',
      'true-client-ip': '6.6.6.6',
      'cf-connecting-ip': '6.6.6.6',
      x_forwarded_for: '6.6.6.6',
      'x-original-url': '/admin',
      'x-rewrite-url': '/admin',
      'x-http-method-override': 'DELETE',
      'x-method-override': 'DELETE',
      authorization: 'Basic x',
      'proxy-authorization': 'Basic x',
      'sec-fetch-site': 'same-origin',
      te: 'trailers',
      connection: 'x-hop, authorization',
      'x-hop': 'only for the next',
      'x-request-id': '42',
      accept: 'application/json',
      'content-type': 'application/json',
    },
    '{}',
  )
  const sent = last()?.headers ?? {}
  t.notOk(JSON.stringify(sent).includes(String(sid)))
  t.match(sent, { 'x-request-id': '42', accept: 'application/json', authorization: /^Bearer access-/ })
  for (const name of [
    'cookie',
    'origin',
    'referer',
    'x-csrf',
    'forwarded',
    'x-forwarded-for',
    'x-real-ip',
    'te',
    'x-hop',
    'true-client-ip',
    'cf-connecting-ip',
    'x_forwarded_for',
  ])
    t.equal(sent[name], undefined, name)
  for (const name of ['x-original-url', 'x-rewrite-url', 'x-http-method-override', 'x-method-override'])
    t.equal(sent[name], undefined, name)
  for (const name of ['x-forwarded-host', 'proxy-authorization', 'sec-fetch-site'])
    t.equal(sent[name], undefined, name)
})

t.test('nor do those that only a raw socket can send', async (t) => {
  const { ask, cookie } = await listening(t)
  const hops = {
    expect: '100-continue',
    'keep-alive': 'timeout=9',
    'proxy-connection': 'keep-alive',
    te: 'trailers',
    trailer: 'x-checksum',
    upgrade: 'h2c',
    via: '1.1 elsewhere',
  }
  const sent = { ...csrf, ...hops, cookie, 'transfer-encoding': 'chunked' } // or there is nothing to trail
  const answer = await ask({ method: 'POST', path: '/api/orders', headers: sent })
  t.equal(answer.status, 200)
  t.match(last(), { method: 'POST', headers: { authorization: /^Bearer access-/ } })
  for (const name of Object.keys(hops)) t.equal(last()?.headers[name], undefined, name)
})

t.test('methods that are not on the list do not reach the API', async (t) => {
  const { ask, cookie } = await listening(t)
  const before = api.seen.length
  const passed = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
  for (const method of METHODS.filter((each) => !passed.includes(each) && each !== 'CONNECT')) {
    const { status } = await ask({ method, path: '/api/orders', headers: { ...csrf, cookie } })
    t.ok(status >= 400 && status < 500, `${method} ${status}`)
  }
  t.equal(api.seen.length, before)
})

t.test('of the API’s headers only those come back that do nothing to this origin', async (t) => {
  const { browser } = await loggedIn()
  api.behaviour.headers = {
    'set-cookie': ['__Host-bff-sid=mallory; Path=/; Secure', 'a=b'],
    'www-authenticate': 'Bearer',
    'access-control-allow-origin': '*',
    'content-security-policy': "default-src 'unsafe-inline'",
    'cache-control': 'public, max-age=99',
    'clear-site-data': '"*"',
    'x-frame-options': 'ALLOWALL',
    'strict-transport-security': 'max-age=1',
    server: 'Secret/1.0',
    nel: '{"report_to":"evil","max_age":99}',
    'report-to': '{"group":"evil"}',
    link: '<https://evil.example/>; rel=preload',
    connection: 'keep-alive, X-Hop',
    'x-hop': '1',
    vary: 'Accept',
    'x-total-count': '7',
  }
  const { headers } = await browser.get('/api/orders')
  t.match(headers, {
    'x-total-count': '7',
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
  })
  t.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'; sandbox")
  for (const name of [
    'set-cookie',
    'www-authenticate',
    'access-control-allow-origin',
    'clear-site-data',
    'server',
    'nel',
    'report-to',
    'link',
    'vary',
    'x-hop',
  ])
    t.equal(headers[name], undefined, name)
  t.equal(headers['strict-transport-security'], undefined)
})

t.test('without a session there is JSON that says what to do, and no redirect', async (t) => {
  const { app } = await bffFor(issuer, { BFF_PROXIES: `/api=${api.url}` })
  const before = api.seen.length
  for (const headers of [
    {},
    { accept: 'text/html' },
    { cookie: '__Host-bff-sid=x' },
    { authorization: 'Bearer x' },
  ]) {
    const answer = await app.inject({ url: '/api/orders', headers: headers as Record<string, string> })
    t.equal(answer.statusCode, 401)
    t.strictSame(answer.json(), {
      error: 'login_required',
      message: 'This takes somebody who is logged in.',
      loginUrl: '/auth/login',
    })
    t.equal(answer.headers.location, undefined)
  }
  t.equal(api.seen.length, before)
})

t.test('what changes something takes the header, and no foreign origin', async (t) => {
  const { browser } = await loggedIn()
  const before = api.seen.length
  for (const headers of [
    {},
    { origin: 'http://localhost:9401' },
    { 'x-csrf': '0' },
    { ...csrf, origin: 'https://evil.example' },
    { ...csrf, origin: 'null' },
    { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
  ] as Record<string, string>[])
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const answer = await browser.send(method, '/api/orders', headers)
      t.equal(answer.statusCode, 403, `${method} ${JSON.stringify(headers)}`)
      t.equal(answer.json().error, 'cross_site_request')
    }
  t.equal(api.seen.length, before)
  const ours = { ...csrf, origin: 'http://localhost:9401' }
  t.equal((await browser.send('POST', '/api/orders', ours)).statusCode, 200)
})

t.test('a path that could be read in two ways is passed on in none', async (t) => {
  for (const path of [
    '//evil.example/x',
    '/..//evil.example',
    '/../auth/status',
    '/./x',
    '/a/..',
    '/a/.',
    '/%2e%2e/admin',
    '/%2E%2E/admin',
    '/.%2e/admin',
    '/%252e%252e/admin',
    '/a%2fb',
    '/a%2Fb',
    '/a%252fb',
    '/a%5cb',
    '/a\\b',
    '/a%00',
    '/a%0d%0aX-Evil:1',
    '/%',
    '/%E0%A4%A',
    '',
  ])
    t.throws(() => safeApiPath(path), { message: /^unsafe_path: / }, path)
  for (const path of ['/', '/a', '/a/', '/a.b/..c/d..', '/%C3%BC', '/a%20b', '/a;b=1'])
    t.equal(safeApiPath(path), path)
})

t.test('nor does anything that only a raw socket can send get anywhere else', async (t) => {
  const { ask } = await listening(t)
  const before = api.seen.length
  for (const path of [
    '/api/../auth/status',
    '/api//evil.example/',
    '/api/%2e%2e/%2e%2e/secret',
    '/api\\..\\x',
    `http://evil.example/api/orders`,
    '//evil.example/api/orders',
    '/API/orders',
    '/api',
  ]) {
    const { status } = await ask({ path })
    t.ok(status >= 400 && status < 500, `${path} ${status}`)
  }
  t.equal(api.seen.length, before)
})

t.test('a query is passed on as it came: only the API reads it', async (t) => {
  const { ask, cookie } = await listening(t)
  for (const query of [
    '?x=100%',
    '?file=../x',
    '?file=%2e%2e%2fx',
    '?next=/../x',
    '?b?c',
    '?a=//y&a=%00',
    '?',
    '',
  ]) {
    t.equal((await ask({ path: `/api/files${query}`, headers: { cookie } })).status, 200, query)
    t.equal(last()?.url, `/files${query === '?' ? '' : query}`)
  }
})

t.test(
  'a body that is not passed on is not announced: it would be the beginning of the next request',
  async (t) => {
    const { ask, cookie } = await listening(t)
    for (const method of ['GET', 'HEAD']) {
      t.equal(
        (await ask({ method, path: '/api/a', headers: { cookie }, body: 'GET /evil HTTP' })).status,
        200,
      )
      t.match(last(), { method, url: '/a', headers: { 'content-length': undefined } })
      t.equal((await ask({ path: '/api/next', headers: { cookie } })).status, 200)
      t.match(last(), { method: 'GET', url: '/next' })
    }
    const asked = { headers: { ...csrf, cookie }, body: '{"a":1}' }
    for (const method of ['DELETE', 'POST']) {
      t.equal((await ask({ method, path: '/api/b', ...asked })).status, 200)
      t.match(last(), { method, body: '{"a":1}', headers: { 'content-length': '7' } }, 'and one that is, is')
    }
  },
)

t.test('an API behind TLS has to prove who it is before it is given a token', async (t) => {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
  const unknown = await createAuthority({ commonName: 'nobody knows', ...validity }, [])
  const identity = await createServerCertificate(
    { commonName: '127.0.0.1', ...validity },
    ['127.0.0.1'],
    unknown,
  )
  const impostor = await startApi({ key: identity.key, cert: identity.chain })
  t.teardown(impostor.close)
  const { browser, lines } = await loggedIn(`/api=${impostor.url}`)
  t.equal((await browser.get('/api/orders')).statusCode, 502)
  t.strictSame(impostor.seen, [])
  t.match(lines.join(''), /refused: .*certificate/)
})

t.test('an API in trouble is asked once', async (t) => {
  const { browser } = await loggedIn()
  for (const headers of [{}, { 'retry-after': '1' }]) {
    const before = api.seen.length
    Object.assign(api.behaviour, api.well, { status: 503, headers })
    const answer = await browser.get('/api/orders')
    t.equal(answer.statusCode, 503)
    t.match(answer.headers, headers)
    t.equal(api.seen.length, before + 1)
  }
})

t.test('an API that redirects, or is not there, is its own trouble', async (t) => {
  const { browser, lines } = await loggedIn()
  for (const status of [301, 302, 303, 307, 308]) {
    Object.assign(api.behaviour, { status, headers: { location: 'https://evil.example/' } })
    const answer = await browser.get('/api/orders?token=SECRET')
    t.equal(answer.statusCode, 502)
    t.equal(answer.headers.location, undefined)
    t.equal(answer.json().error, 'api_unavailable')
  }
  t.match(lines.join(''), 'the API redirects: /orders"')
  t.notMatch(lines.join(''), 'SECRET')
  Object.assign(api.behaviour, api.well, { status: 304 })
  t.equal((await browser.get('/api/orders')).statusCode, 304)
  Object.assign(api.behaviour, api.well, { status: 500 })
  t.equal((await browser.get('/api/orders')).statusCode, 500, 'its errors are passed on')
  Object.assign(api.behaviour, api.well, { dead: true })
  t.equal((await browser.get('/api/orders')).statusCode, 502)
})

t.test('a token that the API does not take is renewed once', async (t) => {
  const clock = standingClock()
  const { app } = await bffFor(issuer, { BFF_PROXIES: `/api=${api.url}` }, { clock })
  const browser = new Browser(app)
  await browser.logIn()
  const first = issuer.secrets.filter((s) => s.startsWith('access-')).at(-1)
  api.behaviour.refuses = new RegExp(`${first}`)
  const before = api.seen.length
  const answer = await browser.get('/api/orders')
  t.equal(answer.statusCode, 200)
  t.strictSame(answer.json(), { you: '/orders' })
  t.equal(api.seen.length, before + 2)

  api.behaviour.refuses = /./
  clock.advance(60)
  const refused = await browser.get('/api/orders')
  t.equal(refused.statusCode, 401, 'the second time it is the last word')
  t.equal(api.seen.length, before + 4)
  t.equal((await browser.status()).loggedIn, true)

  const asked = () => issuer.seen.filter((path) => path === '/oauth2/token').length
  const beforeAll = asked()
  for (const _ of [1, 2, 3]) t.equal((await browser.get('/api/orders')).statusCode, 401)
  t.equal(api.seen.length, before + 7)
  t.equal(asked(), beforeAll, 'nor is the provider asked each time for an API that will not be content')

  clock.advance(60)
  await browser.send('POST', '/api/orders', { ...csrf, 'content-type': 'text/plain' }, 'a body is sent once')
  t.equal(api.seen.length, before + 8)

  issuer.behaviour.tokenError = 'invalid_grant'
  const over = await browser.get('/api/orders')
  t.equal(over.statusCode, 401)
  t.match(over.json(), { error: 'login_required', reason: 'revoked' })
})
