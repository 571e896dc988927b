// The pre-token-generation hook on the wire: what it is told, what it can change in which token, what it cannot, and what
// becomes of those whose hook fails. Where the function may be is test/idp/hooks.test.ts.
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import type { Jwks } from 'aws-jwt-verify/jwk'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import t, { type Test } from 'tap'
import type { Fixture } from '../../src/idp/fixture/fixture.ts'
import type {
  LambdaHandler,
  PreTokenGenerationEvent,
  StartedMocknito,
  VersionedHandler,
} from '../../src/index.ts'
import { alice, type Browser, bob, createBrowser } from '../support/browser.ts'
import { demoWith, demoWithClient } from '../support/fixtures.ts'
import {
  authorizeUrl,
  basic,
  claimsOf,
  exchange,
  freshCode,
  freshTokens,
  postToken,
  type TokenAnswer,
} from '../support/oauth.ts'
import { lastReason, shows, startWorld } from '../support/world.ts'

type Version = VersionedHandler['version']
type Response = PreTokenGenerationEvent['response']

/** A mock whose hook always gives this response. */
const withResponse = (t: Test, version: Version, response: unknown, fixture?: Fixture) =>
  withHandler(
    t,
    version,
    async function answering(event) {
      return { ...event, response }
    },
    fixture,
  )

const withHandler = (t: Test, version: Version, handler: LambdaHandler, fixture?: Fixture) =>
  startWorld(t, {
    hooks: { preTokenGeneration: { version, handler } },
    ...(fixture !== undefined && { fixture }),
  })

/** A hook that changes nothing and remembers what it was told. */
function listener(): { handler: LambdaHandler; events: PreTokenGenerationEvent[] } {
  const events: PreTokenGenerationEvent[] = []
  const handler = async (event: PreTokenGenerationEvent) => {
    events.push(structuredClone(event))
    return event
  }
  return { handler, events }
}

const refresh = (mock: StartedMocknito, refresh_token: string) =>
  postToken(mock, { grant_type: 'refresh_token', refresh_token }, basic(mock.pool.client('web')))

const machine = (mock: StartedMocknito, fields: Record<string, string> = {}) =>
  postToken(mock, { grant_type: 'client_credentials', ...fields }, basic(mock.pool.client('machine')))

const implicitDemo = () => demoWithClient({ AllowedOAuthFlows: ['code', 'implicit'] })

/** What the implicit grant brings, behind the `#`. */
async function fragmentOf(
  mock: StartedMocknito,
  browser: Browser = createBrowser(),
): Promise<URLSearchParams> {
  const page = await browser.follow(authorizeUrl(mock, { response_type: 'token' }))
  const { location } = await browser.submit(page, { ...alice })
  return new URLSearchParams(location?.hash.slice(1))
}

/** The access token of alice and what is in it, by version and response. */
async function tokensWith(t: Test, version: Version, response: unknown, fixture?: Fixture) {
  const mock = await withResponse(t, version, response, fixture)
  const { id_token, access_token } = await freshTokens(mock)
  return { mock, id: claimsOf(id_token), access: claimsOf(access_token) }
}

const usersEvent = (mock: StartedMocknito, version: string, triggerSource: string) => ({
  version,
  triggerSource,
  region: 'us-east-1',
  userPoolId: 'us-east-1_LocalPool',
  userName: 'alice',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: mock.pool.client('web').id },
  request: {
    userAttributes: {
      sub: '5f6cfd8d-0000-0000-0000-000000000000',
      'cognito:user_status': 'CONFIRMED',
      email: 'alice@example.com',
      email_verified: 'true',
    },
    groupConfiguration: { groupsToOverride: ['admins'], iamRolesToOverride: [], preferredRole: null },
    ...(version !== '1' && { scopes: ['openid', 'email', 'profile'] }),
  },
  response: version === '1' ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null },
})

