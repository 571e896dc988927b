// /login on the wire: the page, the post of its form, who is let in and what the others read, and the session that follows.
import t from 'tap'
import { demoFixture } from '../../../src/idp/fixture/load.ts'
import { alice, createBrowser } from '../../support/browser.ts'
import { visit } from '../../support/hosted.ts'
import { authorizeUrl, claimsOf, exchange } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const loginUrl = (url: string) => url.replace('/oauth2/authorize', '/login')

t.test('the page carries the request in its form, and the CSRF pair in cookie and field', async (t) => {
  const mock = await startWorld(t)
  const browser = createBrowser()
  const page = await browser.follow(authorizeUrl(mock, { state: '"><script>x</script>' }))
  t.equal(page.status, 200)
  t.equal(page.headers.get('content-type'), 'text/html;charset=UTF-8')
  t.equal(page.headers.get('cache-control'), 'no-cache, no-store, max-age=0, must-revalidate')
  t.equal(page.headers.get('x-frame-options'), 'DENY')
  t.match(page.headers.get('content-security-policy'), /default-src 'none'/)
  t.notOk(page.headers.has('strict-transport-security'), 'HSTS would turn localhost to https')
  t.notOk(page.headers.has('access-control-allow-origin'), 'pages are not for other origins')
  const csrf = browser.cookie(mock.url, 'XSRF-TOKEN')
  t.match(page.body, `name="_csrf" value="${csrf}"`)
  t.match(
    page.body,
    /<form action="\/login\?response_type=code&amp;client_id=mockwebclient0000000000001&amp;/,
  )
  t.notMatch(page.body, /<script>x/)

  const otherTab = await browser.get(loginUrl(authorizeUrl(mock)))
  t.match(otherTab.body, `name="_csrf" value="${csrf}"`, 'a second tab does not undo the first')
})

t.test('success is a 302 to the callback, with the cookies of the session', async (t) => {
  shows(t, 'login.cookies')
  const mock = await startWorld(t)
  const state = 'Zm9v+/=% &#?äö😀"\'<>\\\u0000'
  const browser = createBrowser()
  const page = await browser.follow(authorizeUrl(mock, { state }))
  const answer = await browser.submit(page, alice as never)
  t.equal(answer.status, 302)
  t.match(
    answer.headers.get('location'),
    /^http:\/\/localhost:9401\/auth\/callback\?code=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}&state=/,
  )
  t.equal(answer.location?.searchParams.get('state'), state, 'the state comes back byte for byte')
  t.match(answer.headers.getSetCookie(), [
    /^XSRF-TOKEN=""; Expires=Thu, 01 Jan 1970 00:00:10 GMT; Path=\/; HttpOnly; SameSite=Lax$/,
    /^XSRF-TOKEN=[0-9a-f-]{36}; /,
    /^cognito="[\w-]{32}"; Max-Age=3600; Expires=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/,
    /^cognito-fl="W10="; /,
  ])
  t.equal(answer.body, '')
})

t.test('who is not let in, what they read, and what the log says', async (t) => {
  shows(t, 'login.failed')
  const generic = 'Incorrect username or password.'
  const rows: [username: string, password: string, message: string, reason: RegExp][] = [
    ['alice', 'wrong', generic, /password-matches: wrong password for alice/],
    ['alice', 'passw0rd!', generic, /wrong password for alice/],
    ['Alice', 'Passw0rd!', generic, /user-known: no user of the pool signs in as "Alice"/],
    ['nobody', 'Passw0rd!', generic, /no user of the pool signs in as "nobody"/],
    ['alice@example.com', 'Passw0rd!', generic, /no user of the pool signs in as/],
    ['dave', 'Passw0rd!', generic, /user-enabled: dave is disabled/],
    ['dave', 'wrong', generic, /wrong password for dave/],
    ['  ', 'Passw0rd!', 'The username you entered cannot be empty or contain only spaces', /username-given/],
    ['alice', '  ', 'The password you entered cannot be empty or contain only spaces', /password-given/],
    ['', '', 'The username you entered cannot be empty or contain only spaces', /username-given/],
  ]
  const mock = await startWorld(t)
  for (const [username, password, message, reason] of rows) {
    const browser = createBrowser()
    const page = await browser.follow(authorizeUrl(mock))
    const answer = await browser.submit(page, { username, password })
    t.equal(answer.status, 200, username)
    t.match(answer.body, /id="loginErrorMessage"/, username)
    t.match(answer.body, message, username)
    t.match(answer.body, `value="${username}"`, 'the name stays in the field')
    t.notMatch(answer.body, password.trim() === '' ? 'no password to leak' : `value="${password}"`)
    t.match(lastReason(mock), reason, username)
    t.equal(browser.cookie(mock.url, 'cognito'), undefined, 'nobody is signed in')
  }
})

