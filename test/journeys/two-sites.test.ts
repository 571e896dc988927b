// What only a real browser knows: which cookies go along between sites, and what another site can make it do.
import { fastify } from 'fastify'
import t from 'tap'
import { startBff } from '../../src/bff/start.ts'
import { startDemo } from '../../src/demo/start.ts'
import { startMocknito } from '../../src/start.ts'
import { launchChromium, logInAt } from '../support/chromium.ts'

const chromium = await launchChromium()
t.teardown(() => chromium.close())

t.test('another site can neither log anybody out, nor ask in their name', async (t) => {
  const demo = await startDemo({ port: 0, bffPort: 0 })
  t.teardown(demo.close)
  const evil = fastify({ forceCloseConnections: true })
  evil.get('/', async (_request, reply) =>
    reply.type('text/html').send(`<!doctype html><title>evil</title>
      <img src="${demo.bff.url}/auth/logout"><img src="${demo.bff.url}/auth/logout?sid=guessed">
      <form id="logout" method="post" action="${demo.bff.url}/auth/logout"></form>
      <form id="order" method="post" enctype="text/plain" action="${demo.bff.url}/api/orders"><input name='{"item":"x' value='"}'></form>`),
  )
  // Another site than localhost, and another origin on the same site.
  const address = await evil.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => evil.close())
  const context = await chromium.newContext()
  const page = await context.newPage()
  await logInAt(page, demo.bff.url)

  const status = async () => {
    const probe = await context.newPage()
    await probe.goto(demo.bff.url)
    const said = await probe.evaluate(`fetch('/auth/status').then((answer) => answer.json())`)
    await probe.close()
    return said as { loggedIn: boolean }
  }
  const attacker = await context.newPage()
  await attacker.goto(address, { waitUntil: 'load' })
  t.equal((await status()).loggedIn, true, 'images')
  for (const form of ['logout', 'order']) {
    await attacker.goto(address)
    await Promise.all([
      attacker.waitForResponse((answer) => answer.url().startsWith(demo.bff.url) && answer.status() >= 400),
      attacker.evaluate(`document.getElementById('${form}').submit()`),
    ])
    t.equal((await status()).loggedIn, true, `the form ${form}`)
  }
  await attacker.goto(address)
  for (const call of [
    `fetch('${demo.bff.url}/auth/status', { credentials: 'include' })`,
    `fetch('${demo.bff.url}/api/orders', { credentials: 'include' })`,
    `fetch('${demo.bff.url}/auth/logout', { method: 'POST', credentials: 'include', headers: { 'x-csrf': '1' } })`,
  ])
    t.equal(await attacker.evaluate(`${call}.then(() => 'read', () => 'refused')`), 'refused', call)
  t.equal((await status()).loggedIn, true)
})

for (const [mockName, strictOnTheWayBack] of [
  ['127.0.0.1', false],
  ['localhost', true],
] as const)
  t.test(`the cookies of a login, with the provider on ${mockName}`, async (t) => {
    await using mock = await startMocknito()
    const { id, secret, register } = mock.pool.client('web')
    await using bff = await startBff({
      COGNITO_ISSUER: `http://${mockName}:${mock.port}/${mock.pool.id}`,
      COGNITO_CLIENT_ID: id,
      COGNITO_CLIENT_SECRET: secret,
      BFF_PORT: '0',
    })
    await register({ callbackUrls: [`${bff.url}/auth/callback`] })
    const context = await chromium.newContext()
    const page = await context.newPage()
    const cookiesSent = new Map<string, string>()
    context.on('request', async (request) => {
      const { pathname } = new URL(request.url())
      if (!request.url().startsWith(bff.url)) return
      const headers = await request.allHeaders().catch(() => ({}) as Record<string, string>)
      if (!cookiesSent.has(pathname) || pathname !== '/auth/status')
        cookiesSent.set(pathname, headers.cookie ?? '')
    })
    await logInAt(page, bff.url)
    t.match(cookiesSent.get('/auth/callback'), /__Host-bff-login-/, 'the Lax cookie of the login comes back')
    const home = cookiesSent.get('/') ?? ''
    t.equal(home.includes('__Host-bff-sid='), strictOnTheWayBack, 'the Strict one on the redirect to home')
    t.match(await page.evaluate(`fetch('/auth/status').then((answer) => answer.json())`), { loggedIn: true })
    const jar = await context.cookies(bff.url)
    t.equal(
      jar.some(({ name }) => name === 'cognito'),
      mockName === 'localhost',
      'one jar for both exactly where they share a host name',
    )
  })
