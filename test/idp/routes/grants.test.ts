// Machines, rotation and two secrets: what the token endpoint does for clients that are set up for it.
import t from 'tap'
import { demoWith, demoWithClient } from '../../support/fixtures.ts'
import { basic, claimsOf, exchange, freshCode, freshTokens, postToken } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const machineGrant = { grant_type: 'client_credentials' }

t.test('a machine gets an access token of its own, with custom scopes and nothing else', async (t) => {
  shows(t, 'token.machine-answer', 'tokens.machine-claims')
  const mock = await startWorld(t)
  const machine = mock.pool.client('machine')
  const { status, body } = await postToken(mock, machineGrant, basic(machine))
  t.equal(status, 200)
  t.same(Object.keys(body), ['access_token', 'expires_in', 'token_type'])
  const claims = claimsOf(body.access_token as string)
  t.same(Object.keys(claims), [
    'sub',
    'token_use',
    'scope',
    'auth_time',
    'iss',
    'exp',
    'iat',
    'version',
    'jti',
    'client_id',
  ])
  t.match(claims, {
    sub: machine.id,
    client_id: machine.id,
    scope: 'orders/read orders/write',
    iss: mock.pool.issuer,
    version: 2,
  })
  const narrow = await postToken(mock, { ...machineGrant, scope: 'orders/write' }, basic(machine))
  t.equal(claimsOf(narrow.body.access_token as string).scope, 'orders/write')
  const inBody = { ...machineGrant, client_id: machine.id, client_secret: machine.secret as string }
  t.equal((await postToken(mock, { ...inBody, aws_client_metadata: '{"tenant":"acme"}' })).status, 200)

  const userInfo = await fetch(`${mock.url}/oauth2/userInfo`, {
    headers: { authorization: `Bearer ${body.access_token}` },
  })
  t.equal(userInfo.status, 401, 'there is no user to tell about')
  t.match(lastReason(mock), /userinfo.access-token/)
})

t.test('what a machine is refused', async (t) => {
  const fixture = demoWith((pool) => {
    pool.Clients?.push({
      ClientId: 'scopeless',
      ClientName: 'scopeless',
      ClientSecret: 's'.repeat(30),
      AllowedOAuthFlows: ['client_credentials'],
    })
  })
  const mock = await startWorld(t, { fixture })
  const machine = basic(mock.pool.client('machine'))
  for (const [name, fields, headers, error, reason] of [
    [
      'an unknown scope',
      { scope: 'orders/steal' },
      machine,
      'invalid_scope',
      /machine-scope: scope orders\/steal is not/,
    ],
    [
      'a standard scope',
      { scope: 'openid' },
      machine,
      'invalid_scope',
      /scope openid is not one that client machine/,
    ],
    [
      'a client without a custom scope',
      {},
      basic(mock.pool.client('scopeless')),
      'invalid_scope',
      /client scopeless has no custom scope, and machines get no others/,
    ],
    ['metadata that is no JSON', { aws_client_metadata: '{' }, machine, 'invalid_request', /client-metadata/],
    [
      'metadata that is no object',
      { aws_client_metadata: '["a"]' },
      machine,
      'invalid_request',
      /not a JSON object/,
    ],
    [
      'metadata of other things',
      { aws_client_metadata: '{"a":1}' },
      machine,
      'invalid_request',
      /of strings/,
    ],
    [
      'a public client',
      { client_id: mock.pool.client('spa').id },
      {},
      'invalid_scope',
      /machine-secret: client spa is public, and only a client with a secret can be a machine/,
    ],
    [
      'a client without the flow',
      {},
      basic(mock.pool.client('web')),
      'unauthorized_client',
      /grant_type=client_credentials needs the OAuth flow client_credentials; client web has code/,
    ],
  ] as const) {
    const { status, body } = await postToken(mock, { ...machineGrant, ...fields }, headers)
    t.equal(status, 400, name)
    t.same(body, { error }, name)
    t.match(lastReason(mock), reason, name)
  }
})

const rotating = (graceSeconds?: number) =>
  demoWithClient({
    RefreshTokenRotation: {
      Feature: 'ENABLED',
      ...(graceSeconds !== undefined && { RetryGracePeriodSeconds: graceSeconds }),
    },
    RefreshTokenValidity: 1,
    EnableTokenRevocation: false,
  })

t.test('a rotated refresh token gives way to one that expires when the first would have', async (t) => {
  shows(t, 'token.rotation')
  const mock = await startWorld(t, { fixture: rotating() })
  const web = mock.pool.client('web')
  const refresh = (refresh_token: string) =>
    postToken(mock, { grant_type: 'refresh_token', refresh_token }, basic(web))
  const first = await freshTokens(mock)
  await mock.pool.clock.advance('12h')
  const second = await refresh(first.refresh_token)
  t.same(Object.keys(second.body), ['id_token', 'access_token', 'refresh_token', 'expires_in', 'token_type'])
  t.not(second.body.refresh_token, first.refresh_token)
  const { origin_jti, auth_time } = claimsOf(first.access_token)
  t.match(origin_jti, /^[0-9a-f-]{36}$/, 'rotation names the login, whatever revocation does')
  t.match(claimsOf(second.body.access_token as string), { origin_jti, auth_time }, 'it is the same login')

  await mock.pool.clock.advance('5s')
  t.same((await refresh(first.refresh_token)).body, { error: 'invalid_grant' }, 'the old one is dead at once')
  t.match(
    lastReason(mock),
    /refresh.rotation: the refresh token was replaced [56] s ago; the grace period .* is 0 s/,
  )
  const third = await refresh(second.body.refresh_token as string)
  t.equal(third.status, 200, 'which does not end the new one')
  await mock.pool.clock.advance('12h')
  t.same((await refresh(third.body.refresh_token as string)).body, { error: 'invalid_grant' })
  t.match(lastReason(mock), /refresh.lifetime: the refresh token expired/)
})

