// What every answer of the domain carries, success and refusal, page and JSON: one table over all endpoints.
import t from 'tap'
import { alice, createBrowser } from '../../support/browser.ts'
import { authorizeUrl, basic, freshCode, freshTokens } from '../../support/oauth.ts'
import { shows, startWorld } from '../../support/world.ts'

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'

t.test('every answer has the headers and the cookie of Cognito', async (t) => {
  shows(t, 'headers.family', 'headers.no-hsts', 'headers.page-type', 'cookies.xsrf')
  const mock = await startWorld(t)
  const authorize = authorizeUrl(mock)
  const login = authorize.replace('/oauth2/authorize', '/login')
  const client_id = mock.pool.client('web').id
  const { access_token, refresh_token } = await freshTokens(mock)
  const code = await freshCode(mock)
  const csrf = '5f2d7f3e-0000-4000-8000-000000000000'
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
  })
  const asWeb = basic(mock.pool.client('web'))
  const ownForm = { cookie: `XSRF-TOKEN=${csrf}` }
  const redirect_uri = 'http://localhost:9401/auth/callback'

  const page = 'text/html;charset=UTF-8'
  const json = 'application/json;charset=UTF-8'
  const rows: [name: string, path: string, request: RequestInit, status: number, type: string | null][] = [
    ['to the page', authorize, {}, 302, null],
    ['to the app, with an error', `${authorize}&scope=x`, {}, 302, null],
    ['to the error page', '/oauth2/authorize', {}, 302, null],
    ['the page', login, {}, 200, page],
    ['a login', login, form({ _csrf: csrf, ...alice }, ownForm), 302, null],
    ['a wrong password', login, form({ _csrf: csrf, username: 'alice', password: 'x' }, ownForm), 200, page],
    ['a forged post', login, form({ ...alice }), 403, page],
    ['the error page', '/error?error=redirect_mismatch', {}, 400, page],
    ['a sign-out', `/logout?client_id=${client_id}&logout_uri=http://localhost:9401/`, {}, 302, null],
    ['a sign-out that fails', `/logout?client_id=${client_id}`, {}, 302, null],
    ['a page to come', '/passkeys/add', {}, 200, page],
    [
      'tokens',
      '/oauth2/token',
      form({ grant_type: 'authorization_code', code, redirect_uri }, asWeb),
      200,
      json,
    ],
    ['no tokens', '/oauth2/token', form({ grant_type: 'password' }), 400, json],
    ['no form', '/oauth2/token', {}, 405, null],
    ['no page for a POST', '/logout', { method: 'POST' }, 405, null],
    ['nothing there', '/nowhere', {}, 404, page],
    ['a form that is none', login, { method: 'POST', body: 'x' }, 415, page],
    ['userInfo', '/oauth2/userInfo', { headers: { authorization: `Bearer ${access_token}` } }, 200, json],
    ['no userInfo', '/oauth2/userInfo', {}, 400, json],
    ['a revocation', '/oauth2/revoke', form({ token: refresh_token }, asWeb), 200, json],
    ['no revocation', '/oauth2/revoke', form({ token: refresh_token, client_id }), 401, json],
  ]
  const requestIds = new Set<string | null>()
  for (const [name, path, request, status, type] of rows) {
    const url = new URL(path, mock.url)
    const answer = await fetch(url, { ...request, redirect: 'manual' })
    const { headers } = answer
    t.equal(answer.status, status, name)
    t.equal(headers.get('content-type'), type, name)
    t.match(
      Object.fromEntries(headers),
      {
        'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
        pragma: 'no-cache',
        expires: '0',
        'x-content-type-options': 'nosniff',
        'x-xss-protection': '1; mode=block',
        'x-frame-options': 'DENY',
        'x-amz-cognito-request-id': new RegExp(`^${uuid}$`),
        server: 'Server',
      },
      name,
    )
    requestIds.add(headers.get('x-amz-cognito-request-id'))
    t.notOk(headers.has('strict-transport-security'), name)
    if (type === page) t.equal(headers.get('content-language'), 'en-US', name)
    if (type === null) t.equal(headers.get('content-length'), '0', name)
    const cookie = headers.getSetCookie().findLast((header) => header.startsWith('XSRF-TOKEN='))
    t.match(cookie, new RegExp(`^XSRF-TOKEN=${uuid}; Path=/; HttpOnly; SameSite=Lax$`), name)
  }
  t.equal(requestIds.size, rows.length, 'a request id of its own each time')
})

t.test('a browser keeps its XSRF-TOKEN from page to page, and has a new one after a login', async (t) => {
  const mock = await startWorld(t)
  const browser = createBrowser()
  const page = await browser.follow(authorizeUrl(mock))
  const before = browser.cookie(mock.url, 'XSRF-TOKEN')
  t.match(page.body, `name="_csrf" value="${before}"`)
  await browser.follow(authorizeUrl(mock))
  await browser.get(`${mock.url}/favicon.ico`)
  t.equal(browser.cookie(mock.url, 'XSRF-TOKEN'), before)
  await browser.submit(page, { ...alice })
  t.not(browser.cookie(mock.url, 'XSRF-TOKEN'), before)
})
