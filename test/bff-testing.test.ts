// The BFF as a test author holds it, with the mock and the sample API behind it.
import t from 'tap'
import { startBff } from '../src/bff-testing/index.ts'
import { startSampleApi } from '../src/sample-api/start.ts'
import { startMocknito } from '../src/start.ts'
import { alice, createBrowser } from './support/browser.ts'
import { launchChromium } from './support/chromium.ts'
import { demoWithClient } from './support/fixtures.ts'
import { startWorld } from './support/world.ts'

const mock = await startMocknito()
t.teardown(mock.close)
const { pool } = mock
const clientIds = () => pool.clients.map(({ id }) => id)
const api = await startSampleApi({ issuer: pool.issuer, jwksUri: pool.jwksUri, clientIds }, 0)
t.teardown(api.close)

const tokenRequests = () => mock.exchanges().filter(({ path }) => path === '/oauth2/token').length

t.test('a session without a browser, as old as one likes', async (t) => {
  await using bff = await startBff({ pool, proxies: { '/api': api.url } })
  const session = await bff.createSession({ user: 'alice' })
  t.equal(session.user.username, 'alice')
  const status = await fetch(`${bff.url}/auth/status`, { headers: { cookie: session.cookie } })
  t.match(await status.json(), { loggedIn: true, user: { username: 'alice' } })

  await bff.age(session, '59m')
  const before = tokenRequests()
  const calls = Array.from({ length: 20 }, () =>
    fetch(`${bff.url}/api/orders`, { headers: session.csrfHeaders }),
  )
  const answers = await Promise.all(calls)
  t.strictSame(new Set(answers.map(({ status }) => status)), new Set([200]))
  t.equal(tokenRequests(), before + 1, 'twenty calls, one refresh')

  const order = { method: 'POST', body: '{"item":"A lamp"}' }
  const headers = { ...session.csrfHeaders, 'content-type': 'application/json' }
  t.equal((await fetch(`${bff.url}/api/orders`, { ...order, headers })).status, 201)

  const [view] = await bff.sessions()
  t.match(view, { user: { username: 'alice' }, transport: 'cookie', clientId: pool.client('web').id })
  t.strictSame(Object.keys(view as object).sort(), [
    'accessTokenExpiresAt',
    'clientId',
    'expiresAt',
    'startedAt',
    'transport',
    'user',
  ])
  t.notMatch(JSON.stringify(view), /eyJ/)
  await bff.age(session, '15m', 'unused')
  t.strictSame(await bff.sessions(), [])
  await t.rejects(bff.age(session, '1m'), /the session of alice is over/)
  await t.rejects(bff.age({ ...session }, '1m'), /was not made by createSession/)
  await t.rejects(
    startBff({ pool, proxys: {} } as object as Parameters<typeof startBff>[0]),
    /proxys is not an option/,
  )
})

for (const graceSeconds of [0, 60])
  t.test(`twenty calls are one refresh with rotation too, and ${graceSeconds} s of grace`, async (t) => {
    const rotation = { Feature: 'ENABLED', RetryGracePeriodSeconds: graceSeconds } as const
    const rotating = await startWorld(t, { fixture: demoWithClient({ RefreshTokenRotation: rotation }) })
    const { issuer, jwksUri, clients } = rotating.pool
    await using resource = await startSampleApi(
      { issuer, jwksUri, clientIds: () => clients.map(({ id }) => id) },
      0,
    )
    await using bff = await startBff({ pool: rotating.pool, proxies: { '/api': resource.url } })
    const session = await bff.createSession({ user: 'alice' })
    for (const round of [1, 2, 3]) {
      await bff.age(session, '59m')
      const calls = Array.from({ length: 20 }, () =>
        fetch(`${bff.url}/api/me`, { headers: session.csrfHeaders }),
      )
      const answers = await Promise.all(calls)
      t.strictSame(new Set(answers.map(({ status }) => status)), new Set([200]))
      const asked = rotating.exchanges().filter(({ path }) => path === '/oauth2/token')
      t.strictSame(
        asked.map(({ status }) => status),
        Array(1 + round).fill(200),
        'the login, and one for each time',
      )
    }
  })

t.test('a session of an app, and one for Playwright', async (t) => {
  await using bff = await startBff({ pool, client: 'web', sessionAbsoluteSeconds: 3600 })
  const app = await bff.createSession({ user: 'bob', transport: 'bearer' })
  const status = await fetch(`${bff.url}/auth/status`, { headers: { authorization: app.bearer } })
  t.match(await status.json(), { loggedIn: true, user: { username: 'bob' } })
  t.strictSame(app.storageState.cookies, [])
  t.strictSame(app.csrfHeaders, { authorization: app.bearer })
  const { storageState } = await bff.createSession({ user: 'alice' })
  t.match(storageState.cookies, [{ name: '__Host-bff-sid', domain: 'localhost', sameSite: 'Strict' }])
  const chromium = await launchChromium()
  t.teardown(() => chromium.close())
  const page = await (await chromium.newContext({ storageState })).newPage()
  await page.goto(bff.url)
  await page.getByText('You have logged in as alice').waitFor()
  await bff.age(app, '1h')
  t.strictSame(
    (await bff.sessions()).map(({ user }) => user.username),
    ['alice'],
  )
})

t.test('the cookie of a session is as the settings have it', async (t) => {
  for (const [options, expected] of [
    [{ insecureCookies: true }, { name: 'bff-sid', secure: false, sameSite: 'Strict' }],
    [{ cookieSameSite: 'Lax' }, { name: '__Host-bff-sid', secure: true, sameSite: 'Lax' }],
  ] as const) {
    await using bff = await startBff({ pool, ...options })
    const { cookie, storageState } = await bff.createSession({ user: 'alice' })
    t.match(storageState.cookies, [expected])
    const status = await fetch(`${bff.url}/auth/status`, { headers: { cookie } })
    t.match(await status.json(), { loggedIn: true })
  }
})