t.test('LEGACY clients tell unknown and disabled users apart', async (t) => {
  const fixture = demoFixture()
  const [pool] = fixture.pools
  Object.assign(pool?.Clients?.[0] as object, { PreventUserExistenceErrors: 'LEGACY' })
  pool?.Users?.splice(1, 1, { Username: 'bob' })
  const mock = await startWorld(t, { fixture })
  for (const [username, message, reason] of [
    ['nobody', 'User does not exist.', /no user of the pool/],
    ['dave', 'User is disabled.', /dave is disabled/],
    ['bob', 'Incorrect username or password.', /bob has no password/],
  ] as const) {
    const browser = createBrowser()
    const answer = await browser.submit(await browser.follow(authorizeUrl(mock)), {
      username,
      password: 'Passw0rd!',
    })
    t.match(answer.body, message)
    t.match(lastReason(mock), reason)
  }
})

t.test('a user whose status asks for a further page is led there, and not logged in', async (t) => {
  shows(t, 'login.user-ready')
  const mock = await startWorld(t)
  for (const [username, password, place, heading, reason] of [
    [
      'carol',
      'Passw0rd!',
      '/confirm',
      /Confirm your account/,
      /carol has to go through confirm-sign-up first/,
    ],
    ['erin', 'Temp0rary!', '/changePassword', /Change your password/, /erin has to go through new-password/],
    [
      'frank',
      'Passw0rd!',
      '/mfa',
      /code of your authenticator app/,
      /frank has to go through software-token/,
    ],
    [
      'grace',
      'Passw0rd!',
      '/confirmForgotPassword',
      /password reset code/,
      /grace has to go through reset-password/,
    ],
  ] as const) {
    const login = await visit(mock)
    const next = await login.submit({ username, password })
    t.equal(next.place, place, username)
    t.match(next.page.body, heading, username)
    const verdicts = mock.exchanges().flatMap((exchange) => exchange.verdicts)
    t.match(verdicts.findLast(({ rule }) => rule === 'login.user-ready')?.reason, reason, username)
    t.match(next.browser.cookie(mock.url, 'page-data'), /^[\w-]{32}$/)
    t.equal(next.browser.cookie(mock.url, 'cognito'), undefined, username)
    t.equal((await next.browser.get(authorizeUrl(mock))).location?.pathname, '/login', username)
    const wrong = await login.submit({ username, password: 'wrong' })
    t.equal(wrong.problem, 'Incorrect username or password.', 'a wrong password learns nothing of the status')
  }
})

t.test('the post makes the authorize checks again', async (t) => {
  shows(t, 'login.checks-again')
  const mock = await startWorld(t)
  const browser = createBrowser()
  const page = await browser.follow(authorizeUrl(mock))
  const csrf = browser.cookie(mock.url, 'XSRF-TOKEN') as string
  const fields = { _csrf: csrf, ...alice }
  const elsewhere = loginUrl(authorizeUrl(mock, { redirect_uri: 'https://evil.example/' }))
  const answer = await browser.post(elsewhere, fields)
  t.equal(
    answer.headers.get('location'),
    '/error?error=redirect_mismatch&client_id=mockwebclient0000000000001',
  )
  t.equal(browser.cookie(mock.url, 'cognito'), undefined)
  const badScope = await browser.post(loginUrl(authorizeUrl(mock, { scope: 'x' })), fields)
  t.match(badScope.headers.get('location'), /error_description=invalid_scope/)
  t.equal((await browser.post(page.url, fields)).location?.searchParams.has('code'), true)
})

t.test('/login is an entry point of its own', async (t) => {
  shows(t, 'login.entry')
  const mock = await startWorld(t)
  const browser = createBrowser()
  t.equal((await browser.get(loginUrl(authorizeUrl(mock)))).status, 200)
  const nothing = await browser.get(`${mock.url}/login`)
  t.equal(nothing.headers.get('location'), '/error?error=Client+does+not+exist')
  const elsewhere = await browser.get(loginUrl(authorizeUrl(mock, { redirect_uri: 'https://evil.example/' })))
  t.match(elsewhere.headers.get('location'), /^\/error\?error=redirect_mismatch/)
})

