// /logout on the wire: the session ends in any case; where the browser goes is another matter.
import t from 'tap'
import { alice, createBrowser } from '../../support/browser.ts'
import { authorizeUrl } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

t.test('a registered logout_uri is where the browser goes, and the next login asks again', async (t) => {
  shows(t, 'logout.cookie')
  const mock = await startWorld(t)
  const browser = createBrowser()
  await browser.signIn(authorizeUrl(mock), alice)
  const cookie = browser.cookie(mock.url, 'cognito')
  const client_id = mock.pool.client('web').id
  const answer = await browser.get(
    `${mock.url}/logout?${new URLSearchParams({ client_id, logout_uri: 'http://localhost:9401/' })}`,
  )
  t.equal(answer.status, 302)
  t.equal(answer.headers.get('location'), 'http://localhost:9401/')
  t.match(
    answer.headers.getSetCookie().at(-1),
    /^cognito=""; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=\/; /,
  )
  t.equal(browser.cookie(mock.url, 'cognito'), undefined)
  t.equal((await browser.get(authorizeUrl(mock))).location?.pathname, '/login')

  const replayed = await fetch(authorizeUrl(mock), {
    redirect: 'manual',
    headers: { cookie: `cognito=${cookie}` },
  })
  t.match(replayed.headers.get('location'), /\/login\?/, 'the session is gone on the server too')
})

t.test('redirect_uri means: sign out, and in again', async (t) => {
  const mock = await startWorld(t)
  const client_id = mock.pool.client('web').id
  const redirect_uri = 'http://localhost:9401/auth/callback'
  const again = await createBrowser().get(
    `${mock.url}/logout?${new URLSearchParams({ client_id, redirect_uri, response_type: 'code', state: 's' })}`,
  )
  t.equal(
    again.headers.get('location'),
    '/login?client_id=mockwebclient0000000000001&redirect_uri=http%3A%2F%2Flocalhost%3A9401%2Fauth%2Fcallback&response_type=code&state=s&scope=openid+email+phone+profile+aws.cognito.signin.user.admin+orders%2Fread+orders%2Fwrite',
    'with all scopes of the client',
  )
  const withScope = await createBrowser().get(
    `${mock.url}/logout?${new URLSearchParams({ client_id, redirect_uri, response_type: 'code', scope: 'openid' })}`,
  )
  t.match(withScope.headers.get('location'), /&scope=openid$/)
})

t.test('what goes along to the page, and what does not', async (t) => {
  shows(t, 'logout.sign-out', 'logout.sign-in-again', 'logout.no-provider')
  const mock = await startWorld(t)
  const client_id = 'mockwebclient0000000000001'
  const redirect_uri = 'http://localhost:9401/auth/callback'
  const leadsTo = async (query: Record<string, string>) =>
    (
      await createBrowser().get(`${mock.url}/logout?${new URLSearchParams({ client_id, ...query })}`)
    ).headers.get('location')
  const both = { logout_uri: 'http://localhost:9401/', redirect_uri, response_type: 'code', state: 's' }
  t.equal(await leadsTo(both), 'http://localhost:9401/', 'logout_uri wins, and nothing follows it')
  t.match(
    await leadsTo({ ...both, logout_uri: 'https://evil.example/' }),
    /^\/login\?/,
    'one that is not registered is as if it were not there',
  )
  const again = { redirect_uri, response_type: 'code', scope: 'openid', state: 'a b', nonce: 'n' }
  const target = `/login?${new URLSearchParams({ client_id, ...again })}`
  t.equal(await leadsTo(again), target)
  t.equal(
    await leadsTo({ ...again, identity_provider: 'Google', idp_identifier: 'example.com' }),
    target,
    'providers are not for /logout',
  )
})

t.test('without a usable target there is an error page, and the session is over all the same', async (t) => {
  shows(t, 'logout.not-openid')
  const mock = await startWorld(t)
  const client_id = 'mockwebclient0000000000001'
  const rows: [name: string, query: Record<string, string>, reason: RegExp][] = [
    [
      'a slash too many',
      { client_id, logout_uri: 'http://localhost:9401' },
      /logout.target: http:\/\/localhost:9401 is not a sign-out URL of client web: http:\/\/localhost:9401\//,
    ],
    [
      'a redirect_uri that is no callback URL',
      { client_id, redirect_uri: 'https://evil.example/' },
      /https:\/\/evil.example\/ is not a callback URL of client web/,
    ],
    [
      'only a client',
      { client_id },
      /there is neither a logout_uri nor a redirect_uri; the request has client_id/,
    ],
    [
      "OpenID's own parameters",
      { client_id, post_logout_redirect_uri: 'http://localhost:9401/', id_token_hint: 'x' },
      /the request has client_id, post_logout_redirect_uri, id_token_hint/,
    ],
    ['no client', { logout_uri: 'http://localhost:9401/' }, /client_id is missing/],
    [
      'a client without any such URL',
      { client_id: 'mockm2mclient0000000000001', logout_uri: 'https://evil.example/' },
      /is not a sign-out URL of client machine: it has none/,
    ],
  ]
  for (const [name, query, reason] of rows) {
    const browser = createBrowser()
    await browser.signIn(authorizeUrl(mock), alice)
    const search = new URLSearchParams(query)
    const answer = await browser.get(`${mock.url}/logout?${search}`)
    t.equal(answer.headers.get('location'), `/error?${search}`, name)
    t.match(lastReason(mock), reason, name)
    const page = await browser.get(answer.location as URL)
    t.equal(page.status, 400, name)
    t.match(page.body, /Required String parameter .*redirect_uri.* is not present/, name)
    t.equal((await browser.get(authorizeUrl(mock))).location?.pathname, '/login', `${name}: signed out`)
  }
  const unknown = await createBrowser().get(
    `${mock.url}/logout?client_id=nobody&logout_uri=https://evil.example/`,
  )
  t.equal(unknown.headers.get('location'), '/error?error=Client+does+not+exist')
  t.match(lastReason(mock), /logout.client-known: no user pool has the client nobody/)
})

t.test('no parameters at all: the sign-in page, which then complains', async (t) => {
  shows(t, 'logout.nothing')
  const mock = await startWorld(t)
  const answer = await createBrowser().get(`${mock.url}/logout`)
  t.equal(answer.headers.get('location'), '/login')
  const page = await createBrowser().follow(`${mock.url}/logout`)
  t.equal(page.status, 400)
})
