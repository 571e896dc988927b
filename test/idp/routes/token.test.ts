// POST /oauth2/token on the wire: the error table and the order of checks, and what a code and a refresh token are bound to.
import { createHash } from 'node:crypto'
import t from 'tap'
import type { Mocknito } from '../../../src/handle/mocknito.ts'
import { demoFixture } from '../../../src/idp/fixture/load.ts'
import { bob } from '../../support/browser.ts'
import { basic, claimsOf, exchange, freshCode, freshTokens, postToken } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const callback = 'http://localhost:9401/auth/callback'
const grant = { grant_type: 'authorization_code', code: 'x', redirect_uri: callback }

t.test('another method or content type is a bare 405', async (t) => {
  shows(t, 'token.form')
  const mock = await startWorld(t)
  const url = `${mock.url}/oauth2/token`
  for (const [name, request, reason] of [
    ['GET', { method: 'GET' }, /token.form: the method is GET, expected POST/],
    ['PUT', { method: 'PUT', body: new URLSearchParams(grant) }, /the method is PUT, expected POST/],
    [
      'JSON',
      { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
      /Content-Type is app/,
    ],
    ['text', { method: 'POST', body: 'grant_type=x' }, /Content-Type is text\/plain/],
    [
      'a quoted type',
      { method: 'POST', body: 'a=b', headers: { 'content-type': "'application/x-www-form-urlencoded'" } },
      /Content-Type is 'application/,
    ],
  ] as const) {
    const answer = await fetch(url, request)
    t.equal(answer.status, 405, name)
    t.equal(await answer.text(), '', name)
    t.equal(answer.headers.get('content-length'), '0', name)
    t.match(lastReason(mock), reason, name)
  }
})

t.test('what is wrong with a request, in the order in which it is noticed', async (t) => {
  shows(t, 'token.errors')
  const mock = await startWorld(t)
  const web = mock.pool.client('web')
  const spa = mock.pool.client('spa')
  const machine = mock.pool.client('machine')
  const badSecret = { error: 'invalid_client', error_description: 'invalid_client_secret' }
  type Row = [
    name: string,
    fields: Record<string, string | undefined>,
    headers: Record<string, string>,
    body: object,
    reason: RegExp,
  ]
  const rows: Row[] = [
    ['no body', {}, {}, { error: 'invalid_request' }, /grant-type-given: the body has no grant_type/],
    [
      'an empty grant_type',
      { grant_type: '' },
      {},
      { error: 'invalid_request' },
      /the body has no grant_type/,
    ],
    [
      'a grant of another time',
      { grant_type: 'password' },
      {},
      { error: 'unsupported_grant_type' },
      /grant-type-known: grant_type is password, expected authorization_code or refresh_token/,
    ],
    ['no client', grant, {}, { error: 'invalid_request' }, /client.given: no client_id/],
    ['an empty client', { ...grant, client_id: '' }, {}, { error: 'invalid_request' }, /client.given/],
    [
      'an unknown client',
      { ...grant, client_id: 'nobody' },
      {},
      { error: 'invalid_client' },
      /client.known: no user pool has the client nobody/,
    ],
    [
      'Basic that is no pair',
      grant,
      { authorization: `Basic ${btoa('nobody')}` },
      { error: 'invalid_client' },
      /client.basic-wellformed: the Authorization header is not the base64 of client_id:client_secret/,
    ],
    [
      'two clients at once',
      { ...grant, client_id: spa.id },
      basic(web),
      { error: 'invalid_client' },
      /client.consistent: the client_id in the body is not the one in the Authorization header/,
    ],
    [
      'id and secret the wrong way round',
      grant,
      basic({ id: web.secret as string, secret: web.id }),
      { error: 'invalid_client' },
      /client.known: what came as the client id is the secret of a client: the two are the wrong way round/,
    ],
    ['no secret', { ...grant, client_id: web.id }, {}, badSecret, /client.secret: .* no secret came/],
    [
      'an empty secret',
      { ...grant, client_id: web.id, client_secret: '' },
      {},
      badSecret,
      /client web is confidential, and no secret came with the request/,
    ],
    [
      'a wrong secret in the body',
      { ...grant, client_id: web.id, client_secret: machine.secret },
      {},
      badSecret,
      /the secret that came in the body is not one of client web/,
    ],
    [
      'a wrong secret in the header',
      grant,
      basic({ id: web.id, secret: 'wrong' }),
      badSecret,
      /the secret that came in the Authorization header is not one of client web/,
    ],
    [
      'a public client with a secret',
      { ...grant, client_id: spa.id, client_secret: 'x' },
      {},
      { error: 'invalid_client' },
      /client.public: client spa is public: it has no secret, and one came in the body/,
    ],
    [
      'a public client by Basic with an empty secret',
      grant,
      basic({ id: spa.id, secret: '' }),
      { error: 'invalid_client' },
      /client spa is public/,
    ],
    [
      'a client without the flow',
      grant,
      basic(machine),
      { error: 'unauthorized_client' },
      /client.grant-allowed: grant_type=authorization_code needs the OAuth flow code; client machine has client_cr/,
    ],
    [
      'no code',
      { ...grant, code: undefined },
      basic(web),
      { error: 'invalid_request' },
      /token.parameters: grant_type=authorization_code needs code$/,
    ],
    [
      'neither code nor redirect_uri',
      { grant_type: 'authorization_code' },
      basic(web),
      { error: 'invalid_request' },
      /needs code and redirect_uri/,
    ],
    [
      'no refresh token',
      { grant_type: 'refresh_token' },
      basic(web),
      { error: 'invalid_request' },
      /needs refresh_token/,
    ],
    [
      'an unknown code',
      grant,
      basic(web),
      { error: 'invalid_grant' },
      /code.known: pool us-east-1_LocalPool did not issue this code/,
    ],
    [
      'a garbage refresh token',
      { grant_type: 'refresh_token', refresh_token: 'x' },
      basic(web),
      { error: 'invalid_grant' },
      /refresh.known: pool us-east-1_LocalPool did not issue this refresh token/,
    ],
    [
      'a public client with an empty secret in the body gets as far as anyone',
      { ...grant, client_id: spa.id, client_secret: '' },
      {},
      { error: 'invalid_grant' },
      /code.known/,
    ],
    [
      'Basic and the same client_id in the body',
      { ...grant, client_id: web.id },
      basic(web),
      { error: 'invalid_grant' },
      /code.known/,
    ],
  ]
  for (const [name, fields, headers, body, reason] of rows) {
    const answer = await postToken(mock, fields, headers)
    t.equal(answer.status, 400, name)
    t.same(answer.body, body, name)
    t.equal(answer.text, JSON.stringify(body), name)
    t.equal(answer.headers.get('content-type'), 'application/json;charset=UTF-8', name)
    t.equal(answer.headers.get('www-authenticate'), null, name)
    t.equal(answer.headers.get('access-control-allow-origin'), '*', name)
    t.match(lastReason(mock), reason, name)
  }
})

t.test('a repeated parameter, and JSON where a form is due', async (t) => {
  shows(t, 'token.json-as-form')
  const mock = await startWorld(t)
  const post = (body: string) =>
    fetch(`${mock.url}/oauth2/token`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(mock.pool.client('web')) },
    })
  for (const [body, reason] of [
    ['grant_type=authorization_code&code=a&code=b', /token.single-values: code is there more than once/],
    ['grant_type=authorization_code&grant_type=refresh_token', /grant_type is there more than once/],
    ['{"grant_type":"authorization_code"}', /grant-type-given: .*is it a form/],
    [`grant_type=${'x'.repeat(200_000)}`, /token.form: the body cannot be read/],
  ] as const) {
    const answer = await post(body)
    t.equal(answer.status, 400, body.slice(0, 60))
    t.same(await answer.json(), { error: 'invalid_request' }, body.slice(0, 60))
    t.match(lastReason(mock), reason, body.slice(0, 60))
  }
})