t.test('what a hook is told of a user: each version, each way to tokens', async (t) => {
  shows(t, 'hook.asked', 'hook.event')
  for (const [version, number] of [
    ['V1_0', '1'],
    ['V2_0', '2'],
    ['V3_0', '3'],
  ] as const) {
    const { handler, events } = listener()
    const mock = await withHandler(t, version, handler, implicitDemo())
    const browser = createBrowser()
    const code = (await browser.signIn(authorizeUrl(mock), alice)).searchParams.get('code') as string
    t.equal(events.length, 1, 'it is asked while the user signs in')
    const { body } = await exchange(mock, code)
    t.equal(events.length, 1, 'and not when the code is exchanged')
    await refresh(mock, body.refresh_token as string)
    await browser.get(authorizeUrl(mock))
    await fragmentOf(mock)
    const { sub, ...rest } = claimsOf(body.id_token as string)
    t.match(rest, { email: 'alice@example.com', 'cognito:groups': ['admins'] }, 'an echo changes nothing')
    t.strictSame(
      events,
      ['HostedAuth', 'RefreshTokens', 'HostedAuth', 'HostedAuth'].map((source) => {
        const event = usersEvent(mock, number, `TokenGeneration_${source}`)
        event.request.userAttributes.sub = sub as string
        return event
      }),
      version,
    )
  }
})

t.test('what a hook is told of groups with roles', async (t) => {
  const { handler, events } = listener()
  const fixture = demoWith((pool) => {
    pool.Groups = [
      { GroupName: 'admins', Precedence: 1, RoleArn: 'arn:aws:iam::123456789012:role/admin' },
      { GroupName: 'staff', Precedence: 2, RoleArn: 'arn:aws:iam::123456789012:role/staff' },
    ]
    Object.assign(pool.Users?.[0] as object, { Groups: ['staff', 'admins'] })
  })
  const mock = await withHandler(t, 'V1_0', handler, fixture)
  await freshCode(mock)
  t.strictSame(events[0]?.request.groupConfiguration, {
    groupsToOverride: ['admins', 'staff'],
    iamRolesToOverride: ['arn:aws:iam::123456789012:role/admin', 'arn:aws:iam::123456789012:role/staff'],
    preferredRole: 'arn:aws:iam::123456789012:role/admin',
  })
})

t.test('what a hook is told of a machine, which it is in version 3 only', async (t) => {
  const { handler, events } = listener()
  const mock = await withHandler(t, 'V3_0', handler)
  await machine(mock, { scope: 'orders/read', aws_client_metadata: '{"tenant":"acme"}' })
  await machine(mock)
  const event = {
    version: '3',
    triggerSource: 'TokenGeneration_ClientCredentials',
    region: 'us-east-1',
    userPoolId: 'us-east-1_LocalPool',
    userName: 'ClientCredentials',
    callerContext: {
      awsSdkVersion: 'aws-sdk-unknown-unknown',
      clientId: mock.pool.client('machine').id,
    },
    request: { userAttributes: {}, groupConfiguration: null, scopes: ['orders/read'] },
    response: { claimsAndScopeOverrideDetails: null },
  }
  t.strictSame(events, [
    { ...event, request: { ...event.request, clientMetadata: { tenant: 'acme' } } },
    { ...event, request: { ...event.request, scopes: ['orders/read', 'orders/write'] } },
  ])

  for (const version of ['V1_0', 'V2_0'] as const) {
    const other = listener()
    const older = await withHandler(t, version, other.handler)
    t.equal((await machine(older)).status, 200)
    t.strictSame(other.events, [], `${version} is not asked`)
    t.equal(
      lastReason(older),
      `hook.machine: the hook function handler was not asked: it gets events of ${version}, and machines have them in V3_0 only (LambdaVersion)`,
    )
  }
})

t.test('version 1 changes the ID token, and the groups of both', async (t) => {
  shows(t, 'hook.version-one')
  const { id, access } = await tokensWith(t, 'V1_0', {
    claimsOverrideDetails: {
      claimsToAddOrOverride: { tenant: 'acme', email: 'other@example.com', name: 'Alice' },
      claimsToSuppress: ['name', 'email_verified'],
      groupOverrideDetails: { groupsToOverride: ['editors'], iamRolesToOverride: [], preferredRole: null },
    },
  } satisfies Response)
  t.match(id, { tenant: 'acme', email: 'other@example.com', 'cognito:groups': ['editors'] })
  t.notOk('name' in id, 'suppression beats override')
  t.notOk('email_verified' in id)
  t.strictSame(access['cognito:groups'], ['editors'])
  t.notOk('tenant' in access)
  t.equal(access.scope, 'openid profile email')
})

t.test('claims keep their place, and new ones come last', async (t) => {
  const plain = await startWorld(t)
  const { id_token } = await freshTokens(plain)
  const { id } = await tokensWith(t, 'V1_0', {
    claimsOverrideDetails: { claimsToAddOrOverride: { tenant: 'acme', email_verified: 'false' } },
  })
  t.strictSame(Object.keys(id), [...Object.keys(claimsOf(id_token)), 'tenant'])
  t.equal(id.email_verified, false, 'and what is a boolean in the ID token is one still')
})

