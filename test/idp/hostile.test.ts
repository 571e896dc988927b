// Bad input at every endpoint: an answer that is documented, never a 5xx, never an echo that is not escaped, never a redirect to
// a place that is not registered.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import type { Mocknito } from '../../src/handle/mocknito.ts'
import { createJournal } from '../../src/idp/domain/journal.ts'
import { refuseUnread } from '../../src/idp/plugins/unread-requests.ts'
import { createBrowser } from '../support/browser.ts'
import { demoWith, managedDemo } from '../support/fixtures.ts'
import { visit, type Walker } from '../support/hosted.ts'
import { authorizeUrl, basic } from '../support/oauth.ts'
import { lastReason, shows, startWorld } from '../support/world.ts'

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'-alert(1)-'",
  '{{constructor}} {{{body}}}',
  '\u0000\u0001\u001f',
  '\r\nSet-Cookie: evil=1',
  '\u202Eevil\u202C😀é',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  'x'.repeat(4_000),
  '',
  ' ',
]

const parameters = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
]

/** What must be true of every answer, whatever was asked. */
async function judge(t: Test, answer: Response, name: string): Promise<void> {
  const body = await answer.text()
  t.ok(answer.status < 500, `${name}: ${answer.status}`)
  t.notMatch(body, /<script>alert|<img src=x|onerror=alert\(1\)>/, `${name}: escaped`)
  t.notOk(
    answer.headers.getSetCookie().some((cookie) => cookie.startsWith('evil')),
    `${name}: no header was added`,
  )
  const location = answer.headers.get('location')
  if (location === null) return
  const { origin, pathname } = new URL(location, answer.url)
  const isOwn = origin === new URL(answer.url).origin
  const isRegistered = origin === 'http://localhost:9401' && ['/auth/callback', '/'].includes(pathname)
  t.ok(isOwn || isRegistered, `${name}: ${location.slice(0, 80)}`)
}

t.test('every parameter of authorize and login, hostile, repeated or missing', async (t) => {
  const mock = await startWorld(t)
  for (const path of ['/oauth2/authorize', '/login']) {
    for (const parameter of parameters) {
      for (const value of hostile) {
        const url = authorizeUrl(mock, { [parameter]: value }).replace('/oauth2/authorize', path)
        await judge(t, await fetch(url, { redirect: 'manual' }), `${path} ${parameter}=${value.slice(0, 20)}`)
        const twice = `${authorizeUrl(mock)}&${parameter}=${encodeURIComponent(value)}`.replace(
          '/oauth2/authorize',
          path,
        )
        await judge(t, await fetch(twice, { redirect: 'manual' }), `${path} ${parameter} twice`)
      }
      await judge(
        t,
        await fetch(authorizeUrl(mock, { [parameter]: undefined }), { redirect: 'manual' }),
        `no ${parameter}`,
      )
    }
  }
})

t.test('the error page, the logout endpoint and unknown paths', async (t) => {
  const mock = await startWorld(t)
  for (const value of hostile) {
    const encoded = encodeURIComponent(value)
    for (const path of [
      `/error?error=${encoded}&client_id=${encoded}`,
      `/logout?client_id=${encoded}&logout_uri=${encoded}`,
      `/logout?client_id=mockwebclient0000000000001&logout_uri=${encoded}&redirect_uri=${encoded}`,
      `/forgotPassword?${encoded}=${encoded}`,
      `/${encoded}`,
      `/${encoded}/.well-known/jwks.json`,
      `/_mock/assets/${encoded}`,
      '/*x',
      '/:x(',
      '/:a([)',
      '/a//b',
    ])
      await judge(t, await fetch(`${mock.url}${path}`, { redirect: 'manual' }), path.slice(0, 60))
  }
  const followed = await createBrowser().follow(
    authorizeUrl(mock, { redirect_uri: '"><script>alert(1)</script>' }),
  )
  t.equal(followed.status, 400)
  t.notMatch(followed.body, /<script>alert/, 'nor in the developer panel')
  t.match(followed.body, /&lt;script&gt;alert/)
})

