// The control API as any language sees it: plain HTTP, its document, its manners, and who may call it.
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'
import { openApiDocument } from '../../src/idp/control/openapi.ts'
import { operations } from '../../src/idp/control-app.ts'
import { connect } from '../../src/index.ts'
import { version } from '../../src/version.ts'
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

/** `fetch` writes the Host itself; a rebound name needs a raw request. */
const withHost = (url: string, host: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    request(url, { headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end()
  })

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
  t.match(await post(`${M}/pools/default/clock/advance`, { by: 'a while' }), {
    ...problem,
    body: { title: 'Bad Request', status: 400, detail: /^a while is no duration/ },
  })
  t.match(await post(`${M}/pools/default/clock/advance`, { buy: '5m' }), {
    status: 400,
    body: { detail: /by/ },
  })
  t.match(await post(`${M}/pools`, { fixture: { UserPool: {}, Users: [{}] } }), {
    status: 400,
    body: { detail: /^the pool has 1 problem:\n {2}pools\[0\]\.Users\[0\]: Username is missing$/ },
  })
  t.match(await ask(`${M}/pools`, { method: 'POST', headers: json, body: '{' }), { status: 400 })
  t.match(await post(`${M}/pools/default/faults`, { target: 'token', fault: { hook: 'x' } }), { status: 400 })
  t.match(await post(`${M}/pools/default/faults`, { target: 'token', fault: { dribble: null } }), {
    status: 500,
    body: { title: 'Internal Server Error', detail: /^a defect of mocknito: TypeError/ },
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
  t.equal(await withHost(`${M}/pools`, 'rebound.example'), 421)
  await mock.setPublicUrl('http://cognito.internal:9400')
  t.equal(await withHost(`${M}/pools`, 'cognito.internal:9400'), 200)
  t.equal(await withHost(`${M}/pools`, 'rebound.example'), 421)
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
  const published = await startWorld(t, { host: '0.0.0.0', controlToken: false })
  t.equal((await ask(`${published.url}/_mock/v1/pools`)).status, 200)
})