const everything = {
  claimsAndScopeOverrideDetails: {
    idTokenGeneration: {
      claimsToAddOrOverride: { tenant: { id: 7, tags: ['a', { b: null }] }, level: 3, isBeta: true },
      claimsToSuppress: ['email'],
    },
    accessTokenGeneration: {
      claimsToAddOrOverride: { tenant: { id: 7 }, mixed: ['a', 1, false] },
      scopesToAdd: ['photos/read', 'MyAPI.read', 'openid'],
      scopesToSuppress: ['profile'],
    },
    groupOverrideDetails: {
      groupsToOverride: ['editors', 'readers'],
      iamRolesToOverride: ['arn:aws:iam::123456789012:role/editor'],
      preferredRole: 'arn:aws:iam::123456789012:role/editor',
    },
  },
} satisfies Response

t.test('versions 2 and 3 change both tokens, with values of every kind, and the scopes', async (t) => {
  shows(t, 'hook.version-two')
  for (const version of ['V2_0', 'V3_0'] as const) {
    const { id, access } = await tokensWith(t, version, everything)
    t.match(id, {
      tenant: { id: 7, tags: ['a', { b: null }] },
      level: 3,
      isBeta: true,
      'cognito:groups': ['editors', 'readers'],
      'cognito:roles': ['arn:aws:iam::123456789012:role/editor'],
      'cognito:preferred_role': 'arn:aws:iam::123456789012:role/editor',
    })
    t.notOk('email' in id)
    t.match(access, {
      tenant: { id: 7 },
      mixed: ['a', 1, false],
      scope: 'openid photos/read MyAPI.read email',
      'cognito:groups': ['editors', 'readers'],
    })
    t.notOk('cognito:roles' in access)
  }
})

t.test('every way to tokens brings what the hook says', async (t) => {
  const mock = await withResponse(t, 'V3_0', everything, implicitDemo())
  const { refresh_token } = await freshTokens(mock)
  const refreshed = (await refresh(mock, refresh_token)).body
  const fragment = await fragmentOf(mock)
  for (const [way, id, access] of [
    ['refresh', refreshed.id_token, refreshed.access_token],
    ['implicit', fragment.get('id_token'), fragment.get('access_token')],
  ] as const) {
    t.match(claimsOf(id as string), { level: 3, 'cognito:groups': ['editors', 'readers'] }, way)
    t.match(claimsOf(access as string), { tenant: { id: 7 }, mixed: ['a', 1, false] }, way)
  }
  const { body } = await machine(mock)
  const token = claimsOf(body.access_token as string)
  t.match(token, { tenant: { id: 7 }, scope: 'openid orders/read orders/write photos/read MyAPI.read' })
  t.notOk('cognito:groups' in token, 'a machine is in no group')
  t.notOk('id_token' in body)

  const late = await startWorld(t, {
    hooks: {
      preTokenGeneration: { version: 'V3_0', handler: async (event) => ({ ...event, response: everything }) },
    },
    switches: { 'hook-of-code-grant': 'exchange' },
  })
  t.match(claimsOf((await freshTokens(late)).id_token), { level: 3 }, 'asked at the exchange')
})

t.test('what the hook changed is signed: jose and aws-jwt-verify accept it', async (t) => {
  const hooks = {
    preTokenGeneration: {
      version: 'V3_0',
      handler: async (event: PreTokenGenerationEvent) => ({ ...event, response: everything }),
    } as const,
  }
  const local = await startWorld(t, { hooks })
  const tokens = await freshTokens(local)
  const keys = createRemoteJWKSet(new URL(local.pool.jwksUri))
  const verified = await jwtVerify(tokens.access_token, keys, { issuer: local.pool.issuer })
  t.strictSame(verified.payload.mixed, ['a', 1, false])

  const aws = await startWorld(t, { hooks, issuer: 'aws' })
  const clientId = aws.pool.client('web').id
  const verifier = CognitoJwtVerifier.create({ userPoolId: aws.pool.id, clientId, tokenUse: null })
  verifier.cacheJwks((await (await fetch(aws.pool.jwksUri)).json()) as Jwks)
  const { access_token, id_token } = await freshTokens(aws)
  t.match(
    await verifier.verify(access_token, {
      tokenUse: 'access',
      scope: 'photos/read',
      groups: 'editors',
      clientId,
    }),
    {
      tenant: { id: 7 },
    },
  )
  t.match(await verifier.verify(id_token, { tokenUse: 'id', groups: 'readers', clientId }), { level: 3 })
})