t.test('those are seen, too, that a browser has opened', async (t) => {
  await using bff = await startBff({ pool })
  const browser = createBrowser()
  const callback = await browser.signIn(`${bff.url}/auth/login`, alice)
  await browser.get(callback)
  t.match(await bff.sessions(), [{ user: { username: 'alice' }, transport: 'cookie' }])
})

t.test('who is not let in gets no session', async (t) => {
  await using bff = await startBff({ pool })
  await t.rejects(bff.createSession({ user: 'alice', password: 'wrong' }), /alice is not let in: \d+/)
  await using broken = await startBff({ pool, scopes: ['openid', 'no/such'] })
  await t.rejects(broken.createSession({ user: 'alice' }), /no sign-in page, but http.*invalid_scope/)
  await pool.faults.next('authorize', { status: 503, body: 'Not now' })
  await t.rejects(bff.createSession({ user: 'alice' }), /no sign-in page, but http.*\/oauth2\/authorize\?/)
})

t.test('somebody whom an admin disables is let go no further', async (t) => {
  await using bff = await startBff({ pool, proxies: { '/api': api.url } })
  const session = await bff.createSession({ user: 'bob' })
  await pool.users.patch('bob', { enabled: false })
  await bff.age(session, '1h')
  const answer = await fetch(`${bff.url}/api/orders`, { headers: session.csrfHeaders })
  t.equal(answer.status, 401)
  t.match(await answer.json(), { error: 'login_required', reason: 'revoked' })
  await pool.users.patch('bob', { enabled: true })
})

t.test('with a re-check of userInfo that shows before the token is over', async (t) => {
  await using bff = await startBff({ pool, proxies: { '/api': api.url }, userInfoEverySeconds: 300 })
  const session = await bff.createSession({ user: 'bob' })
  const call = () => fetch(`${bff.url}/api/orders`, { headers: session.csrfHeaders })
  const asked = () => mock.exchanges().filter(({ path }) => path === '/oauth2/userInfo').length
  const [before, refreshes] = [asked(), tokenRequests()]
  await bff.age(session, '4m')
  t.equal((await call()).status, 200)
  t.equal(asked(), before, 'not yet')
  await bff.age(session, '1m')
  await pool.users.patch('bob', { attributes: { email: 'robert@example.com' } })
  const answers = await Promise.all(Array.from({ length: 20 }, call))
  t.strictSame(new Set(answers.map(({ status }) => status)), new Set([200]))
  t.equal(asked(), before + 1, 'twenty calls, one question')
  t.match((await bff.sessions())[0]?.user, { email: 'robert@example.com' }, 'and what has changed is known')

  await bff.age(session, '5m')
  await pool.faults.next('userInfo', { status: 500 })
  t.equal((await call()).status, 200, 'trouble of the provider’s own says nothing of bob')
  await pool.users.patch('bob', { enabled: false })
  t.equal((await call()).status, 200, 'nor is it asked again at once')
  await bff.age(session, '5m')
  const refused = await call()
  t.equal(refused.status, 401)
  t.match(await refused.json(), { error: 'login_required', reason: 'revoked' })
  t.equal(tokenRequests(), refreshes, 'and none of that took a refresh')
  await pool.users.patch('bob', { enabled: true })
})

t.test(
  'the sample API takes access tokens of its clients, with their scopes, and says what it wants',
  async (t) => {
    const ask = async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(api.url + path, init)
      return {
        status: answer.status,
        challenge: answer.headers.get('www-authenticate'),
        ...((await answer.json()) as object),
      }
    }
    t.match(await ask('/me'), { status: 401, challenge: 'Bearer error="invalid_token"' })
    const as = (token: string, path = '/me') => ask(path, { headers: { authorization: `Bearer ${token}` } })
    t.match(await as('eyJ.x.y'), { status: 401 })
    t.match(await ask('/resource'), { status: 401 })
    const { tokens } = pool
    t.match(await as(await tokens.mint({ user: 'alice' }), '/resource'), {
      status: 200,
      resource: /^Protected/,
    })
    for (const [token, why] of [
      [await tokens.mint({ user: 'alice', use: 'id' }), /Token use/],
      [await tokens.bad.expired({ user: 'alice' }), /expired/],
      [await tokens.bad.wrongClient({ user: 'alice' }), /Client ID/],
      [await tokens.bad.wrongIssuer({ user: 'alice' }), /Issuer/],
      [await tokens.bad.badSignature({ user: 'alice' }), /signature/],
    ] as const)
      t.match(await as(token), { status: 401, error_description: why })

    const narrow = await startBff({ pool, proxies: { '/api': api.url }, scopes: ['openid'] })
    t.teardown(narrow.close)
    const { csrfHeaders } = await narrow.createSession({ user: 'alice' })
    const me = await fetch(`${narrow.url}/api/me`, { headers: csrfHeaders })
    t.match(await me.json(), { username: 'alice', clientId: pool.client('web').id, scopes: ['openid'] })
    const orders = await fetch(`${narrow.url}/api/orders`, { headers: csrfHeaders })
    t.equal(orders.status, 403)
    t.match(await orders.json(), { error: 'insufficient_scope', error_description: /no scope orders\/read/ })
    const malformed = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    t.match(await ask('/orders', malformed), { status: 400 })
  },
)
