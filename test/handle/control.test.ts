// The control API as any language sees it: plain HTTP, its document, its manners, and who may call it.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, STATUS_CODES } from 'node:http'
import { createConnection } from 'node:net'
import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'
import { openApiDocument } from '../../src/idp/control/openapi.ts'
import { createControlApp, operations } from '../../src/idp/control-app.ts'
import { createUrls } from '../../src/idp/urls.ts'
import { connect } from '../../src/index.ts'
import { version } from '../../src/version.ts'
import { rawHttp } from '../support/raw-http.ts'
import { startWorld } from '../support/world.ts'

const json = { 'content-type': 'application/json' }

const ask = async (url: string, init: RequestInit & { body?: string } = {}) => {
  const answer = await fetch(url, init)
  const text = await answer.text()
  const type = answer.headers.get('content-type') ?? ''
  return { status: answer.status, type, text, body: /json/.test(type) ? JSON.parse(text) : undefined }
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) })

t.test('the document is valid OpenAPI, is what the source says, and is served', async (t) => {
  const committed = readFileSync(new URL('../../fixtures/openapi.json', import.meta.url), 'utf8')
  t.equal(committed, `${JSON.stringify(openApiDocument(version), null, 2)}\n`)
  t.match(await new Validator().validate(JSON.parse(committed)), { valid: true })
  const { url } = await startWorld(t)
  t.match(await ask(`${url}/_mock/v1/openapi.json`), { status: 200, body: JSON.parse(committed) })
})

t.test('every operation of the document is there, and no other', async (t) => {
  const { paths } = openApiDocument(version) as {
    paths: Record<string, Record<string, { operationId: string }>>
  }
  const described = Object.values(paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  )
  t.same(described.toSorted(), Object.keys(operations).toSorted())
})

t.test('the first lines of the documentation, as a shell sends them', async (t) => {
  const mock = await startWorld(t)
  const M = `${mock.url}/_mock/v1`
  const user = { password: 'Passw0rd!', confirmed: true }
  const put = await ask(`${M}/pools/default/users/zoe`, {
    method: 'PUT',
    headers: json,
    body: JSON.stringify(user),
  })
  t.match(put, { status: 200, type: /^application\/json/, body: { username: 'zoe', status: 'CONFIRMED' } })
  const pool = await post(`${M}/pools`, {
    users: [{ username: 'alice', password: 'Passw0rd!', confirmed: true }],
  })
  t.match(pool.body, { id: /^us-east-1_/, clients: [{ name: 'web', secret: /^\w{52}$/ }, {}, {}, {}] })
  const token = await post(`${M}/pools/${pool.body.id}/tokens`, { user: 'alice', expiresIn: '-1m' })
  t.ok(token.body.claims.exp < Date.now() / 1000)
  t.equal((await post(`${M}/pools/default/tokens`, { issuedAt: -60, expiresIn: 90 })).status, 200)
  t.match(await post(`${M}/pools/default/faults`, { target: 'token:code', fault: { delay: 1 }, times: 1 }), {
    body: { remaining: 1 },
  })
  const authorizeUrl = `${mock.url}/oauth2/authorize?response_type=code&client_id=${mock.pool.client().id}&state=s`
  t.match((await post(`${M}/pools/default/signins`, { user: 'zoe', authorizeUrl })).body, {
    callbackUrl: /^http:\/\/localhost:9401\/auth\/callback\?code=/,
    code: /^[0-9a-f-]{36}$/,
    state: 's',
    cookies: [{ name: 'cognito' }],
  })
  t.match(await post(`${M}/pools/default/clock/advance`, { by: 300 }), { body: { isFrozen: false } })
  t.ok(mock.pool.clock.now().getTime() > Date.now() + 290_000)
  const gone = await ask(`${M}/pools/${pool.body.id}`, { method: 'DELETE' })
  t.match(gone, { status: 204, text: '' })
  t.equal((await post(`${M}/reset`, {})).status, 204)
  t.equal((await ask(`${M}/pools`)).body.length, 1)
  t.match((await ask(`${M}/pools/default`)).body, { id: mock.pool.id })
})