t.test('every field of the sign-in form and of the token request', async (t) => {
  const mock = await startWorld(t)
  const csrf = '5f2d7f3e-0000-4000-8000-000000000000'
  const loginUrl = authorizeUrl(mock).replace('/oauth2/authorize', '/login')
  for (const value of hostile) {
    for (const field of ['_csrf', 'username', 'password', 'cognitoAsfData', '__proto__'])
      await judge(
        t,
        await fetch(loginUrl, {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie: `XSRF-TOKEN=${csrf}` },
          body: new URLSearchParams({ _csrf: csrf, username: 'alice', password: 'x', [field]: value }),
        }),
        `login ${field}=${value.slice(0, 20)}`,
      )
    for (const field of [
      'grant_type',
      'code',
      'redirect_uri',
      'client_id',
      'client_secret',
      'code_verifier',
      '__proto__',
    ])
      for (const grant_type of ['authorization_code', 'refresh_token'])
        await judge(
          t,
          await fetch(`${mock.url}/oauth2/token`, {
            method: 'POST',
            headers: field.startsWith('client') ? {} : basic(mock.pool.client('web')),
            body: new URLSearchParams({
              grant_type,
              code: 'x',
              refresh_token: 'x',
              redirect_uri: 'x',
              client_id: mock.pool.client('web').id,
              [field]: value,
            }),
          }),
          `token ${grant_type} ${field}=${value.slice(0, 20)}`,
        )
  }
})

t.test('every field of every page of a login, in both looks', async (t) => {
  const nasty = [
    ...hostile,
    `<script>alert(1)</script>\u202e\u0000😀${'x'.repeat(10_000)}`,
    '"\\"',
    '"{}"',
    '{{body}}',
  ]
  const fields: Readonly<Record<string, readonly string[]>> = {
    '/login': ['username', 'password'],
    '/verifyPassword': ['password'],
    '/signup': [
      'username',
      'password',
      'requiredAttributes[email]',
      'requiredAttributes[<b>]',
      'requiredAttributes[',
    ],
    '/confirm': ['code'],
    '/resendcode': ['code'],
    '/forgotPassword': ['username'],
    '/confirmForgotPassword': ['code', 'new_password', 'confirm_password'],
    '/changePassword': ['new_password', 'confirm_password', 'requiredAttributes[given_name]'],
    '/mfa': ['code', 'mfa_method', 'destination'],
  }
  const attributes = {
    SchemaAttributes: [
      { Name: 'email', Required: true },
      { Name: 'given_name', Required: true },
    ],
  }
  for (const fixture of [demoWith(() => {}), managedDemo()]) {
    const [pool] = fixture.pools
    Object.assign(pool?.UserPool as object, attributes)
    const mock = await startWorld(t, { fixture })
    for (const [path, names] of Object.entries(fields)) {
      const walker = await stepAt(mock, path)
      const csrf = walker.browser.cookie(mock.url, 'XSRF-TOKEN') as string
      const pageData = walker.browser.cookie(mock.url, 'page-data') ?? ''
      for (const name of names)
        for (const value of nasty) {
          const answer = await fetch(`${mock.url}${path}${new URL(authorizeUrl(mock)).search}`, {
            method: 'POST',
            redirect: 'manual',
            headers: {
              cookie: `XSRF-TOKEN=${csrf}; page-data=${pageData}; cognito=${encodeURIComponent(value.slice(0, 99))}`,
            },
            body: new URLSearchParams({ _csrf: csrf, [name]: value }),
          })
          await judge(t, answer, `${path} ${name}=${value.slice(0, 20)}`)
        }
    }
    for (const value of nasty) {
      const encoded = encodeURIComponent(value)
      for (const path of [
        `/confirmUser?client_id=mockwebclient0000000000001&user_name=${encoded}&confirmation_code=${encoded}`,
        `/login${new URL(authorizeUrl(mock, { lang: value, login_hint: value, state: value })).search}`,
        `/signup${new URL(authorizeUrl(mock, { lang: value, state: value })).search}`,
      ])
        await judge(t, await fetch(`${mock.url}${path}`, { redirect: 'manual' }), path.slice(0, 60))
      await judge(
        t,
        await fetch(`${mock.url}/mfa${new URL(authorizeUrl(mock)).search}`, {
          headers: { cookie: `page-data=${encoded.slice(0, 4_000)}` },
        }),
        `page-data=${value.slice(0, 20)}`,
      )
    }
    t.notMatch(JSON.stringify(mock.exchanges()), 'Temp0rary!', 'no password is in the journal')
  }
})

/** Somebody who is at the step that the page takes. */
async function stepAt(mock: Mocknito, path: string): Promise<Walker> {
  const [username, password] = {
    '/confirm': ['carol', 'Passw0rd!'],
    '/resendcode': ['carol', 'Passw0rd!'],
    '/confirmForgotPassword': ['grace', 'Passw0rd!'],
    '/changePassword': ['erin', 'Temp0rary!'],
    '/mfa': ['frank', 'Passw0rd!'],
  }[path] ?? ['', '']
  const login = await visit(mock)
  return username === ''
    ? login
    : login.submit({ username: username as string, password: password as string })
}

