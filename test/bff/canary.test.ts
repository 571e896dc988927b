// The promise of a BFF, route by route: whatever is asked and whatever goes wrong, nothing that the provider handed out
// leaves it; nor does the log learn what opens a session here, nor a cache keep an answer. The routes are those that the
// application has, so one that is added and not walked here fails.
import type { OutgoingHttpHeaders } from 'node:http'
import { fastify } from 'fastify'
import t, { type Test } from 'tap'
import { type BffPluginOptions, bff } from '../../src/bff/index.ts'
import { fingerprint } from '../../src/bff/secrets.ts'
import { startIssuer } from '../support/issuer.ts'
import { startApi } from './api.ts'
import { Browser, bffFor, standingClock, visit } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const api = await startApi()
t.teardown(api.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => {
  Object.assign(issuer.behaviour, well)
  Object.assign(api.behaviour, api.well)
})

/** The plugin in an app that knows which routes there are, and which have answered. */
async function watched(options: BffPluginOptions) {
  const lines: string[] = []
  const there = new Set<string>()
  const walked = new Set<string>()
  const answers: { where: string; headers: OutgoingHttpHeaders }[] = []
  const app = fastify({
    exposeHeadRoutes: false,
    logger: { stream: { write: (line: string) => lines.push(line) } },
  })
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) there.add(`${each} ${url}`)
  })
  app.addHook('onResponse', async ({ method, routeOptions: { url } }, { raw }) => {
    walked.add(`${method} ${url}`)
    if (url) answers.push({ where: `${raw.statusCode} for ${method} ${url}`, headers: raw.getHeaders() })
  })
  await app.register(bff, {
    issuer: issuer.url,
    clientId: issuer.clientId,
    clientSecret: issuer.clientSecret,
    ...options,
  })
  return { app, answers, lines, there, unwalked: () => [...there].filter((each) => !walked.has(each)) }
}

/** A text as it stands there, and as whoever decodes it once reads it. */
const readings = (shown: string) => [
  shown,
  shown.replace(/%[\da-f]{2}/gi, (each) => decodeURIComponent(each)),
]

function nothingOf(t: Test, secrets: readonly string[], browsers: readonly Browser[], lines: string[]) {
  const log = lines.join('\n')
  const places = [...browsers.flatMap(({ shown }) => readings(shown.join('\n'))), log]
  for (const secret of [...secrets, issuer.clientSecret])
    for (const place of places) t.notOk(place.includes(secret.slice(-30)), 'not even its end')
  for (const secret of browsers.flatMap(ownSecrets))
    t.notOk(log.includes(secret), 'browsers only may know that')
}