t.test('userInfo goes by the scopes that the hook left', async (t) => {
  shows(t, 'hook.scope-claim')
  const askedWith = async (scopesToSuppress: string[]) => {
    const mock = await withResponse(t, 'V2_0', {
      claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToSuppress } },
    })
    const { access_token, id_token } = await freshTokens(mock)
    t.equal(claimsOf(id_token).email, 'alice@example.com', 'the ID token goes by what was asked for')
    return fetch(`${mock.url}/oauth2/userInfo`, { headers: { authorization: `Bearer ${access_token}` } })
  }
  t.match(await (await askedWith([])).json(), { email: 'alice@example.com' })
  t.notOk('email' in ((await (await askedWith(['email'])).json()) as object))
  t.equal((await askedWith(['openid'])).status, 401)
})

t.test('the scopes of the login stay those that were granted', async (t) => {
  const { handler, events } = listener()
  const adding: LambdaHandler = async (event) => {
    await handler(event, {}, {})
    return {
      ...event,
      response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToAdd: ['x/y'] } } },
    }
  }
  const mock = await withHandler(
    t,
    'V2_0',
    adding,
    demoWithClient({ RefreshTokenRotation: { Feature: 'ENABLED' } }),
  )
  const { refresh_token } = await freshTokens(mock)
  const again = await refresh(mock, refresh_token)
  await refresh(mock, again.body.refresh_token as string)
  t.strictSame(
    events.map(({ request }) => request.scopes),
    Array(3).fill(['openid', 'email', 'profile']),
  )
})

t.test('groups: who says nothing of them keeps them, who says nothing in them loses them', async (t) => {
  shows(t, 'hook.groups')
  const groupsWith = async (version: Version, details: object) => {
    const key = version === 'V1_0' ? 'claimsOverrideDetails' : 'claimsAndScopeOverrideDetails'
    const { id, access } = await tokensWith(t, version, { [key]: details })
    t.strictSame(access['cognito:groups'], id['cognito:groups'])
    return id['cognito:groups']
  }
  for (const version of ['V1_0', 'V2_0'] as const) {
    t.strictSame(await groupsWith(version, {}), ['admins'])
    t.strictSame(await groupsWith(version, { groupOverrideDetails: null }), undefined)
    t.strictSame(await groupsWith(version, { groupOverrideDetails: {} }), undefined)
    t.strictSame(await groupsWith(version, { groupOverrideDetails: { groupsToOverride: null } }), undefined)
  }
})

t.test(
  'what is suppressed is gone from its token, even if it is overridden; groups take the roles with them',
  async (t) => {
    shows(t, 'hook.suppression')
    const details = (claimsToSuppress: string[]) => ({
      claimsAndScopeOverrideDetails: {
        idTokenGeneration: { claimsToAddOrOverride: { email: 'other@example.com' }, claimsToSuppress },
        groupOverrideDetails: {
          groupsToOverride: ['editors'],
          iamRolesToOverride: ['arn:aws:iam::123456789012:role/editor'],
          preferredRole: 'arn:aws:iam::123456789012:role/editor',
        },
      },
    })
    const { id, access } = await tokensWith(t, 'V2_0', details(['cognito:groups', 'email']))
    t.notOk(Object.keys(id).some((name) => /groups|role|email$/.test(name)))
    t.strictSame(access['cognito:groups'], ['editors'])
    const kept = await tokensWith(t, 'V2_0', details(['cognito:roles', 'cognito:preferred_role']))
    t.strictSame(kept.id['cognito:roles'], ['arn:aws:iam::123456789012:role/editor'])
    t.match(
      lastReason(kept.mock),
      /hook.reserved-claims: .* in vain for cognito:roles \(ID token\), cognito:preferred_role \(ID token\): /,
    )
  },
)

/** AWS's table of what cannot be added, modified or suppressed. */
const reserved = [
  'acr',
  'amr',
  'at_hash',
  'aud',
  'auth_time',
  'azp',
  'client_id',
  'cognito:anything',
  'cognito:username',
  'device_key',
  'event_id',
  'exp',
  'iat',
  'identities',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'origin_jti',
  'scope',
  'sub',
  'token_use',
  'username',
  'version',
] as const