t.test('CSRF is a double submit: any pair that agrees is believed, and nothing else', async (t) => {
  shows(t, 'login.csrf-field', 'login.optional-fields')
  const mock = await startWorld(t)
  const url = loginUrl(authorizeUrl(mock))
  const post = (cookie: string | undefined, fields: Record<string, string>) =>
    fetch(url, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ username: 'alice', password: 'Passw0rd!', ...fields }),
      ...(cookie !== undefined && { headers: { cookie: `XSRF-TOKEN=${cookie}` } }),
    })
  const page = await createBrowser().get(url)
  const [, paired] = /^XSRF-TOKEN=([^;]+)/.exec(page.headers.getSetCookie()[0] ?? '') ?? []
  t.match(page.body, `name="_csrf" value="${paired}"`, 'which the page brings along')
  const invented = '5f2d7f3e-0000-4000-8000-000000000000'
  t.equal((await post(invented, { _csrf: invented })).status, 302, 'invented, without ever getting the page')
  t.equal((await post(invented, { csrf: invented })).status, 302, 'the name of managed login')
  const more = { cognitoAsfData: '{not base64', signInSubmitButton: 'Log me in', remember: 'yes' }
  t.equal(
    (await post(invented, { _csrf: invented, ...more })).status,
    302,
    'what else there is does not matter',
  )
  for (const [name, cookie, fields, reason] of [
    ['no pair', undefined, {}, /the form has no _csrf/],
    ['no cookie', undefined, { _csrf: invented }, /there is no XSRF-TOKEN cookie/],
    ['no field', invented, {}, /the form has no _csrf/],
    ['a pair that differs', invented, { _csrf: `${invented}0` }, /they differ/],
    ['an empty pair', '', { _csrf: '' }, /the form has no _csrf/],
  ] as const) {
    const answer = await post(cookie, fields)
    t.equal(answer.status, 403, name)
    t.equal(answer.headers.get('location'), null, name)
    t.match(lastReason(mock), /^login.csrf: /, name)
    t.match(lastReason(mock), reason, name)
  }
})

t.test('a browser that has signed in goes straight back, for one hour from the password', async (t) => {
  shows(t, 'session.disabled-user')
  const mock = await startWorld(t)
  const browser = createBrowser()
  await browser.signIn(authorizeUrl(mock), alice)
  const silent = async () => (await browser.get(authorizeUrl(mock))).location?.searchParams.has('code')
  t.equal(await silent(), true)
  await mock.pool.clock.advance('59m')
  t.equal(await silent(), true, 'and that does not extend the hour')
  await mock.pool.clock.advance('61s')
  t.equal(await silent(), false)
  t.match(lastReason(mock), /session\.live: the session ended \d+ s ago/)

  await browser.signIn(authorizeUrl(mock), alice)
  t.equal(await silent(), true)
  await mock.pool.users.patch('alice', { enabled: false })
  t.equal(await silent(), false, 'a disabled user has no session either')
  t.match(lastReason(mock), /session\.live: the user of the session is deleted or disabled/)

  const forged = createBrowser()
  const answer = await fetch(authorizeUrl(mock), {
    redirect: 'manual',
    headers: { cookie: 'cognito="forged"' },
  })
  t.match(answer.headers.get('location'), /\/login\?/)
  t.match(lastReason(mock), /the cognito cookie belongs to no session of this pool/)
  t.equal((await forged.get(authorizeUrl(mock))).location?.pathname, '/login')
})

t.test('a pool of e-mail addresses asks for one, and lets it in whatever its case', async (t) => {
  shows(t, 'login.email-pools')
  const fixture = demoFixture()
  Object.assign(fixture.pools[0]?.UserPool as object, {
    UsernameAttributes: ['email'],
    UsernameConfiguration: { CaseSensitive: false },
  })
  fixture.pools[0]?.Users?.push({ Username: 'zoe@example.com', Password: 'Passw0rd!' })
  const mock = await startWorld(t, { fixture })
  const browser = createBrowser()
  const page = await browser.follow(authorizeUrl(mock))
  t.match(page.body, /placeholder="name@host.com"/)
  t.match(page.body, /Sign in with your email and password/)
  const answer = await browser.submit(page, { username: 'ALICE@example.com', password: 'Passw0rd!' })
  const { body } = await exchange(mock, answer.location?.searchParams.get('code') as string)
  const { sub, 'cognito:username': username } = claimsOf(body.id_token as string)
  t.equal(username, sub, 'and the username is the sub')
  const zoe = { username: 'zoe@example.com', password: 'Passw0rd!' }
  t.ok((await createBrowser().signIn(authorizeUrl(mock), zoe)).searchParams.get('code'))
})

t.test('the page that is not there yet says so, and leads back', async (t) => {
  const mock = await startWorld(t)
  const page = await createBrowser().get(`${mock.url}/passkeys/add${new URL(authorizeUrl(mock)).search}`)
  t.equal(page.status, 200)
  t.match(page.body, 'The page at /passkeys/add is not in this version of mocknito.')
  t.match(page.body, /href="\/login\?/)
})