t.test('a confidential client may use header or body, raw or form-encoded', async (t) => {
  shows(t, 'token.client-authentication')
  const fixture = demoFixture()
  Object.assign(fixture.pools[0]?.Clients?.[0] as object, { ClientSecret: 'with+plus_and_underscore+000000' })
  const mock = await startWorld(t, { fixture })
  const { id, secret = '' } = mock.pool.client('web')
  const fields = async () => ({
    grant_type: 'authorization_code',
    code: await freshCode(mock),
    redirect_uri: callback,
  })
  const raw = await postToken(mock, await fields(), basic({ id, secret }))
  t.equal(raw.status, 200, 'as curl sends it')
  const encoded = await postToken(mock, await fields(), basic({ id, secret: encodeURIComponent(secret) }))
  t.equal(encoded.status, 200, 'as strict libraries send it')
  const inBody = await postToken(mock, { ...(await fields()), client_id: id, client_secret: secret })
  t.equal(inBody.status, 200)
  const twice = await postToken(mock, { ...(await fields()), client_id: id }, basic({ id, secret }))
  t.equal(twice.status, 200, "as the samples of AWS send it: the header, and the client's id in the body")
  const malformed = await postToken(mock, await fields(), basic({ id, secret: '%E0%A4%A' }))
  t.same(malformed.body, { error: 'invalid_client', error_description: 'invalid_client_secret' })
})