t.test('reserved claims stay as they are; the wire says nothing, the log names them', async (t) => {
  shows(t, 'hook.reserved-claims')
  const claims = Object.fromEntries(reserved.map((name) => [name, 'mine']))
  const touched = { claimsToAddOrOverride: claims, claimsToSuppress: [...reserved] }
  const plain = await startWorld(t)
  const untouched = await freshTokens(plain)
  const { mock, id, access } = await tokensWith(t, 'V2_0', {
    claimsAndScopeOverrideDetails: { idTokenGeneration: touched, accessTokenGeneration: touched },
  })
  t.strictSame(Object.keys(id), Object.keys(claimsOf(untouched.id_token)))
  t.strictSame(Object.keys(access), Object.keys(claimsOf(untouched.access_token)))
  for (const claim of [...Object.values(id), ...Object.values(access)]) t.not(claim, 'mine')
  const names = (token: string) => reserved.map((name) => `${name} (${token} token)`)
  t.equal(
    lastReason(mock),
    `hook.reserved-claims: the hook function answering asked in vain for ${[...names('ID'), ...names('access')].join(', ')}: Cognito lets no hook touch these claims`,
  )
  const [signIn] = mock.exchanges().filter(({ method }) => method === 'POST')
  t.match(signIn, { path: '/login', status: 302 })
})

t.test('an access token can be given an aud, if it is the client and there is none yet', async (t) => {
  shows(t, 'hook.audience')
  const audience = (aud: string) => ({
    claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: { aud } } },
  })
  const { id: clientId } = (await startWorld(t)).pool.client('web')
  t.equal((await tokensWith(t, 'V2_0', audience(clientId))).access.aud, clientId)
  const other = await tokensWith(t, 'V2_0', audience('somebody else'))
  t.notOk('aud' in other.access)
  t.match(lastReason(other.mock), /in vain for aud \(access token\)/)
  const bound = await withResponse(t, 'V2_0', audience(clientId))
  const { access_token } = await freshTokens(bound, { resource: 'https://api.example.com' })
  t.equal(claimsOf(access_token).aud, 'https://api.example.com')
})

t.test('attributes of a developer can be suppressed, nothing else', async (t) => {
  const fixture = demoWith((pool) => {
    Object.assign(pool.Users?.[0] as object, { Attributes: { 'dev:one': '1', 'dev:two': '2' } })
  })
  const mock = await withResponse(
    t,
    'V1_0',
    {
      claimsOverrideDetails: {
        claimsToAddOrOverride: { 'dev:two': 'mine', 'dev:new': 'mine' },
        claimsToSuppress: ['dev:one'],
      },
    },
    fixture,
  )
  const id = claimsOf((await freshTokens(mock, { scope: 'openid' })).id_token)
  t.strictSame([id['dev:one'], id['dev:two'], id['dev:new']], [undefined, '2', undefined])
  t.match(lastReason(mock), /in vain for dev:two \(ID token\), dev:new \(ID token\)/)
})

t.test('claims that have a type in the ID token keep it', async (t) => {
  shows(t, 'hook.typed-claims')
  const claims = {
    address: '2 Side Street',
    phone_number_verified: 'true',
    email_verified: false,
    updated_at: [1],
  }
  const { mock, id } = await tokensWith(t, 'V2_0', {
    claimsAndScopeOverrideDetails: { idTokenGeneration: { claimsToAddOrOverride: claims } },
  })
  t.match(id, {
    address: { formatted: '2 Side Street' },
    phone_number_verified: true,
    email_verified: false,
  })
  t.notOk('updated_at' in id)
  t.match(lastReason(mock), /in vain for updated_at \(ID token\)/)
})

t.test('what has no effect is named in the log', async (t) => {
  const named = async (version: Version, response: unknown) =>
    lastReason((await tokensWith(t, version, response)).mock)
  t.equal(
    await named('V1_0', { claimsAndScopeOverrideDetails: { idTokenGeneration: {} } }),
    'hook.response-keys: the hook function answering asked in vain for response.claimsAndScopeOverrideDetails: the response to an event of V1_0 has no such key',
  )
  t.match(
    await named('V2_0', {
      claimsOverrideDetails: {},
      claimsAndScopeOverrideDetails: {
        claimsToAddOrOverride: {},
        idTokenGeneration: { scopesToAdd: [] },
        accessTokenGeneration: { claimsToSupress: [] },
        groupOverrideDetails: { groups: [] },
      },
    }),
    'in vain for response.claimsOverrideDetails, claimsAndScopeOverrideDetails.claimsToAddOrOverride, idTokenGeneration.scopesToAdd, accessTokenGeneration.claimsToSupress, groupOverrideDetails.groups:',
  )
  const blanks = await tokensWith(t, 'V2_0', {
    claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToAdd: ['two words', '', 'one'] } },
  })
  t.equal(blanks.access.scope, 'openid profile one email')
  t.match(lastReason(blanks.mock), /hook.scopes: .* in vain for "two words", "": a scope has no blank in it/)
})

