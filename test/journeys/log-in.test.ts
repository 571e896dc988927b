// The article's three workflows over real sockets: mock and BFF as two hosts, a browser with a cookie jar for each.
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { type Demo, startDemo } from '../../src/demo/start.ts'
import { alice, type Browser, bob, createBrowser } from '../support/browser.ts'
import { basic, postToken } from '../support/oauth.ts'
import { overhear } from '../support/overhear.ts'
import { lastReason } from '../support/world.ts'

async function started(t: Test): Promise<Demo> {
  const demo = await startDemo({ port: 0, bffPort: 0 })
  t.teardown(demo.close)
  return demo
}

const status = async (browser: Browser, { bff }: Demo) => (await browser.get(`${bff.url}/auth/status`)).json()

async function logIn(browser: Browser, { bff }: Demo, person = alice): Promise<void> {
  const callback = await browser.signIn(`${bff.url}/auth/login`, person)
  const home = await browser.get(callback)
  if (home.status !== 303) throw new Error(`${home.status} ${home.body}`)
}

t.test('log in', async (t) => {
  const demo = await started(t)
  const browser = createBrowser()
  t.same(await status(browser, demo), { loggedIn: false })
  const toAuthorize = await browser.get(`${demo.bff.url}/auth/login`)
  t.equal(toAuthorize.status, 302)
  t.equal(toAuthorize.location?.origin, demo.mock.url)
  const asked = toAuthorize.location?.searchParams
  t.match(asked?.get('state'), /^.{22,}$/)
  t.match(asked?.get('nonce'), /^.{22,}$/)
  t.equal(asked?.get('code_challenge_method'), 'S256')
  await logIn(browser, demo)
  t.match(await status(browser, demo), {
    loggedIn: true,
    user: { username: 'alice', email: 'alice@example.com' },
  })
})

t.test('the return visit is silent', async (t) => {
  const demo = await started(t)
  const browser = createBrowser()
  await logIn(browser, demo)
  const before = demo.mock.exchanges().length
  const home = await browser.follow(`${demo.bff.url}/auth/login`)
  t.equal(home.url.origin, demo.bff.url, 'through the authorize endpoint and back, without a page')
  t.equal(home.status, 200)
  t.match(await status(browser, demo), { loggedIn: true, user: { username: 'alice' } })
  t.same(
    demo.mock
      .exchanges()
      .slice(before)
      .map(({ path }) => path),
    ['/oauth2/authorize', '/oauth2/token', '/oauth2/userInfo', '/oauth2/revoke'],
    'and the refresh token of the session before is revoked',
  )
})

t.test('log out, and the page is shown again, and the refresh token buys nothing more', async (t) => {
  const issued = overhear(t)
  const demo = await started(t)
  const browser = createBrowser()
  await logIn(browser, demo)
  const leaving = await browser.post(`${demo.bff.url}/auth/logout`, {}, { origin: demo.bff.url })
  t.equal(leaving.status, 303)
  t.equal(leaving.location?.pathname, '/logout')
  t.equal(leaving.location?.origin, demo.mock.url)
  const home = await browser.follow(leaving.location as URL)
  t.equal(home.url.href, `${demo.bff.url}/`)
  t.same(await status(browser, demo), { loggedIn: false })
  const page = await browser.follow(`${demo.bff.url}/auth/login`)
  t.equal(page.url.pathname, '/login')
  t.match(page.body, /cognitoSignInForm/)
  const [, accessToken, refreshToken] = issued
  const grant = { grant_type: 'refresh_token', refresh_token: String(refreshToken) }
  const refreshed = await postToken(demo.mock, grant, basic(demo.mock.pool.client('web')))
  t.strictSame([refreshed.status, refreshed.body], [400, { error: 'invalid_grant' }])
  t.match(lastReason(demo.mock), /revoked/)
  const headers = { authorization: `Bearer ${accessToken}` }
  t.equal(
    (await fetch(`${demo.mock.url}/oauth2/userInfo`, { headers })).status,
    401,
    'nor does the access token',
  )
})

t.test('two people in two browsers do not get in each other’s way', async (t) => {
  const demo = await started(t)
  const [hers, his] = [createBrowser(), createBrowser()]
  await Promise.all([logIn(hers, demo, alice), logIn(his, demo, bob)])
  await hers.post(`${demo.bff.url}/auth/logout`, {}, { origin: demo.bff.url })
  t.same(await status(hers, demo), { loggedIn: false })
  t.match(await status(his, demo), { loggedIn: true, user: { username: 'bob' } })
})

t.test(
  'somebody whom Google vouches for logs in, with the nonce that was sent and not with Cognito’s own',
  async (t) => {
    const demo = await startDemo({ port: 0, bffPort: 0, fixture: 'fixtures/federation.json' })
    t.teardown(demo.close)
    const { pool } = demo.mock
    const zoe = {
      provider: 'Google',
      claims: { sub: '42', email: 'zoe@example.org', email_verified: 'true' },
    }
    const { id, callbackUrls } = pool.client('web')
    const ask = async (nonce: Record<string, string>) => {
      const asked = { client_id: id, response_type: 'code', redirect_uri: String(callbackUrls[0]), ...nonce }
      const { callbackUrl } = await pool.auth.follow(`/oauth2/authorize?${new URLSearchParams(asked)}`, zoe)
      const code = String(new URL(callbackUrl).searchParams.get('code'))
      const grant = { grant_type: 'authorization_code', code, redirect_uri: asked.redirect_uri }
      return decodeJwt(String((await postToken(demo.mock, grant, basic(pool.client('web')))).body.id_token))
    }
    t.match(
      (await ask({})).nonce,
      /^[\w-]{32}$/,
      'a nonce that nobody asked for, on which strict clients stumble',
    )
    t.equal((await ask({ nonce: 'n-1' })).nonce, 'n-1')

    const browser = createBrowser()
    const away = await browser.get(`${demo.bff.url}/auth/login`)
    const { callbackUrl } = await pool.auth.follow(String(away.location), zoe)
    t.equal((await browser.get(callbackUrl)).status, 303)
    t.match(await status(browser, demo), {
      loggedIn: true,
      user: { username: 'Google_42', email: 'zoe@example.org' },
    })

    const second = createBrowser()
    const again = await second.get(`${demo.bff.url}/auth/login`)
    await pool.faults.next('token:code', { token: 'wrongNonce' })
    const foreign = await pool.auth.follow(String(again.location), zoe)
    t.equal((await second.get(foreign.callbackUrl)).status, 502, 'one of another login is refused as ever')
    t.same(await status(second, demo), { loggedIn: false })
  },
)

t.test('an ID token of another login, as a switch of the mock hands it out, is no login', async (t) => {
  const demo = await started(t)
  const browser = createBrowser()
  await demo.mock.pool.faults.next('token:code', { token: 'wrongNonce' })
  const callback = await browser.signIn(`${demo.bff.url}/auth/login`, alice)
  const answer = await browser.get(callback)
  t.equal(answer.status, 502)
  t.match(answer.body, 'does not prove who you are')
  t.same(await status(browser, demo), { loggedIn: false })
})