t.test('trying one way of authentication and then the other does not lose the code', async (t) => {
  shows(t, 'token.two-attempts')
  const mock = await startWorld(t)
  const { id, secret } = mock.pool.client('web')
  const fields = { grant_type: 'authorization_code', code: await freshCode(mock), redirect_uri: callback }
  t.equal((await postToken(mock, { ...fields, client_id: id })).status, 400)
  t.equal((await postToken(mock, fields, basic({ id, secret: 'wrong' }))).status, 400)
  t.equal((await postToken(mock, fields, basic({ id, secret: secret as string }))).status, 200)
})

t.test(
  'a code is bound to its redirect URI, client and challenge, and a failed exchange uses it up',
  async (t) => {
    shows(t, 'token.unasked-verifier')
    const mock = await startWorld(t)
    const code_challenge = createHash('sha256').update('the-right-verifier').digest('base64url')
    const pkce = { code_challenge, code_challenge_method: 'S256' }
    const refuse = async (
      name: string,
      authorize: Record<string, string>,
      token: Record<string, string>,
      body: object,
      reason: RegExp,
    ) => {
      const code = await freshCode(mock, authorize)
      t.same((await exchange(mock, code, token)).body, body, name)
      t.match(lastReason(mock), reason, name)
      const again = await exchange(mock, code, { code_verifier: 'the-right-verifier' })
      t.same(again.body, { error: 'invalid_grant' }, `${name}: burnt`)
      t.match(lastReason(mock), /code.single-use: the code was used \d+ s ago by client mockwebclient/)
    }
    await refuse(
      'a slash too many',
      {},
      { redirect_uri: `${callback}/` },
      { error: 'unauthorized_client', error_description: 'invalid_redirect' },
      /code.redirect-uri: redirect_uri is .*callback\/, the authorize request had .*callback$/,
    )
    await refuse(
      'no verifier',
      pkce,
      {},
      { error: 'invalid_grant' },
      /pkce.verifier: code_verifier is missing/,
    )
    await refuse(
      'a wrong verifier',
      pkce,
      { code_verifier: 'wrong' },
      { error: 'invalid_grant' },
      /pkce.verifier: code_verifier does not fit: its S256 is .*, the code_challenge of the authorize request was /,
    )
    const proven = await exchange(mock, await freshCode(mock, pkce), { code_verifier: 'the-right-verifier' })
    t.equal(proven.status, 200)
    const unasked = await exchange(mock, await freshCode(mock), { code_verifier: 'nobody asked for one' })
    t.equal(unasked.status, 200, 'a verifier without a challenge is ignored')

    const spa = mock.pool.client('spa')
    const code = await freshCode(mock)
    const stolen = await postToken(mock, { ...grant, code, client_id: spa.id })
    t.same(stolen.body, { error: 'invalid_grant' })
    t.match(lastReason(mock), /code.client: the code was issued to client mockwebclient.*, and mockspaclient/)
    t.same(
      (await exchange(mock, code)).body,
      { error: 'invalid_grant' },
      "and the rightful client's is burnt",
    )
  },
)

t.test('the answer: no ID token without openid, all scopes of the client if none is named', async (t) => {
  shows(t, 'token.no-openid', 'authorize.all-scopes', 'authorize.nonce')
  const mock = await startWorld(t)
  const withoutOpenid = await exchange(mock, await freshCode(mock, { scope: 'orders/read' }))
  t.same(Object.keys(withoutOpenid.body), ['access_token', 'refresh_token', 'expires_in', 'token_type'])
  t.match(claimsOf(withoutOpenid.body.access_token as string), { scope: 'orders/read' })
  const all = await exchange(mock, await freshCode(mock, { scope: undefined }))
  t.equal(
    claimsOf(all.body.access_token as string).scope,
    'aws.cognito.signin.user.admin phone openid profile orders/read orders/write email',
  )
  t.same(Object.keys(all.body), ['id_token', 'access_token', 'refresh_token', 'expires_in', 'token_type'])
  const narrow = claimsOf((await freshTokens(mock, { scope: 'openid profile' })).id_token)
  t.notOk('email' in narrow, 'profile does not bring the e-mail address')
  t.notOk('nonce' in narrow, 'a nonce that was not sent is not there')
  t.equal(claimsOf((await freshTokens(mock, { nonce: 'n-ä 1' })).id_token).nonce, 'n-ä 1')
})