/** What a browser or an app must know, and nobody else may: cookies, `state`, hand-off codes, Bearer tokens, proofs. */
function ownSecrets({ given, shown }: Browser): string[] {
  const told = shown.join('\n').matchAll(/(?:[?&](?:state|handoff|session|sid)=|"sessionToken":")([\w-]+)/g)
  return [...new Set([...given, ...[...told].map(([, secret]) => String(secret))])]
}

function allPrivate(t: Test, answers: readonly { where: string; headers: OutgoingHttpHeaders }[]) {
  for (const { where, headers } of answers) {
    t.equal(headers['cache-control'], 'no-store', where)
    t.equal(headers['referrer-policy'], 'no-referrer', where)
  }
}

const csrf = { 'x-csrf': '1', accept: 'application/json' }
const verifier = 'a-verifier-of-the-app-that-has-forty-three-chars'
const redirect = 'com.example.app:/login'

t.test('no route, no redirect and no refusal gives a token away', async (t) => {
  issuer.behaviour.rotates = true
  const clock = standingClock()
  const { app, answers, lines, there, unwalked } = await watched({
    proxies: { '/api': api.url },
    handoff: 'code',
    appRedirects: [redirect],
    allowedOrigins: ['https://page.example'],
    sessionIdleSeconds: 20_000,
    clock,
  })
  const before = issuer.secrets.length
  const browser = new Browser(app)
  const elsewhere = new Browser(app)
  const phone = new Browser(app)

  await browser.get('/auth/problem.css')
  for (const path of ['/auth/status', '/apis/authentication/status', '/api/orders'])
    await browser.send('OPTIONS', path, { origin: 'https://page.example' })

  await browser.logIn()
  await browser.get('/auth/login', { accept: 'application/json' })
  await browser.get('/auth/status?slide=1')
  api.behaviour.headers = { 'cache-control': 'public, max-age=60', 'referrer-policy': 'unsafe-url' }
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
    await browser.send(method, '/api/orders', csrf)
  t.match(api.seen.at(-1)?.headers.authorization, /^Bearer access-/, 'the tokens are in use all the while')
  await browser.send('POST', '/auth/refresh', csrf)
  clock.advance(3600)
  await browser.get('/api/orders')

  await elsewhere.logIn()
  const list = (await browser.get('/auth/sessions')).json()
  const other = list.find(({ current }: { current: boolean }) => !current)
  await browser.send('DELETE', `/auth/sessions/${other.ref}`, csrf)
  await browser.send('DELETE', '/auth/sessions', csrf)

  const asApp = { client: 'mobile', app_redirect: redirect, app_challenge: fingerprint(verifier) }
  const back = await phone.logIn(`/auth/login?${new URLSearchParams(asApp)}`)
  const handoff = new URL(String(back.headers.location)).searchParams.get('handoff')
  const payload = JSON.stringify({ handoff, app_verifier: verifier })
  const asJson = { 'content-type': 'application/json' }
  const { sessionToken } = (await phone.send('POST', '/auth/session', asJson, payload)).json()
  await phone.get('/api/orders', { authorization: `Bearer ${sessionToken}` })

  for (const trouble of [
    { foreignNonce: true },
    { foreignSignature: true },
    { foreignSubject: 'sub-mallory' },
    { tokenError: 'invalid_grant' },
    { broken: ['/oauth2/userInfo'] },
    { dead: ['/oauth2/token'] },
    { throttled: true },
  ]) {
    Object.assign(issuer.behaviour, well, trouble)
    await elsewhere.logIn()
    await elsewhere.get(await elsewhere.fetchCallback(), { accept: 'application/json' })
  }
  Object.assign(issuer.behaviour, well)
  for (const trouble of [
    { dead: true },
    { status: 302, headers: { location: 'https://x.example' } },
    { refuses: /./ },
  ]) {
    Object.assign(api.behaviour, api.well, trouble)
    await browser.get('/api/orders')
  }
  issuer.behaviour.tokenError = 'invalid_grant'
  await browser.get('/api/orders')
  Object.assign(issuer.behaviour, well)

  await browser.logIn()
  await browser.get((await browser.get('/auth/status')).json().logoutUrl)
  await browser.logIn()
  await browser.logOut(csrf, '?everywhere=1')
  await browser.get('/nothing')

  t.strictSame(unwalked(), [])
  t.equal(there.size, 20, 'and that is all of them')
  const secrets = issuer.secrets.slice(before)
  t.ok(secrets.length > 40, 'codes, verifiers and tokens of a dozen logins')
  t.match(lines.join('\n'), '/auth/callback', 'the log is not empty')
  for (const secret of [handoff, sessionToken]) t.ok(ownSecrets(phone).includes(secret), 'it knows its own')
  nothingOf(t, [...secrets, verifier], [browser, elsewhere, phone], lines)
  allPrivate(t, answers)
})

t.test('nor do the routes of the sample', async (t) => {
  const { app, answers, lines, unwalked } = await watched({
    profile: 'series',
    homeUrl: 'http://localhost:4200/',
  })
  const before = issuer.secrets.length
  const client = new Browser(app)
  const base = '/apis/authentication'
  const { location } = await visit((await client.get(`${base}/login`)).body)
  const back = await client.get(`${base}/exchange${location.search}`)
  const session = new URL(String(back.headers.location)).searchParams.get('session')
  for (const path of ['status', 'resource', 'refresh', 'status', 'logout', 'status'])
    await client.get(`${base}/${path}`, { authorization: `Bearer ${session}` })
  t.strictSame(
    unwalked().filter((each) => each.includes(base)),
    [],
  )
  nothingOf(t, issuer.secrets.slice(before), [client], lines)
  allPrivate(t, answers)
})

t.test('a server of its own logs no more of what leads nowhere', async (t) => {
  const { app, lines } = await bffFor(issuer)
  for (const path of ['/auth/callback/', '/auth/callbac', '/%'])
    t.match(await app.inject(`${path}?code=SECRET&state=SECRET`), { statusCode: /^40[04]$/ }, path)
  t.match(lines.join(''), /"path":"\/auth\/callback\/".*the path cannot be decoded/s)
  t.notMatch(lines.join(''), 'SECRET')
})