t.test('an environment is printed in every format', async (t) => {
  const mock = await startWorld(t)
  const env = (query: string) => ask(`${mock.url}/_mock/v1/env${query}`)
  t.same((await env('')).body, mock.pool.env())
  t.match((await env('?format=dotenv&names=series')).text, `\nCOGNITO_APP_ID=${mock.pool.client().id}\n`)
  t.match((await env(`?format=github&pool=${mock.pool.id}`)).text, `COGNITO_ISSUER=${mock.pool.issuer}\n`)
  t.match((await env('?format=shell')).text, `export AWS_REGION='us-east-1'\n`)
  t.match((await env('?format=compose')).text, 'AWS_REGION: "us-east-1"\n')
  t.match(await env('?format=xml'), { status: 400 })
})

t.test('the names by which a caller reaches the mock are the names in what it gets', async (t) => {
  const mock = await startWorld(t)
  const localhost = mock.url.replace('127.0.0.1', 'localhost')
  t.equal((await ask(`${localhost}/_mock/v1/env`)).body.COGNITO_ISSUER, `${localhost}/${mock.pool.id}`)
  const { body } = await post(`${localhost}/_mock/v1/pools/default/tokens`, {})
  t.equal(body.claims.iss, `${localhost}/${mock.pool.id}`)
})

t.test('a problem is a sentence, and a status', async (t) => {
  const mock = await startWorld(t)
  const M = `${mock.url}/_mock/v1`
  const problem = { type: /^application\/problem\+json/ }
  t.match(await ask(`${M}/pools/us-east-1_Nowhere`), {
    ...problem,
    body: { title: 'Not Found', status: 404, detail: 'there is no pool us-east-1_Nowhere' },
  })
  t.match(await ask(`${M}/nothing?here`), {
    ...problem,
    body: { detail: 'there is no GET /_mock/v1/nothing in the control API' },
  })
  t.match(await ask(`${M}/pools/default/users/nobody`), { status: 404 })
  t.match(await ask(`${M}/pools/default/users/nobody`, { method: 'DELETE' }), { status: 404 })
  t.match(await post(`${M}/pools/default/clients/nobody/urls`, {}), { status: 404 })
  t.match(await post(`${M}/pools`, { fixture: { UserPool: {}, Users: [{}] } }), {
    status: 400,
    body: { detail: /^the pool has 1 problem:\n {2}pools\[0\]\.Users\[0\]: Username is missing$/ },
  })
})