t.test(
  'lifetimes and revocation are those of the client, and a scope without its resource server is inactive',
  async (t) => {
    shows(t, 'tokens.origin-jti')
    const fixture = demoFixture()
    Object.assign(fixture.pools[0]?.Clients?.[0] as object, {
      AccessTokenValidity: 10,
      IdTokenValidity: 5,
      RefreshTokenValidity: 2,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'hours' },
      EnableTokenRevocation: false,
    })
    const mock = await startWorld(t, { fixture })
    const { body } = await exchange(mock, await freshCode(mock))
    const access = claimsOf(body.access_token as string)
    const id = claimsOf(body.id_token as string)
    t.equal(body.expires_in, 600)
    t.equal(Number(access.exp) - Number(access.iat), 600)
    t.equal(Number(id.exp) - Number(id.iat), 300)
    t.notOk('origin_jti' in id || 'jti' in id || 'origin_jti' in access)
    t.ok('jti' in access)
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token as string }
    await mock.pool.clock.advance('119m')
    t.equal((await postToken(mock, refresh, basic(mock.pool.client('web')))).status, 200)
    await mock.pool.clock.advance('61s')
    t.same((await postToken(mock, refresh, basic(mock.pool.client('web')))).body, { error: 'invalid_grant' })
    t.match(lastReason(mock), /refresh.lifetime: the refresh token expired \d+ s ago/)
  },
)

t.test('a client that says nothing about lifetimes has those of Cognito', async (t) => {
  shows(t, 'tokens.lifetimes')
  const mock = await startWorld(t)
  const tokens = await freshTokens(mock)
  for (const use of ['id_token', 'access_token'] as const) {
    const { exp, iat } = claimsOf(tokens[use])
    t.equal(Number(exp) - Number(iat), 3600, use)
  }
  const refresh = () =>
    postToken(
      mock,
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
      basic(mock.pool.client('web')),
    )
  await mock.pool.clock.advance('29d')
  await mock.pool.clock.advance('23h')
  t.equal((await refresh()).status, 200)
  await mock.pool.clock.advance('1h')
  t.same((await refresh()).body, { error: 'invalid_grant' })
})