t.test('hostile text that was registered stays text, in the inbox too', async (t) => {
  const mock = await startWorld(t)
  const form = await visit(mock, {}, '/signup')
  const username = '<script>alert(1)</script>'
  const confirm = await form.submit({
    username,
    password: 'Passw0rd!',
    'requiredAttributes[email]': '"><img/src=x/onerror=alert(1)>@example.com',
  })
  t.equal(confirm.place, '/confirm')
  const inbox = await fetch(`${mock.url}/_mock/inbox`, { headers: { accept: 'text/html' } })
  const html = await inbox.text()
  t.match(html, '&lt;script&gt;alert(1)&lt;/script&gt;')
  t.notMatch(html, /<script>alert|<img/)
})

t.test('wrong content types, large bodies, broken escapes', async (t) => {
  const mock = await startWorld(t)
  const post = (path: string, body: string, type?: string) =>
    fetch(`${mock.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      body,
      ...(type !== undefined && { headers: { 'content-type': type } }),
    })
  const form = 'application/x-www-form-urlencoded'
  const query = new URL(authorizeUrl(mock)).search
  const megabyte = `state=${'x'.repeat(1_000_000)}`
  for (const [path, statuses] of [
    ['/oauth2/token', { json: 405, large: 400, broken: 400 }],
    [`/login${query}`, { json: 415, large: 413, broken: 403 }],
  ] as const) {
    const answers = {
      json: await post(path, '{"a":1}', 'application/json'),
      large: await post(path, megabyte, form),
      broken: await post(path, 'grant_type=%zz&_csrf=%E0%A4%A', form),
    }
    for (const [name, answer] of Object.entries(answers)) {
      t.equal(answer.status, statuses[name as keyof typeof statuses], `${path.slice(0, 20)} ${name}`)
      await judge(t, answer, name)
    }
  }
  await post(`/login${query}`, '{}', 'application/json')
  t.equal(
    lastReason(mock),
    'login.form-type: Content-Type is application/json, expected application/x-www-form-urlencoded',
  )
  await post(`/login${query}`, megabyte, form)
  t.equal(lastReason(mock), 'login.form-type: the body cannot be read: Request body is too large')
  for (const [path, status] of [
    ['/oauth2/token', 400],
    [`/login${query}`, 403],
  ] as const)
    t.equal((await fetch(`${mock.url}${path}`, { method: 'POST' })).status, status, `${path}: no body at all`)
  for (const [path, rule] of [
    ['/oauth2/token', 'token.form'],
    ['/oauth2/userInfo', 'userinfo.form'],
    ['/oauth2/revoke', 'revoke.form'],
  ] as const) {
    t.equal((await post(path, '{}', 'application/json')).status, 405, path)
    t.match(lastReason(mock), `${rule}: Content-Type is application/json, expected application/x-www-form-`)
  }
  for (const search of ['client_id=%zz&state=%', `${query.slice(1)}&x=%E0%A4%A`, '&&&=&=&', '%00=%00'])
    await judge(
      t,
      await fetch(`${mock.url}/oauth2/authorize?${search}`, { redirect: 'manual' }),
      search.slice(0, 20),
    )
  const long = await fetch(`${mock.url}/oauth2/authorize${query}&x=${'x'.repeat(100_000)}`, {
    redirect: 'manual',
  })
  t.equal(long.status, 431, 'a query of 100 kB does not get past the HTTP parser')
})

t.test('a megabyte of state does not get past the HTTP parser, and the log says why', async (t) => {
  shows(t, 'http.head-size')
  const lines: string[] = []
  const mock = await startWorld(t, { log: (line) => lines.push(line) })
  const head = 'GET /oauth2/authorize?client_id=x&code=hush&state='
  const end = ' HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const told = await raw(mock, `${head}${'x'.repeat(1_000_000)}${end}`)
  const [, status, body] = /^(HTTP.*?)\r\n.*?\r\n\r\n(.*)$/s.exec(told) as unknown as string[]
  t.equal(status, 'HTTP/1.1 431 Request Header Fields Too Large')
  t.match(told, /^Connection: close\r$/m)
  t.match(told, /^X-Content-Type-Options: nosniff\r$/m)
  t.match(told, `Content-Length: ${body?.length}`)
  t.match(body, 'query and headers are longer than 16 KiB')
  t.equal(
    lastReason(mock),
    'http.head-size: query and headers are longer than 16 KiB, and no more is read: if it is the state, keep what is in it in the app and send a key to it',
  )
  t.match(lines, [/^GET \/oauth2\/authorize 431 \| http\.head-size: query and headers/])
  t.equal(lines.length, 1, 'said once, without the query')
  t.match(await raw(mock, 'BREW / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request\r\n/)
  t.match(lastReason(mock), /^http\.readable: what came is not HTTP: Parse Error: /)
  t.match(lines[1], /^BREW \/ 400 \| http\.readable/)
  await raw(mock, '\u0000\u0001\u0002\r\n\r\n')
  t.match(lines[2], /^\? \? 400 \| http\.readable/)
})

t.test('who sends for ever is cut off, who is gone is told nothing', async (t) => {
  const journal = createJournal()
  const refuse = refuseUnread(journal, 10)
  const trouble = (code: string) => Object.assign(new Error('no more'), { code })
  const gone = new PassThrough() as unknown as Socket
  refuse(trouble('ECONNRESET'), gone)
  t.ok(gone.destroyed)
  t.same(journal.list(), [])
  const slow = new PassThrough() as unknown as Socket
  refuse(trouble('ERR_HTTP_REQUEST_TIMEOUT'), slow)
  t.match(journal.list(), [{ method: '?', path: '?', status: 408 }])
  t.match(String(slow.read()), /^HTTP\/1\.1 408 Request Timeout\r\n/)
  const stuck = new Duplex({
    read() {},
    write(_, __, done) {
      done()
    },
  }) as unknown as Socket
  refuse(trouble('HPE_HEADER_OVERFLOW'), stuck)
  await once(stuck, 'close')
})

t.test('bytes that are not HTTP, and paths that are not URLs', async (t) => {
  const mock = await startWorld(t)
  for (const bytes of [
    'GET /%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'GET //evil.example/oauth2/authorize HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'GET http://evil.example/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'GET /login HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
    'GET /login HTTP/1.1\r\nConnection: close\r\n\r\n',
    'GET /login HTTP/1.0\r\n\r\n',
    'POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\nConnection: close\r\n\r\n',
    'BREW /oauth2/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    '\u0000\u0001\u0002\r\n\r\n',
  ]) {
    const answer = await raw(mock, bytes)
    t.match(answer, /^HTTP\/1\.1 (4\d\d|302) /, JSON.stringify(bytes.slice(0, 40)))
    t.notMatch(answer, /^location: (?!\/error\?)/im, 'no further than our own error page')
  }
})

t.test('a path that cannot be read is refused, and is in the journal', async (t) => {
  const mock = await startWorld(t)
  for (const [path, status] of [
    ['/%zz', 400],
    ['/oauth2/authorize/%zz?a=b', 400],
    [`/${'a'.repeat(300)}/.well-known/jwks.json`, 414],
  ] as const) {
    const before = mock.exchanges().length
    t.match(
      await raw(mock, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
      `HTTP/1.1 ${status} `,
    )
    t.equal(mock.exchanges().length, before + 1, path)
    t.match(mock.exchanges().at(-1), { method: 'GET', path: path.split('?')[0] as string, status })
    t.match(lastReason(mock), /^url\.readable: /)
  }
  for (const target of ["/%zz?code=hush'hush", 'http://localhost/%zz?code=hush']) {
    const told = await raw(mock, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    t.match(told, /^x-content-type-options: nosniff\r$/m)
    t.notMatch(told, 'hush')
    t.equal(lastReason(mock), "url.readable: '/%zz' is not a valid url component", 'no query in the log')
    t.notMatch(JSON.stringify(mock.exchanges().at(-1)), 'hush')
  }
  const foreign = await raw(mock, 'GET /nowhere HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
  t.match(foreign, /^HTTP\/1\.1 421 /)
  t.match(foreign, /--public-url/)
})

t.test('what should never have been in a query is not in the journal, nor on the error page', async (t) => {
  const mock = await startWorld(t)
  const page = await createBrowser().follow(
    `${mock.url}/logout?id_token_hint=eyJhbGciOi&password=Passw0rd!&x=y`,
  )
  t.match(page.body, /client_id is missing/, 'the panel is there')
  t.match(page.body, /not shown/)
  for (const hidden of ['eyJhbGciOi', 'Passw0rd!']) {
    t.notOk(JSON.stringify(mock.exchanges()).includes(hidden), hidden)
  }
})

t.test('another method on a path that exists is a 405, and the log says which it has', async (t) => {
  const mock = await startWorld(t)
  for (const [method, path, allow] of [
    ['POST', '/oauth2/authorize', 'GET'],
    ['DELETE', '/login', 'GET, POST'],
    ['POST', '/logout', 'GET'],
    ['HEAD', '/oauth2/authorize', 'GET'],
    ['OPTIONS', '/oauth2/authorize', 'GET'],
    ['POST', '/us-east-1_LocalPool/.well-known/jwks.json', 'GET'],
    ['PUT', '/us-east-1_LocalPool/.well-known/openid-configuration', 'GET'],
  ] as const) {
    const answer = await fetch(`${mock.url}${path}`, { method })
    t.equal(answer.status, 405, `${method} ${path}`)
    t.equal(await answer.text(), '')
    t.equal(answer.headers.get('allow'), allow)
    t.equal(answer.headers.get('access-control-allow-origin'), null, 'pages are for no other origin')
    t.equal(lastReason(mock), `method.allowed: the method is ${method}, expected ${allow}`)
  }
  for (const [method, path, reason] of [
    ['GET', '/oauth2/revoke', 'revoke.form: the method is GET, expected POST'],
    ['PUT', '/oauth2/revoke', 'revoke.form: the method is PUT, expected POST'],
    ['DELETE', '/oauth2/userInfo', 'userinfo.form: the method is DELETE, expected GET or POST'],
  ] as const) {
    const answer = await fetch(`${mock.url}${path}`, { method })
    t.equal(answer.status, 405, `${method} ${path}`)
    t.equal(await answer.text(), '')
    t.equal(lastReason(mock), reason)
  }
})

t.test('a path that is not there is a page that says so, and the log says which was meant', async (t) => {
  const mock = await startWorld(t)
  const { search } = new URL(authorizeUrl(mock))
  for (const [path, hint] of [
    ['/', '.'],
    ['/nowhere', '.'],
    ['/oauth2/userinfo', '; did you mean /oauth2/userInfo?'],
    [`/oauth2/authorize/${search}`, '; did you mean /oauth2/authorize?'],
    [`/authorize${search}`, '; did you mean /oauth2/authorize?'],
    ['/oauth2/logout', '; did you mean /logout?'],
    ['/us-east-1_LocalPool/oauth2/token', '; did you mean /oauth2/token?'],
    ['/.well-known/jwks.json', '; did you mean /us-east-1_LocalPool/.well-known/jwks.json?'],
  ] as const) {
    const answer = await fetch(`${mock.url}${path}`)
    t.equal(answer.status, 404, path)
    t.match(await answer.text(), /This is mocknito, a local mock of Amazon Cognito/)
    t.equal(lastReason(mock), `path.known: there is nothing at ${path.replace(/\?.*/, '')}${hint}`)
  }
  const posted = await fetch(`${mock.url}/`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'x/y' },
  })
  t.equal(posted.status, 404, 'whatever is posted there')
})

t.test('no secret, password, code or token is in the log', async (t) => {
  const lines: string[] = []
  const mock = await startWorld(t, { log: (line) => lines.push(line) })
  const browser = createBrowser()
  const callback = await browser.signIn(authorizeUrl(mock), { username: 'alice', password: 'Passw0rd!' })
  const code = callback.searchParams.get('code') as string
  const { id, secret = '' } = mock.pool.client('web')
  const redirect_uri = mock.pool.client('web').callbackUrls[0] as string
  const fields = { grant_type: 'authorization_code', code, redirect_uri }
  const post = (headers: Record<string, string>, more = {}) =>
    fetch(`${mock.url}/oauth2/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ ...fields, ...more }),
    })
  await post(basic({ id, secret: 'a-wrong-secret' }))
  const tokens = (await (await post(basic({ id, secret }))).json()) as Record<string, string>
  await post(basic({ id, secret }), { code_verifier: 'a-verifier' })
  await browser
    .signIn(authorizeUrl(mock), { username: 'alice', password: 'a-wrong-password' })
    .catch(() => {})
  const log = lines.join('\n')
  for (const hidden of ['Passw0rd!', 'a-wrong-password', 'a-wrong-secret', secret, code, 'a-verifier'])
    t.notOk(log.includes(hidden), hidden)
  for (const token of [tokens.id_token, tokens.access_token, tokens.refresh_token])
    t.notOk(log.includes((token as string).slice(-30)))
  t.match(log, /code\.single-use: the code was used/)
})

function raw(mock: Mocknito, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(mock.port, '127.0.0.1', () => socket.write(bytes))
    let answer = ''
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text
    })
    socket.on('close', () => resolve(answer)).on('error', reject)
  })
}