t.test('within the grace period the old one works again', async (t) => {
  shows(t, 'token.rotation-grace')
  const mock = await startWorld(t, { fixture: rotating(60) })
  const { refresh_token } = await freshTokens(mock)
  const refresh = () =>
    postToken(mock, { grant_type: 'refresh_token', refresh_token }, basic(mock.pool.client('web')))
  t.equal((await refresh()).status, 200)
  await mock.pool.clock.advance('59s')
  t.equal((await refresh()).status, 200)
  await mock.pool.clock.advance('2s')
  t.equal((await refresh()).status, 400)
})

t.test('while secrets are rotated, both are good', async (t) => {
  shows(t, 'token.two-secrets')
  const old = 'o'.repeat(30)
  const fixture = demoWithClient({
    ClientSecrets: [{ ClientSecretValue: old }],
  })
  const mock = await startWorld(t, { fixture })
  const { id, secret } = mock.pool.client('web')
  for (const [one, status] of [
    [secret, 200],
    [old, 200],
    ['neither', 400],
  ] as const) {
    const fields = {
      grant_type: 'authorization_code',
      code: await freshCode(mock),
      redirect_uri: 'http://localhost:9401/auth/callback',
    }
    t.equal((await postToken(mock, fields, basic({ id, secret: one as string }))).status, status)
  }
})

t.test('roles of groups: all of them, and the one that comes first if that is clear', async (t) => {
  shows(t, 'tokens.roles')
  const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
  const claims = async (groups: { GroupName: string; Precedence?: number; RoleArn?: string }[]) => {
    const fixture = demoWith((pool) => {
      pool.Groups = groups
      Object.assign(pool.Users?.[0] as object, { Groups: groups.map(({ GroupName }) => GroupName) })
    })
    const mock = await startWorld(t, { fixture })
    const tokens = await freshTokens(mock)
    t.notOk('cognito:roles' in claimsOf(tokens.access_token), 'roles are in the ID token only')
    return claimsOf(tokens.id_token)
  }
  t.match(
    await claims([
      { GroupName: 'late', Precedence: 5, RoleArn: role('late') },
      { GroupName: 'plain', Precedence: 0 },
      { GroupName: 'early', Precedence: 1, RoleArn: role('early') },
    ]),
    {
      'cognito:groups': ['plain', 'early', 'late'],
      'cognito:roles': [role('early'), role('late')],
      'cognito:preferred_role': role('early'),
    },
  )
  const tied = await claims([
    { GroupName: 'one', Precedence: 1, RoleArn: role('one') },
    { GroupName: 'other', Precedence: 1, RoleArn: role('other') },
  ])
  t.notOk('cognito:preferred_role' in tied, 'two roles of one precedence leave it open')
  const none = await claims([{ GroupName: 'plain' }])
  t.notOk('cognito:roles' in none || 'cognito:preferred_role' in none)
})

t.test('attributes that are more than strings in the ID token', async (t) => {
  shows(t, 'tokens.attribute-types')
  const identities = [{ userId: '1', providerName: 'Google', primary: 'true' }]
  const fixture = demoWith((pool) => {
    Object.assign(pool.Users?.[0] as object, {
      Attributes: {
        email: 'alice@example.com',
        address: '1 Main Street',
        'custom:seats': 7,
        phone_number_verified: false,
        identities: JSON.stringify(identities),
      },
    })
    Object.assign(pool.Users?.[1] as object, { Attributes: { identities: 'not JSON' } })
  })
  const mock = await startWorld(t, { fixture })
  const all = claimsOf((await freshTokens(mock, { scope: 'openid' })).id_token)
  t.match(all, {
    address: { formatted: '1 Main Street' },
    'custom:seats': '7',
    phone_number_verified: false,
    identities,
  })
  const bob = { username: 'bob', password: 'Passw0rd!' }
  t.equal(claimsOf((await freshTokens(mock, { scope: 'openid' }, bob)).id_token).identities, 'not JSON')
})

t.test('a login bound to a resource keeps it through refreshes', async (t) => {
  shows(t, 'tokens.no-audience', 'authorize.resource-anywhere')
  const mock = await startWorld(t)
  const resource = 'https://api.example.com/orders'
  const { body } = await exchange(mock, await freshCode(mock, { resource }))
  t.equal(claimsOf(body.access_token as string).aud, resource)
  t.equal(claimsOf(body.id_token as string).aud, mock.pool.client('web').id)
  const refreshed = await postToken(
    mock,
    { grant_type: 'refresh_token', refresh_token: body.refresh_token as string },
    basic(mock.pool.client('web')),
  )
  t.equal(claimsOf(refreshed.body.access_token as string).aud, resource)
  t.notOk('aud' in claimsOf((await freshTokens(mock)).access_token), 'no other access token has one')
})