t.test('parameters that belong elsewhere change nothing', async (t) => {
  shows(t, 'token.ignored-parameters')
  const mock = await startWorld(t)
  const stray = {
    resource: 'https://api.example.com',
    scope: 'openid nobodys',
    aws_client_metadata: '{"tenant":"acme"}',
    nonce: 'n',
    state: 's',
  }
  const scope = 'openid email'
  const first = await exchange(mock, await freshCode(mock, { scope }), stray)
  const refresh = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token as string }
  const second = await postToken(mock, { ...refresh, ...stray }, basic(mock.pool.client('web')))
  for (const { status, body } of [first, second]) {
    t.equal(status, 200)
    const access = claimsOf(body.access_token as string)
    t.equal(access.scope, scope)
    t.notOk('aud' in access || 'nonce' in claimsOf(body.id_token as string) || 'state' in body)
  }
  const withCharset = await fetch(`${mock.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(refresh).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      ...basic(mock.pool.client('web')),
    },
  })
  t.equal(withCharset.status, 200, 'so does the charset of a form')
})

t.test('a refresh keeps the login and renews the tokens, without a new refresh token', async (t) => {
  shows(t, 'token.refresh-answer', 'tokens.auth-time', 'tokens.no-nonce-on-refresh')
  const mock = await startWorld(t)
  const first = await freshTokens(mock, { nonce: 'n' })
  await mock.pool.clock.advance('10m')
  const web = mock.pool.client('web')
  const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
  const { status, body } = await postToken(mock, refresh, basic(web))
  t.equal(status, 200)
  t.same(Object.keys(body), ['id_token', 'access_token', 'expires_in', 'token_type'])
  for (const use of ['id_token', 'access_token'] as const) {
    const before = claimsOf(first[use])
    const after = claimsOf(body[use] as string)
    t.equal(after.auth_time, before.auth_time, `${use}: the user has not authenticated again`)
    t.equal(after.iss, before.iss)
    t.equal(after.scope, before.scope)
    t.equal(after.origin_jti, before.origin_jti)
    t.not(after.jti, before.jti)
    t.ok(Number(after.iat) - Number(before.iat) >= 600)
  }
  t.notOk('nonce' in claimsOf(body.id_token as string), 'the nonce belongs to the authorize request')

  const noSecret = await postToken(mock, { ...refresh, client_id: web.id })
  t.same(noSecret.body, { error: 'invalid_client', error_description: 'invalid_client_secret' })
  const stolen = await postToken(mock, { ...refresh, client_id: mock.pool.client('spa').id })
  t.same(stolen.body, { error: 'invalid_grant' })
  t.match(lastReason(mock), /refresh.client: the refresh token was issued to client mockwebclient/)
  t.equal((await postToken(mock, refresh, basic(web))).status, 200, 'none of this has used it up')
})

t.test('a user who is gone or disabled gets nothing, at any step', async (t) => {
  const mock = await startWorld(t)
  const web = mock.pool.client('web')
  const code = await freshCode(mock, {}, bob)
  const tokens = await freshTokens(mock, {}, bob)
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  await mock.pool.users.patch('bob', { enabled: false })
  t.same((await exchange(mock, code)).body, { error: 'invalid_grant' })
  t.match(lastReason(mock), /grant.user-active: bob is disabled/)
  t.same((await postToken(mock, refresh, basic(web))).body, { error: 'invalid_grant' })
  await mock.pool.users.delete('bob')
  t.same((await postToken(mock, refresh, basic(web))).body, { error: 'invalid_grant' })
  t.match(lastReason(mock), /grant.user-active: the user has been deleted/)
})

t.test('a client that cannot read what the scopes imply does not get tokens', async (t) => {
  const fixture = demoFixture()
  Object.assign(fixture.pools[0]?.Clients?.[0] as object, { ReadAttributes: ['email'] })
  const mock = await startWorld(t, { fixture })
  const { body } = await exchange(mock, await freshCode(mock, { scope: 'openid email' }))
  t.same(body, { error: 'invalid_grant' })
  t.match(
    lastReason(mock),
    /readable-attributes: scope openid email implies email_verified, which is not in the Read/,
  )
  const omitted = await exchange(mock, await freshCode(mock, { scope: undefined }))
  t.same(omitted.body, { error: 'invalid_grant' }, 'no scope at all means all of them')
  const openid = await freshTokens(mock, { scope: 'openid' })
  t.match(claimsOf(openid.id_token), { email: 'alice@example.com' })
  t.notOk('email_verified' in claimsOf(openid.id_token))
})

t.test('groups are in both tokens, by precedence', async (t) => {
  shows(t, 'tokens.groups')
  const fixture = demoFixture()
  const [pool] = fixture.pools
  pool?.Groups?.push(
    { GroupName: 'readers' },
    { GroupName: 'owners', Precedence: 0, RoleArn: 'arn:aws:iam::1:role/o' },
  )
  pool?.Users?.[0]?.Groups?.push('readers', 'owners')
  const mock: Mocknito = await startWorld(t, { fixture })
  const tokens = await freshTokens(mock)
  for (const use of ['id_token', 'access_token'] as const)
    t.same(claimsOf(tokens[use])['cognito:groups'], ['owners', 'admins', 'readers'])
  t.notOk('cognito:groups' in claimsOf((await freshTokens(mock, {}, bob)).id_token))
})

t.test('any origin may ask, and the preflight covers what Amplify sends', async (t) => {
  shows(t, 'token.preflight')
  const mock = await startWorld(t)
  for (const path of ['/oauth2/token', '/oauth2/userInfo', '/us-east-1_LocalPool/.well-known/jwks.json']) {
    const answer = await fetch(`${mock.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-amz-user-agent',
      },
    })
    t.equal(answer.status, 204, path)
    t.equal(answer.headers.get('access-control-allow-origin'), '*', path)
    t.match(
      answer.headers.get('access-control-allow-headers'),
      /authorization, content-type, x-amz-user-agent/,
      path,
    )
    t.notOk(answer.headers.has('access-control-allow-credentials'), path)
  }
})