t.test('a response that asks for nothing changes nothing', async (t) => {
  for (const [version, response] of [
    ['V1_0', {}],
    ['V1_0', { claimsOverrideDetails: null }],
    ['V2_0', { claimsAndScopeOverrideDetails: {} }],
    [
      'V2_0',
      {
        claimsAndScopeOverrideDetails: {
          idTokenGeneration: null,
          accessTokenGeneration: { claimsToAddOrOverride: null, claimsToSuppress: null, scopesToAdd: null },
        },
      },
    ],
  ] as const) {
    const { mock, id, access } = await tokensWith(t, version, response)
    t.match(id, { email: 'alice@example.com', 'cognito:groups': ['admins'] })
    t.equal(access.scope, 'openid profile email')
    t.notOk(
      mock
        .exchanges()
        .some(({ verdicts }) => verdicts.some(({ rule, holds }) => /^hook/.test(rule) && !holds)),
    )
  }
})

t.test('hostile names stay names', async (t) => {
  const { id } = await tokensWith(
    t,
    'V2_0',
    JSON.parse(
      '{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"__proto__":{"admin":true},"constructor":"x"},"claimsToSuppress":["__proto__no","toString"]}}}',
    ),
  )
  t.equal(({} as { admin?: boolean }).admin, undefined)
  t.ok(Object.hasOwn(id, '__proto__'))
  t.equal(id.constructor, 'x')
})

const bad = (details: unknown, key = 'claimsAndScopeOverrideDetails') => ({ [key]: details })
const badId = (token: unknown) => bad({ idTokenGeneration: token })
const badAccess = (token: unknown) => bad({ accessTokenGeneration: token })