t.test('a bad call is refused, with everything that is wrong with it, and changes nothing', async (t) => {
  const mock = await startWorld(t)
  const ask = rawHttp(mock)
  const before = await mock.snapshot().then(() => mock.pool.users.list())
  const pool = '/_mock/v1/pools/default'
  const calls: [call: string, body: unknown, status: number, detail: RegExp | string][] = [
    // Wrong types.
    ['POST /_mock/v1/pools', [], 400, 'body is no object'],
    ['POST /_mock/v1/pools', { users: {} }, 400, 'body.users is no array'],
    ['POST /_mock/v1/pools', { users: [{ username: 1 }] }, 400, 'body.users.0.username is no string'],
    [`POST ${pool}/clients`, { name: 'a', secret: 1 }, 400, 'body.secret is no string and no boolean'],
    [
      `POST ${pool}/clients`,
      { name: 'a', oauthFlows: ['password'] },
      400,
      /^body\.oauthFlows\.0 is none of code, /,
    ],
    [
      `POST ${pool}/clients`,
      { name: 'a', accessTokenSeconds: 1.5 },
      400,
      'body.accessTokenSeconds is no integer',
    ],
    [
      `PATCH ${pool}/users/alice`,
      { enabled: 'no', groups: 1 },
      400,
      'body.enabled is no boolean; body.groups is no array',
    ],
    [`PATCH ${pool}/users/alice`, { lockedFor: true }, 400, 'body.lockedFor is no string and no number'],
    [`POST ${pool}/clock/set`, { to: 'tomorrow' }, 400, 'body.to must match format "date-time"'],
    [`POST ${pool}/age`, { what: 1, by: '5m' }, 400, 'body.what is no string and no object'],
    [`POST ${pool}/faults`, { target: 'token', fault: 'x' }, 400, 'body.fault is no object'],
    [
      `POST ${pool}/faults`,
      { target: 'token', fault: { dribble: null } },
      400,
      'body.fault.dribble is no object',
    ],
    [`PUT ${pool}/auto-login`, { user: 1 }, 400, 'body.user is no string and no null'],
    [`PUT ${pool}/auto-login`, { user: 'alice', times: 0 }, 400, 'body.times must be >= 1'],
    // What is missing, and what nobody knows.
    [
      `POST ${pool}/clock/advance`,
      { buy: '5m' },
      400,
      'body.by is missing; body has buy, which is not known here',
    ],
    [`POST ${pool}/clients`, {}, 400, 'body.name is missing'],
    [`POST ${pool}/tokens`, { usr: 'alice' }, 400, 'body has usr, which is not known here'],
    [
      `POST ${pool}/faults`,
      { target: 'token', fault: { hook: 'x' } },
      400,
      'body.fault has hook, which is not known here',
    ],
    [`POST ${pool}/signins`, { client: 'web' }, 400, 'body.user is missing'],
    [`GET ${pool}/requests?form=1`, undefined, 400, 'query has form, which is not known here'],
    [`GET ${pool}/inbox?kind=letter`, undefined, 400, /^query\.kind is none of signup, /],
    [`GET ${pool}/inbox?since=yesterday`, undefined, 400, 'query.since is no integer'],
    ['GET /_mock/v1/env?format=xml', undefined, 400, /^query\.format is none of dotenv, /],
    // What makes no sense.
    [`POST ${pool}/clock/advance`, { by: 'a while' }, 400, /^a while is no duration/],
    [
      `POST ${pool}/faults`,
      { target: 'tokens', fault: { throttle: true } },
      400,
      /^there is no target tokens/,
    ],
    [`POST ${pool}/faults`, { target: 'token', fault: {} }, 400, /^a fault is one of oauth, /],
    [`POST ${pool}/age`, { what: 'mails', by: '5m' }, 400, /^there are no mails to age/],
    [`POST ${pool}/tokens`, { user: 'nobody' }, 400, /has no user nobody$/],
    [`POST ${pool}/tokens`, { client: 'nobody' }, 400, /has no client nobody/],
    [`POST ${pool}/signins`, { user: 'nobody' }, 400, /has no user nobody$/],
    [`POST ${pool}/users`, { password: 'Passw0rd!' }, 400, /needs a username$/],
    ['PATCH /_mock/v1/info', { publicUrl: 'localhost' }, 400, /^publicUrl is localhost/],
    ['POST /_mock/v1/reset', { pool: 'us-east-1_Nowhere' }, 404, 'there is no pool us-east-1_Nowhere'],
    [`GET ${pool}/requests?wait=soon`, undefined, 400, /^soon is no duration/],
    // Nothing there.
    ['GET /_mock/v1/pools/us-east-1_Nowhere', undefined, 404, 'there is no pool us-east-1_Nowhere'],
    ['POST /_mock/v1/pools/us-east-1_Nowhere/tokens', {}, 404, 'there is no pool us-east-1_Nowhere'],
    ['GET /_mock/v1/env?pool=us-east-1_Nowhere', undefined, 404, 'there is no pool us-east-1_Nowhere'],
    [`GET ${pool}/users/nobody`, undefined, 404, /has no user nobody$/],
    [`PATCH ${pool}/users/nobody`, {}, 404, /has no user nobody$/],
    [`GET ${pool}/users/${'n'.repeat(128)}`, undefined, 404, /has no user n{128}$/],
    [`POST ${pool}/clients/nobody/urls`, {}, 404, /has no client nobody any more$/],
    [`DELETE ${pool}/faults/fault-0`, undefined, 404, /has no armed fault fault-0$/],
    [`DELETE ${pool}/codes/none`, undefined, 404, /has nothing with the id none$/],
    [`DELETE ${pool}/keys/none`, undefined, 404, /has no previous key none/],
    [`DELETE ${pool}/sso-sessions?user=nobody`, undefined, 400, /has no user nobody$/],
    ['POST /_mock/v1/snapshots/none/restore', undefined, 404, 'there is no snapshot none'],
    ['GET /_mock/v1/nothing?here', undefined, 404, 'there is no GET /_mock/v1/nothing in the control API'],
    ['GET /_mock/v1/pools/%zz', undefined, 400, /%zz/],
    // Another method.
    ['PUT /_mock/v1/pools', {}, 405, 'PUT is not for this path; there is GET, POST'],
    [`DELETE ${pool}/clock`, undefined, 405, 'DELETE is not for this path; there is GET'],
    [`OPTIONS ${pool}`, undefined, 405, 'OPTIONS is not for this path; there is GET, DELETE'],
    // No JSON, too much of it, or something else.
    [`POST ${pool}/tokens`, '{', 400, /JSON/],
    [`POST ${pool}/tokens`, '', 400, /^Body cannot be empty/],
    [`POST ${pool}/tokens`, '{"__proto__":{"user":"alice"}}', 400, /JSON/],
    [`POST ${pool}/users`, 'x'.repeat(17 * 1024 * 1024), 413, /too large/],
  ]
  for (const [call, body, status, detail] of calls) {
    const [method, path] = call.split(' ') as [string, string]
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const headers = { host: `127.0.0.1:${mock.port}`, 'x-mock-control': '1', ...(body !== undefined && json) }
    const answer = await ask({ method, path, headers, ...(text !== undefined && { body: text }) })
    const problem = JSON.parse(answer.body)
    t.match(answer.headers, { 'content-type': /^application\/problem\+json/ }, call)
    t.match(problem, { status, detail, title: STATUS_CODES[status] }, `${call} ${text?.slice(0, 80)}`)
    t.equal(answer.status, status)
    if (status === 405) t.equal(answer.headers.allow, problem.detail.replace(/.*there is /, ''))
  }
  const form = await ask({
    method: 'POST',
    path: `${pool}/users`,
    headers: { 'x-mock-control': '1', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'username=eve',
  })
  t.equal(form.status, 415)
  t.strictSame(await mock.pool.users.list(), before)
  t.equal(mock.pools.length, 1)
})

t.test('a defect is a 500 that says it is one', async (t) => {
  const answer = await createControlApp({
    handleFor: () => ({ info: () => (undefined as unknown as { url: string }).url }) as never,
    urls: createUrls({ issuer: 'local' }),
    token: undefined,
  })
  const server = createServer(answer).listen(0, '127.0.0.1')
  t.teardown(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  t.match(await fetch(`http://127.0.0.1:${port}/_mock/v1/info`).then((each) => each.json()), {
    title: 'Internal Server Error',
    detail: /^a defect of mocknito: TypeError/,
  })
})

t.test('a list is polled long instead of again and again', async (t) => {
  const mock = await startWorld(t)
  const url = `${mock.url}/_mock/v1/pools/default/requests`
  const waiting = ask(`${url}?target=jwks&since=0&status=200&wait=20s`)
  await fetch(mock.pool.jwksUri)
  t.match((await waiting).body, [{ target: 'jwks', at: /^\d{4}-\d\d-\d\dT.*Z$/ }])
  t.same((await ask(`${url}?target=revoke&wait=10ms`)).body, [])
  t.equal((await ask(`${url}?wait=soon`)).status, 400)
})

t.test('health is answered without a word in the journal, and so is everything under control', async (t) => {
  const mock = await startWorld(t)
  for (const path of ['/health', '/ready'])
    t.match(await ask(`${mock.url}${path}`), { status: 200, body: { status: 'ok', version } })
  await ask(`${mock.url}/_mock/v1/pools`)
  t.notOk(mock.exchanges().some(({ path }) => path.startsWith('/_mock/v1')))
})

t.test('no page and no rebound name gets at the controls', async (t) => {
  const mock = await startWorld(t)
  const M = `${mock.url}/_mock/v1`
  const elsewhere = await post(`${M}/reset`, {}, { origin: 'https://evil.example' })
  t.match(elsewhere, {
    status: 403,
    body: { title: 'Forbidden', detail: 'a page of https://evil.example may not do that' },
  })
  t.match(await post(`${M}/reset`, {}, { origin: 'null' }), { status: 403 })
  t.match(await post(`${M}/reset`, {}, { origin: mock.url }), { status: 204 })
  t.match(
    await ask(`${M}/reset`, { method: 'POST', body: new URLSearchParams({ what: 'all' }).toString() }),
    {
      status: 403,
      body: { detail: 'a POST needs a JSON body, or the header X-Mock-Control: 1' },
    },
  )
  t.match(await ask(`${M}/snapshots`, { method: 'POST', headers: { 'x-mock-control': '1' } }), {
    status: 200,
  })
})

t.test('who may call it, as it is on the wire', async (t) => {
  const mock = await startWorld(t)
  const ask = rawHttp(mock)
  const own = `127.0.0.1:${mock.port}`
  const pages = ['https://evil.example', 'null', 'http://127.0.0.1:1', `https://${own}`, '', 'no url']
  const calls = [
    'GET /pools',
    'POST /reset',
    'PUT /pools/default/auto-login',
    'PATCH /info',
    'DELETE /requests',
  ]
  for (const call of calls) {
    const [method, path] = call.split(' ') as [string, string]
    const status = async (headers: Record<string, string>) =>
      (await ask({ method, path: `/_mock/v1${path}`, headers: { 'x-mock-control': '1', ...headers } })).status
    for (const host of [
      'rebound.example',
      'evil.localhost.example',
      'localhost.',
      `${own}.example`,
      '0.0.0.0',
    ])
      t.equal(await status({ host }), 421, `${call}, Host ${host}`)
    for (const origin of pages) t.equal(await status({ host: own, origin }), 403, `${call}, Origin ${origin}`)
    for (const host of [own, 'localhost', 'app.localhost:3000', '[::1]:9400'])
      t.notOk([403, 421].includes(await status({ host })), `${call}, Host ${host}`)
    t.notOk(
      [403, 421].includes(await status({ host: own, origin: `http://${own}` })),
      `${call}, its own page`,
    )
  }
  for (const path of ['/_mock/inbox', '/_mock/inbox.json', '/_mock/inbox/events'])
    t.not((await ask({ path, headers: { host: 'rebound.example' } })).status, 200, path)

  const line = async (text: string) => {
    const socket = createConnection(mock.port, '127.0.0.1')
    socket.end(text)
    socket.setEncoding('utf8')
    return (await socket.toArray()).join('').split('\r\n')[0]
  }
  const pathOfPools = 'GET /_mock/v1/pools'
  t.equal(await line(`${pathOfPools} HTTP/1.0\r\n\r\n`), 'HTTP/1.1 421 Misdirected Request', 'no Host at all')
  t.equal(await line(`${pathOfPools} HTTP/1.1\r\nConnection: close\r\n\r\n`), 'HTTP/1.1 400 Bad Request')
  const absolute = `GET http://127.0.0.1:${mock.port}/_mock/v1/pools HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n`
  t.not(await line(absolute), 'HTTP/1.1 200 OK', 'the Host counts, whatever the request line says')
  const twice = `${pathOfPools} HTTP/1.1\r\nHost: rebound.example\r\nHost: localhost\r\nConnection: close\r\n\r\n`
  t.not(await line(twice), 'HTTP/1.1 200 OK', 'of two Hosts the first counts')

  await mock.setPublicUrl('http://cognito.internal:9400')
  const pools = (host: string, more = {}) => ask({ path: '/_mock/v1/pools', headers: { host, ...more } })
  t.equal((await pools(own, { origin: 'http://cognito.internal:9400' })).status, 200)
  t.equal((await pools('cognito.internal:9400')).status, 200)
  t.equal((await pools('rebound.example')).status, 421)
})

t.test('elsewhere than on loopback the controls ask for a token, unless told not to', async (t) => {
  const open = await startWorld(t, { host: '0.0.0.0' })
  t.match(open.controlToken, /^[\w-]{32}$/)
  const M = `${open.url}/_mock/v1`
  t.match(await ask(`${M}/pools`), {
    status: 401,
    body: { title: 'Unauthorized', detail: /Authorization: Bearer <control token>$/ },
  })
  t.equal((await ask(`${M}/pools`, { headers: { authorization: 'Bearer wrong' } })).status, 401)
  t.equal((await ask(`${open.url}/health`)).status, 200)
  await using remote = await connect(open.url, { token: open.controlToken as string })
  t.equal(remote.pool.id, open.pool.id)

  const given = await startWorld(t, { controlToken: 'of-my-own' })
  t.equal((await ask(`${given.url}/_mock/v1/pools`)).status, 401)
  const info = await rawHttp(given)({
    path: '/_mock/v1/info',
    headers: { host: 'mock.example', authorization: 'Bearer of-my-own' },
  })
  t.match(JSON.parse(info.body), { url: 'http://mock.example' }, 'with the token, any name will do')
  const published = await startWorld(t, { host: '0.0.0.0', controlToken: false })
  t.equal((await ask(`${published.url}/_mock/v1/pools`)).status, 200)
})