t.test('answers that are none: Unrecognizable lambda output', async (t) => {
  shows(t, 'hook.output')
  let respond: (event: object) => unknown = (event) => event
  const answering: LambdaHandler = async (event) => respond(event)
  const mocks = {
    V1_0: await withHandler(t, 'V1_0', answering),
    V2_0: await withHandler(t, 'V2_0', answering),
  }
  for (const [name, version, answer, reason] of [
    ['nothing', 'V1_0', () => undefined, 'answered null, expected the event with its response filled in'],
    ['null', 'V1_0', () => null, 'answered null, expected the event'],
    ['a list', 'V1_0', () => [], 'answered a list, expected the event'],
    ['text', 'V1_0', () => 'ok', 'answered a string, expected the event'],
    ['a number', 'V1_0', () => 1, 'answered a number, expected the event'],
    [
      'the response alone',
      'V1_0',
      () => ({ response: {} }),
      'answered without version, region, userPoolId, userName, callerContext, expected the event',
    ],
    ['no response', 'V1_0', (event: object) => ({ ...event, response: null }), 'answered without response'],
    [
      'a response that is text',
      'V1_0',
      (event: object) => ({ ...event, response: 'x' }),
      'response as a string, expected an obj',
    ],
    ['a list of details', 'V2_0', bad([]), 'claimsAndScopeOverrideDetails as a list, expected an object'],
    ['a list for a token', 'V2_0', badId([]), 'idTokenGeneration as a list'],
    ['text for a token', 'V2_0', badAccess('x'), 'accessTokenGeneration as a string'],
    ['a list of claims', 'V2_0', badId({ claimsToAddOrOverride: ['a'] }), 'claimsToAddOrOverride as a list'],
    [
      'a null claim',
      'V2_0',
      badId({ claimsToAddOrOverride: { a: null } }),
      'claimsToAddOrOverride.a as null, expected',
    ],
    [
      'objects in a list',
      'V2_0',
      badAccess({ claimsToAddOrOverride: { a: [{}] } }),
      'claimsToAddOrOverride.a as a list, expected a string, a number, a boolean, a list of those, or an object',
    ],
    [
      'a number in version 1',
      'V1_0',
      bad({ claimsToAddOrOverride: { a: 1 } }, 'claimsOverrideDetails'),
      'claimsToAddOrOverride.a as a number, expected a string, as version 1 knows no others',
    ],
    [
      'a list in version 1',
      'V1_0',
      bad({ claimsToAddOrOverride: { a: ['b'] } }, 'claimsOverrideDetails'),
      'claimsToAddOrOverride.a as a list, expected a string',
    ],
    [
      'one name to suppress',
      'V2_0',
      badId({ claimsToSuppress: 'email' }),
      'claimsToSuppress as a string, expected a list',
    ],
    [
      'a number to suppress',
      'V2_0',
      badId({ claimsToSuppress: [1] }),
      'claimsToSuppress as a list, expected a list of str',
    ],
    [
      'one scope',
      'V2_0',
      badAccess({ scopesToAdd: 'a b' }),
      'scopesToAdd as a string, expected a list of strings',
    ],
    ['an object of scopes', 'V2_0', badAccess({ scopesToSuppress: {} }), 'scopesToSuppress as an object'],
    ['a list for groups', 'V2_0', bad({ groupOverrideDetails: [] }), 'groupOverrideDetails as a list'],
    [
      'one group',
      'V2_0',
      bad({ groupOverrideDetails: { groupsToOverride: 'a' } }),
      'groupsToOverride as a string',
    ],
    [
      'one role',
      'V2_0',
      bad({ groupOverrideDetails: { iamRolesToOverride: 'a' } }),
      'iamRolesToOverride as a string',
    ],
    [
      'roles to prefer',
      'V2_0',
      bad({ groupOverrideDetails: { preferredRole: ['a'] } }),
      'preferredRole as a list',
    ],
  ] as [string, keyof typeof mocks, unknown, string][]) {
    respond =
      typeof answer === 'function' ? (event) => answer(event) : (event) => ({ ...event, response: answer })
    const mock = mocks[version]
    const callback = await createBrowser().signIn(authorizeUrl(mock), alice)
    t.equal(
      callback.search,
      '?error_description=Unrecognizable+lambda+output+&state=some-state&error=invalid_request',
      name,
    )
    t.match(
      lastReason(mock),
      `hook.output: the pre-token-generation hook function answering, asked for TokenGeneration_HostedAuth (${version}), answered`,
    )
    t.match(lastReason(mock), reason, name)
  }
})

const failing: LambdaHandler = async () => {
  throw new TypeError('no tenant for "alice"')
}

/** What the token endpoint says of a hook that failed, without the id of the request. */
function internalError({ status, body, headers }: TokenAnswer): string {
  const id = headers.get('x-amz-cognito-request-id')
  return `${status} ${Object.keys(body)} ${String(body.error).replace(`Request ID: ${id}`, 'Request ID: its own')}`
}

t.test('a hook that throws: the app is told at its callback, in query or fragment', async (t) => {
  shows(t, 'hook.answers', 'hook.refused-user')
  const mock = await withHandler(t, 'V2_0', failing, implicitDemo())
  const browser = createBrowser()
  const callback = await browser.signIn(authorizeUrl(mock), alice)
  t.equal(callback.origin + callback.pathname, 'http://localhost:9401/auth/callback')
  t.equal(
    callback.search,
    '?error_description=PreTokenGeneration+failed+with+error+no+tenant+for+%22alice%22.+&state=some-state&error=invalid_request',
  )
  t.match(
    lastReason(mock),
    /^hook\.answers: the pre-token-generation hook function failing, asked for TokenGeneration_HostedAuth \(V2_0\), threw TypeError: no tenant for "alice" \(at .*pre-token-generation\.test\.ts:\d+:\d+\)?/,
  )
  t.equal(browser.cookie(mock.url, 'cognito'), undefined, 'nobody is signed in')
  t.match((await browser.get(authorizeUrl(mock))).location?.pathname, '/login')

  const fragment = await fragmentOf(mock)
  t.strictSame(Object.fromEntries(fragment), {
    error_description: 'PreTokenGeneration failed with error no tenant for "alice". ',
    state: 'some-state',
    error: 'invalid_request',
  })
})

t.test('a hook that fails for a session: the session stays', async (t) => {
  let isFailing = false
  const mock = await withHandler(t, 'V1_0', async (event) => {
    if (isFailing) throw new Error('not now')
    return event
  })
  const browser = createBrowser()
  await browser.signIn(authorizeUrl(mock), alice)
  isFailing = true
  const { location } = await browser.get(authorizeUrl(mock))
  t.equal(location?.searchParams.get('error_description'), 'PreTokenGeneration failed with error not now. ')
  t.match(lastReason(mock), /^hook\.answers: /)
  isFailing = false
  t.ok((await browser.get(authorizeUrl(mock))).location?.searchParams.get('code'))
})

t.test('a hook that throws at the token endpoint: 400, and no token without its claims', async (t) => {
  shows(t, 'hook.refresh-token')
  let handler: LambdaHandler = async (event) => event
  const mock = await withHandler(
    t,
    'V3_0',
    async (...all) => handler(...all),
    demoWithClient({ RefreshTokenRotation: { Feature: 'ENABLED' } }),
  )
  const { refresh_token } = await freshTokens(mock)
  handler = failing
  const wire =
    '400 error PreTokenGeneration failed with error no tenant for "alice". (Service: AWSCognitoIdentityProviderInternalService; Status Code: 400; Error Code: UserLambdaValidationException; Request ID: its own; Proxy: null)'
  t.equal(internalError(await refresh(mock, refresh_token)), wire)
  t.match(
    lastReason(mock),
    /hook, asked for|asked for TokenGeneration_RefreshTokens \(V3_0\), threw TypeError: no tenant/,
  )
  t.equal(internalError(await machine(mock)), wire)
  t.match(
    lastReason(mock),
    /asked for TokenGeneration_ClientCredentials \(V3_0\), threw TypeError: no tenant/,
  )
  handler = async () => null
  t.match(
    internalError(await machine(mock)),
    'Unrecognizable lambda output (Service: AWSCognitoIdentityProviderInternalService; Status Code: 400; Error Code: InvalidLambdaResponseException;',
  )
  handler = async (event) => event
  t.equal(
    (await refresh(mock, refresh_token)).status,
    200,
    'a failing hook does not cost a token that rotates',
  )
})

t.test('of many refreshes of one rotating token at once one wins, hook or not', async (t) => {
  const { handler, events } = listener()
  const mock = await withHandler(
    t,
    'V2_0',
    handler,
    demoWithClient({ RefreshTokenRotation: { Feature: 'ENABLED' } }),
  )
  const { refresh_token } = await freshTokens(mock)
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(mock, refresh_token)))
  t.equal(answers.filter(({ status }) => status === 200).length, 1)
  t.ok(events.length > 1)
})

t.test('each call is in the journal and in the log, without what was said', async (t) => {
  const lines: string[] = []
  const mock = await startWorld(t, {
    log: (line) => lines.push(line),
    hooks: {
      preTokenGeneration: {
        version: 'V3_0',
        handler: async function addTenant(event) {
          return { ...event, response: badAccess({ claimsToAddOrOverride: { tenant: 'a-secret-tenant' } }) }
        },
      },
    },
  })
  await freshTokens(mock)
  await machine(mock, { aws_client_metadata: '{"token":"a-secret-token"}' })
  const hooks = mock.exchanges().flatMap(({ hooks = [] }) => hooks)
  t.strictSame(hooks, [
    {
      trigger: 'PreTokenGeneration',
      triggerSource: 'TokenGeneration_HostedAuth',
      version: 'V3_0',
      place: 'function addTenant',
    },
    {
      trigger: 'PreTokenGeneration',
      triggerSource: 'TokenGeneration_ClientCredentials',
      version: 'V3_0',
      place: 'function addTenant',
    },
  ])
  t.match(lines, [
    /^GET \/oauth2\/authorize 302/,
    /^GET \/login 200/,
    'POST /login 302 | user alice, client mockwebclient0000000000001, PreTokenGeneration function addTenant',
    'POST /oauth2/token 200 | user alice, client mockwebclient0000000000001',
    'POST /oauth2/token 200 | client mockm2mclient0000000000001, PreTokenGeneration function addTenant',
  ])
  t.notMatch(JSON.stringify([lines, mock.exchanges()]), /a-secret/)
})

t.test('a pool without a hook asks nobody', async (t) => {
  const mock = await startWorld(t)
  const { refresh_token } = await freshTokens(mock, {}, bob)
  await refresh(mock, refresh_token)
  await machine(mock)
  t.notOk(
    mock.exchanges().some(({ hooks, verdicts }) => hooks || verdicts.some(({ rule }) => /^hook/.test(rule))),
  )
})
