// The fixture file: the default world as published, what may be written, what a stranger is told about a mistake, and how AWS's words become
// the domain's.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Client } from '../../src/idp/domain/client.ts'
import { passwordMatches } from '../../src/idp/domain/password.ts'
import type { UserPool } from '../../src/idp/domain/user-pool.ts'
import { buildWorld } from '../../src/idp/fixture/build.ts'
import type { ClientFixture, Fixture, PoolFixture, UserFixture } from '../../src/idp/fixture/fixture.ts'
import { checkFixture, demoFixture, FixtureError, loadFixture } from '../../src/idp/fixture/load.ts'
import { memoryStores } from '../../src/idp/stores/memory-stores.ts'

const demoFile = fileURLToPath(new URL('../../fixtures/demo.json', import.meta.url))

/** A world whose keys nobody asks for. */
const worldOf = (fixture: Fixture) => buildWorld(fixture, memoryStores, () => new Promise(() => {}))

const poolOf = (pool: Partial<PoolFixture>, defaults?: Fixture['defaults']): UserPool => {
  const { pools } = worldOf({ ...(defaults && { defaults }), pools: [{ UserPool: {}, ...pool }] })
  return pools[0] as UserPool
}

const clientOf = (client: ClientFixture): Client =>
  [...poolOf({ Clients: [client] }).clients.values()][0] as Client

const userOf = async (user: Omit<UserFixture, 'Username'>, pool: Partial<PoolFixture> = {}) =>
  (await poolOf({ ...pool, Users: [{ Username: 'ada', ...user }] }).users.list())[0]

/** Everything that is wrong with a fixture; nothing if it can be used. */
async function problemsOf(fixture: unknown): Promise<readonly string[]> {
  try {
    await checkFixture(fixture, 'the fixture')
    return []
  } catch (error) {
    if (error instanceof FixtureError) return error.problems
    throw error
  }
}

const problemsOfPool = (pool: Record<string, unknown>) => problemsOf({ pools: [{ UserPool: {}, ...pool }] })
const problemsOfClient = (client: Record<string, unknown>) => problemsOfPool({ Clients: [client] })
const problemsOfUser = (user: Record<string, unknown>) =>
  problemsOfPool({ Users: [{ Username: 'ada', ...user }] })

t.test('the default world is the published one', async (t) => {
  t.strictSame(await loadFixture(demoFile), demoFixture(), 'it is valid, and the one that a start uses')
  const { pools } = worldOf(demoFixture())
  t.equal(pools.length, 1)
  const pool = pools[0] as UserPool
  t.match(pool, {
    id: 'us-east-1_LocalPool',
    name: 'mocknito',
    region: 'us-east-1',
    domainPrefix: 'mocknito',
    signInOptions: { usernameAttributes: [], aliasAttributes: [], caseSensitive: true },
  })

  const everyScope = [
    'openid',
    'email',
    'phone',
    'profile',
    'aws.cognito.signin.user.admin',
    'orders/read',
    'orders/write',
  ]
  t.strictSame(
    [...pool.clients.values()].map(({ id, name, secrets, oauthFlows, scopes }) => ({
      id,
      name,
      secrets,
      oauthFlows,
      scopes,
    })),
    [
      {
        id: 'mockwebclient0000000000001',
        name: 'web',
        secrets: [`mockwebsecret${'0'.repeat(38)}1`],
        oauthFlows: ['code'],
        scopes: everyScope,
      },
      {
        id: 'mockspaclient0000000000001',
        name: 'spa',
        secrets: [],
        oauthFlows: ['code'],
        scopes: everyScope,
      },
      {
        id: 'mockappclient0000000000001',
        name: 'app',
        secrets: [],
        oauthFlows: ['code'],
        scopes: everyScope.slice(0, 5),
      },
      {
        id: 'mockm2mclient0000000000001',
        name: 'machine',
        secrets: [`mockm2msecret${'0'.repeat(38)}1`],
        oauthFlows: ['client_credentials'],
        scopes: ['orders/read', 'orders/write'],
      },
    ],
  )
  for (const { secrets } of pool.clients.values())
    for (const secret of secrets) t.equal(secret.length, 52, 'as long as one of Cognito')
  t.strictSame(pool.clients.get('mockwebclient0000000000001')?.callbackUrls, [
    'http://localhost:9401/auth/callback',
  ])
  t.strictSame(pool.clients.get('mockappclient0000000000001')?.callbackUrls, ['mockapp://callback'])
  t.strictSame(pool.resourceServers, [{ identifier: 'orders', scopes: ['read', 'write'] }])
  t.strictSame([...pool.groups.values()], [{ name: 'admins', precedence: 1 }])

  const people = (await pool.users.list()).map((user) => {
    const passwords = ['Passw0rd!', 'Temp0rary!'].filter(
      (password) => user.password && passwordMatches(password, user.password),
    )
    const { username, status, enabled, groups, softwareTokenSecret = '' } = user
    const { email, email_verified = '' } = user.attributes
    return [username, status, enabled, passwords, groups, softwareTokenSecret, email, email_verified]
  })
  t.strictSame(people, [
    ['alice', 'CONFIRMED', true, ['Passw0rd!'], ['admins'], '', 'alice@example.com', 'true'],
    ['bob', 'CONFIRMED', true, ['Passw0rd!'], [], '', 'bob@example.com', 'true'],
    ['carol', 'UNCONFIRMED', true, ['Passw0rd!'], [], '', 'carol@example.com', ''],
    ['dave', 'CONFIRMED', false, ['Passw0rd!'], [], '', 'dave@example.com', 'true'],
    ['erin', 'FORCE_CHANGE_PASSWORD', true, ['Temp0rary!'], [], '', 'erin@example.com', 'true'],
    ['frank', 'CONFIRMED', true, ['Passw0rd!'], [], 'JBSWY3DPEHPK3PXP', 'frank@example.com', 'true'],
    ['grace', 'RESET_REQUIRED', true, ['Passw0rd!'], [], '', 'grace@example.com', 'true'],
  ])
})

t.test('no password is kept in clear', async (t) => {
  const { pools } = worldOf(demoFixture())
  t.notMatch(JSON.stringify(await pools[0]?.users.list()), /Passw0rd|Temp0rary/)
})

t.test(
  'a bad file says everything that is wrong with it at once, with places and better words',
  async (t) => {
    const folder = t.testdir({
      'bad.json': JSON.stringify({
        pols: [],
        defaults: { Password: 'x' },
        pools: [
          {
            UserPool: { Id: 'local', UsernameAttributes: ['mail'], usernameConfiguration: {} },
            clients: [],
          },
          {
            UserPool: { Id: 'us-east-1_Two' },
            Clients: [
              { ClientId: 'with blank', CallbackURLs: 'http://localhost/' },
              { ClientId: 'fine', CallbackURLs: ['http://example.com/', 'nowhere'] },
            ],
            Users: [
              { Username: '', Pasword: 'Passw0rd!', UserStatus: 'CONFIRMD' },
              { Enabled: 'yes', Attributes: [{ Name: 'email' }] },
              { Username: 'ada', Groups: ['admins'] },
            ],
          },
        ],
      }),
    })
    const error = await loadFixture(join(folder, 'bad.json')).then(
      () => undefined,
      (reason) => reason,
    )
    t.type(error, FixtureError)
    t.equal(error.name, 'FixtureError')
    t.strictSame(error.problems, [
      'at the top: pols is not known here; did you mean pools?',
      'defaults: Password is not known here; did you mean password?',
      'pools[0].UserPool: usernameConfiguration is not known here; did you mean UsernameConfiguration?',
      'pools[0]: clients is not known here; did you mean Clients?',
      'pools[1].Users[0]: Pasword is not known here; did you mean Password?',
      'pools[0].UserPool.Id: is "local", expected a region, an underscore, letters and digits, as in us-east-1_LocalPool',
      'pools[0].UserPool.UsernameAttributes[0]: is "mail", expected email or phone_number; did you mean email?',
      'pools[1].Clients[0].ClientId: is "with blank", expected letters, digits, _ and + only',
      'pools[1].Clients[0].CallbackURLs: is "http://localhost/", expected a list',
      'pools[1].Users[0].Username: is empty',
      'pools[1].Users[0].UserStatus: is "CONFIRMD", expected UNCONFIRMED, CONFIRMED, FORCE_CHANGE_PASSWORD, RESET_REQUIRED, EXTERNAL_PROVIDER, ARCHIVED, COMPROMISED or UNKNOWN; did you mean CONFIRMED?',
      'pools[1].Users[1]: Username is missing',
      'pools[1].Users[1].Attributes[0]: Value is missing',
      'pools[1].Users[1].Enabled: is "yes", expected true or false',
      'pools[1].Users[2].Groups: there is no group admins',
      'pools[1].Clients[1].CallbackURLs[0]: http://example.com/ is http, which Cognito accepts for localhost, 127.0.0.1 and [::1] only',
      'pools[1].Clients[1].CallbackURLs[1]: nowhere is not an absolute URL',
    ])
    t.equal(
      error.message,
      [`${join(folder, 'bad.json')} has 17 problems:`, ...error.problems].join('\n  '),
      'the message has them all, one a line',
    )
  },
)

t.test('one problem is one problem', async (t) => {
  await t.rejects(checkFixture({ pools: [] }, 'my world'), {
    message: 'my world has 1 problem:\n  pools: is empty',
  })
})

t.test('every kind of mistake is told in words, without the vocabulary of a validator', async (t) => {
  const said = async (problems: Promise<readonly string[]>) => (await problems).join('\n')
  const many = Array.from({ length: 101 }, () => 'http://localhost/')
  const cases: [Promise<readonly string[]>, string][] = [
    [problemsOf(null), 'at the top: is null, expected an object'],
    [problemsOf([]), 'at the top: is a list, expected an object'],
    [problemsOf(undefined), 'at the top: is undefined, expected an object'],
    [problemsOf({}), 'at the top: pools is missing'],
    [problemsOf({ pools: {} }), 'pools: is an object, expected a list'],
    [problemsOf({ pools: [{}] }), 'pools[0]: UserPool is missing'],
    [
      problemsOf({ defaults: { password: 1 }, pools: [{ UserPool: {} }] }),
      'defaults.password: is (not shown here), expected text',
    ],
    [
      problemsOfPool({ Domain: 'My Domain' }),
      'pools[0].Domain: is "My Domain", expected 1 to 63 small letters, digits and hyphens, none of these at an end',
    ],
    [problemsOfPool({ Users: { ada: {} } }), 'pools[0].Users: is an object, expected a list'],
    [
      problemsOfPool({ Groups: [{ GroupName: 'a', Precedence: -1 }] }),
      'pools[0].Groups[0].Precedence: is -1, expected at least 0',
    ],
    [
      problemsOfClient({ AccessTokenValidity: 1.5 }),
      'pools[0].Clients[0].AccessTokenValidity: is 1.5, expected a whole number',
    ],
    [
      problemsOfClient({ AccessTokenValidity: 86_401 }),
      'pools[0].Clients[0].AccessTokenValidity: is 86401, expected at most 86400',
    ],
    [
      problemsOfClient({ ClientId: 'x'.repeat(129) }),
      'pools[0].Clients[0].ClientId: has 129 characters, expected at most 128',
    ],
    [
      problemsOfClient({ ClientId: ' '.repeat(70) }),
      `pools[0].Clients[0].ClientId: is "${' '.repeat(59)}…, expected letters, digits, _ and + only`,
    ],
    [
      problemsOfClient({ CallbackURLs: many }),
      'pools[0].Clients[0].CallbackURLs: has 101 entries, expected at most 100',
    ],
    [
      problemsOfPool({ ResourceServers: [{ Identifier: 'my api' }] }),
      'pools[0].ResourceServers[0].Identifier: is "my api", expected letters, digits and signs, without blanks, quotation marks or backslashes',
    ],
    [
      problemsOfPool({ ResourceServers: [{ Identifier: 'api', Scopes: [{ ScopeName: 'a/b' }] }] }),
      'pools[0].ResourceServers[0].Scopes[0].ScopeName: is "a/b", expected letters, digits and signs, without slashes, blanks, quotation marks or backslashes',
    ],
    [
      problemsOfClient({ TokenValidityUnits: { IdToken: 'weeks' } }),
      'pools[0].Clients[0].TokenValidityUnits.IdToken: is "weeks", expected seconds, minutes, hours or days',
    ],
    [
      problemsOfUser({ Attributes: 'email' }),
      'pools[0].Users[0].Attributes: is "email", expected a list or an object',
    ],
    [
      problemsOfUser({ Attributes: { 'a/b~c': null } }),
      'pools[0].Users[0].Attributes.a/b~c: is null, expected text, a number or true or false',
    ],
    [
      problemsOfUser({ Attributes: [{ Name: 'email_verified', Value: true }] }),
      'pools[0].Users[0].Attributes[0].Value: is true, expected text',
    ],
    [
      problemsOfUser({ UserStatus: 7 }),
      'pools[0].Users[0].UserStatus: is 7, expected UNCONFIRMED, CONFIRMED, FORCE_CHANGE_PASSWORD, RESET_REQUIRED, EXTERNAL_PROVIDER, ARCHIVED, COMPROMISED or UNKNOWN',
    ],
  ]
  for (const [problems, sentence] of cases) {
    t.equal(await said(problems), sentence)
    t.notMatch(await said(problems), /must |schema|pattern|anyOf|propert|array|string|integer/i)
  }
})

t.test('secrets are not repeated in a complaint about them', async (t) => {
  const problems = [
    ...(await problemsOfUser({ Password: 12_345_678 })),
    ...(await problemsOfUser({ SoftwareTokenSecret: 'jbswy3dpehpk3pxp' })),
    ...(await problemsOfClient({ ClientSecret: 'short-secret' })),
    ...(await problemsOfClient({ ClientSecret: 'hush'.repeat(20) })),
    ...(await problemsOfPool({ Users: { Username: 'ada', Password: 'Passw0rd!' } })),
  ]
  t.strictSame(problems, [
    'pools[0].Users[0].Password: is (not shown here), expected text',
    'pools[0].Users[0].SoftwareTokenSecret: is (not shown here), expected base32: capital letters and the digits 2 to 7',
    'pools[0].Clients[0].ClientSecret: has 12 characters, expected at least 24',
    'pools[0].Clients[0].ClientSecret: is (not shown here), expected letters, digits, _ and + only',
    'pools[0].Clients[0].ClientSecret: has 80 characters, expected at most 64',
    'pools[0].Users: is an object, expected a list',
  ])
})

t.test('whatever the AWS CLI prints is kept, whether we know the field or not', async (t) => {
  const fixture = {
    pools: [
      {
        UserPool: {
          Id: 'eu-central-1_aBc123XyZ',
          Name: 'pasted',
          Policies: { PasswordPolicy: { MinimumLength: 8 } },
          DeletionProtection: 'INACTIVE',
          LambdaConfig: {},
          LastModifiedDate: '2024-02-29T12:00:00.000000+00:00',
          CreationDate: 1_709_208_000.123,
          SchemaAttributes: [{ Name: 'sub', AttributeDataType: 'String', Mutable: false }],
          AutoVerifiedAttributes: ['email'],
          UsernameAttributes: ['email'],
          VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
          UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: [] },
          MfaConfiguration: 'OFF',
          EstimatedNumberOfUsers: 1,
          EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
          UserPoolTags: {},
          Domain: 'pasted',
          AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
          UsernameConfiguration: { CaseSensitive: false },
          Arn: 'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_aBc123XyZ',
          AccountRecoverySetting: { RecoveryMechanisms: [] },
          UserPoolTier: 'ESSENTIALS',
          UserPoolAddOns: {},
          DeviceConfiguration: {},
          SmsConfiguration: {},
          Status: 'Enabled',
        },
        Clients: [
          {
            UserPoolId: 'eu-central-1_aBc123XyZ',
            ClientName: 'pasted',
            ClientId: '3n4b5urk1ft4fl3mg5e62d9ado',
            LastModifiedDate: '2024-02-29T12:00:00.000000+00:00',
            CreationDate: 1_709_208_000,
            RefreshTokenValidity: 30,
            TokenValidityUnits: {},
            WriteAttributes: ['email'],
            ReadAttributes: ['email', 'email_verified'],
            ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
            AllowedOAuthFlowsUserPoolClient: true,
            AnalyticsConfiguration: {},
            EnablePropagateAdditionalUserContextData: false,
            AuthSessionValidity: 3,
            RefreshTokenRotation: { Feature: 'DISABLED' },
          },
        ],
        Groups: [
          {
            GroupName: 'admins',
            UserPoolId: 'eu-central-1_aBc123XyZ',
            Description: '',
            RoleArn: 'arn:aws:iam::123456789012:role/admins',
            Precedence: 0,
            LastModifiedDate: 1_709_208_000,
            CreationDate: 1_709_208_000,
          },
        ],
        Users: [
          {
            Username: '64684428-c021-7049-51b0-d218e66ffecd',
            Attributes: [
              { Name: 'email', Value: 'ada@example.com' },
              { Name: 'sub', Value: '64684428-c021-7049-51b0-d218e66ffecd' },
            ],
            UserCreateDate: '2024-02-29T12:00:00.000000+00:00',
            UserLastModifiedDate: 1_709_208_000,
            Enabled: true,
            UserStatus: 'CONFIRMED',
            MFAOptions: [],
            PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA',
            UserMFASettingList: [],
          },
        ],
        ResourceServers: [
          {
            UserPoolId: 'eu-central-1_aBc123XyZ',
            Identifier: 'https://api.example.com',
            Name: 'api',
            Scopes: [{ ScopeName: 'read', ScopeDescription: 'Read' }],
          },
        ],
        IdentityProviders: [
          {
            UserPoolId: 'eu-central-1_aBc123XyZ',
            ProviderName: 'Corp',
            ProviderType: 'OIDC',
            ProviderDetails: {},
            AttributeMapping: {},
            IdpIdentifiers: [],
          },
        ],
      },
    ],
  }
  t.strictSame(await problemsOf(fixture), [])
  t.equal(await checkFixture(fixture, 'the fixture'), fixture as never, 'it is returned as it is')
  const pool = worldOf(fixture as Fixture).pools[0] as UserPool
  t.equal(pool.region, 'eu-central-1')
  t.strictSame(
    [...pool.groups.values()],
    [
      { name: 'admins', precedence: 0, roleArn: 'arn:aws:iam::123456789012:role/admins' },
      { name: 'eu-central-1_aBc123XyZ_Corp' },
    ],
  )
  t.strictSame(pool.clients.get('3n4b5urk1ft4fl3mg5e62d9ado')?.readAttributes, ['email', 'email_verified'])
  t.match(await pool.users.find('ADA@example.com'), { sub: '64684428-c021-7049-51b0-d218e66ffecd' })
})

t.test('a key of our own that nobody knows is refused, with the known ones if none comes near', async (t) => {
  t.strictSame(await problemsOfPool({ Lambdas: [] }), [
    'pools[0]: Lambdas is not known here; known are UserPool, Domain, DomainDescription, MfaConfig, Clients, Groups, Users, ResourceServers, IdentityProviders, UICustomizations, ManagedLoginBrandings, Terms, LambdaFunctions',
  ])
  t.strictSame(
    await problemsOfUser({ constructor: 1, __proto__: 1, Whatever: 1 }),
    [],
    'AWS may have such fields',
  )
  t.strictSame(await problemsOfClient({ callbackUrls: [], Client_Id: 'x' }), [
    'pools[0].Clients[0]: callbackUrls is not known here; did you mean CallbackURLs?',
    'pools[0].Clients[0]: Client_Id is not known here; did you mean ClientId?',
  ])
})

t.test('YAML says the same as JSON', async (t) => {
  const yaml = `
# a comment
pools:
  - UserPool: { Name: yaml }
    Groups: [{ GroupName: admins }]
    Users:
      - Username: ada
        Password: Passw0rd!
        Attributes: { email: ada@example.com, email_verified: true, "custom:tenant": 7 }
        Groups: [admins]
`
  const fixture = {
    pools: [
      {
        UserPool: { Name: 'yaml' },
        Groups: [{ GroupName: 'admins' }],
        Users: [
          {
            Username: 'ada',
            Password: 'Passw0rd!',
            Attributes: { email: 'ada@example.com', email_verified: true, 'custom:tenant': 7 },
            Groups: ['admins'],
          },
        ],
      },
    ],
  }
  const folder = t.testdir({
    'world.yaml': yaml,
    'world.YML': yaml,
    'world.json': JSON.stringify(fixture),
    'marked.json': `\ufeff${JSON.stringify(fixture)}`,
  })
  for (const name of ['world.yaml', 'world.YML', 'world.json', 'marked.json'])
    t.strictSame(await loadFixture(join(folder, name)), fixture, name)
})

t.test('a file that cannot be read or parsed is named, with the reason', async (t) => {
  const folder = t.testdir({
    'bad.json': '{"pools": [}',
    'bad.yaml': 'pools: [',
    'null.yaml': 'null',
    'empty.json': ' ',
    folder: {},
  })
  const problem = async (name: string) => {
    const file = join(folder, name)
    const error = await loadFixture(file).catch((reason) => reason)
    t.type(error, FixtureError, name)
    t.ok(error.message.startsWith(`${file} has 1 problem:\n  `), name)
    return error.problems[0]
  }
  t.match(await problem('missing.json'), /^cannot be read: ENOENT/)
  t.equal(await problem('folder'), `${join(folder, 'folder')}: has no JSON and no YAML in it`)
  t.match(await problem('bad.json'), /^cannot be parsed: Unexpected token '}' \(near line 1\)$/)
  t.match(await problem('bad.yaml'), /^cannot be parsed: .*line 1/)
  t.match(await problem('empty.json'), /^cannot be parsed: it is empty/)
  t.equal(await problem('null.yaml'), 'at the top: is null, expected an object')
})

t.test('attributes may be a list, an object, or be called UserAttributes', async (t) => {
  const expected = { email: 'ada@example.com', email_verified: 'true', 'custom:floor': '3' }
  const list = Object.entries(expected).map(([Name, Value]) => ({ Name, Value }))
  const object = { email: 'ada@example.com', email_verified: true, 'custom:floor': 3 }
  t.strictSame((await userOf({ Attributes: list }))?.attributes, expected)
  t.strictSame((await userOf({ Attributes: object }))?.attributes, expected)
  t.strictSame((await userOf({ UserAttributes: list }))?.attributes, expected)
  t.strictSame((await userOf({}))?.attributes, {})
})

t.test('the password of the defaults is for confirmed users who have none', async (t) => {
  const pool = poolOf(
    {
      Users: [
        { Username: 'none' },
        { Username: 'own', Password: 'Own1!' },
        { Username: 'unconfirmed', UserStatus: 'UNCONFIRMED' },
        { Username: 'confirmed', UserStatus: 'CONFIRMED' },
      ],
    },
    { password: 'Default1!' },
  )
  const accepts = async (username: string, password: string) => {
    const user = await pool.users.find(username)
    return user?.password !== undefined && passwordMatches(password, user.password)
  }
  t.ok(await accepts('none', 'Default1!'))
  t.ok(await accepts('confirmed', 'Default1!'))
  t.ok(await accepts('own', 'Own1!'))
  t.notOk(await accepts('own', 'Default1!'))
  t.equal((await pool.users.find('unconfirmed'))?.password, undefined)
  t.equal((await userOf({}))?.password, undefined, 'no defaults, no password')
  t.match(await userOf({}), { status: 'CONFIRMED', enabled: true, groups: [] })
})

t.test('what is left out is derived from names, looks like Cognito’s, and never changes', async (t) => {
  const fixture: Fixture = {
    pools: [
      {
        UserPool: { Name: 'derived' },
        Clients: [{ ClientName: 'web', GenerateSecret: true }, { ClientName: 'spa' }],
        Users: [{ Username: 'ada' }],
      },
    ],
  }
  const pool = worldOf(fixture).pools[0] as UserPool
  const [web, spa] = [...pool.clients.values()]
  const [ada] = await pool.users.list()
  t.equal(pool.id, 'us-east-1_5qd0ii271')
  t.equal(web?.id, '5cvjjfam60mrj0ten7l2hnwmnr')
  t.strictSame(web?.secrets, ['b9k6amiwkjzus4028x943bj5tu1yjp19otmxr3hsoraxfrfj6g01'])
  t.equal(ada?.sub, 'e3ef2256-6633-7038-b62d-96c0ae833067')

  t.match(spa?.id, /^[0-9a-z]{26}$/)
  t.strictSame(spa?.secrets, [])
  t.match(web?.secrets[0], /^[0-9a-z]{52}$/)
  t.match(ada?.sub, /^[0-9a-f]{8}-[0-9a-f]{4}-70[0-9a-f]{2}-[0-9a-f]{4}-[0-9a-f]{12}$/)

  const other = worldOf({ pools: [{ ...fixture.pools[0], UserPool: { Name: 'other' } }] })
    .pools[0] as UserPool
  t.not(other.id, pool.id)
  t.not([...other.clients.keys()][0], web?.id)
  t.not((await other.users.list())[0]?.sub, ada?.sub)

  t.match(poolOf({}).id, /^us-east-1_[0-9a-z]{9}$/, 'without a name too')
  t.equal(poolOf({}).name, poolOf({}).id)
  t.match(clientOf({}).id, /^[0-9a-z]{26}$/)
  t.equal(clientOf({}).name, clientOf({}).id)
  t.match(clientOf({ GenerateSecret: true }).secrets[0], /^[0-9a-z]{52}$/)
  t.strictSame(clientOf({ GenerateSecret: true, ClientSecret: 'x'.repeat(24) }).secrets, ['x'.repeat(24)])
})

t.test('the sub is the attribute, or else the Username of a pool where that is the sub', async (t) => {
  const sub = '64684428-c021-7049-51b0-d218e66ffecd'
  const byEmail = { UserPool: { UsernameAttributes: ['email' as const] } }
  t.match(await userOf({ Attributes: { sub, email: 'ada@example.com' } }), {
    sub,
    attributes: { email: 'ada@example.com' },
  })
  t.equal((await userOf({ Attributes: { sub } }))?.attributes.sub, undefined, 'it is not kept twice')
  const [pasted] = await poolOf({ ...byEmail, Users: [{ Username: sub }] }).users.list()
  t.equal(pasted?.sub, sub)
  const [named] = await poolOf({ Users: [{ Username: sub }] }).users.list()
  t.not(named?.sub, sub, 'elsewhere it is a name like any other')
  t.not((await userOf({}, byEmail))?.sub, 'ada')
})

t.test('token validity counts in the units that it is given in', async (t) => {
  const seconds = (client: ClientFixture) => {
    const { accessTokenSeconds, idTokenSeconds, refreshTokenSeconds } = clientOf(client)
    return [accessTokenSeconds, idTokenSeconds, refreshTokenSeconds]
  }
  const hour = 3600
  const day = 24 * hour
  const numbers = { AccessTokenValidity: 5, IdTokenValidity: 10, RefreshTokenValidity: 20 }
  t.strictSame(seconds({}), [hour, hour, 30 * day], 'the defaults of AWS')
  t.strictSame(seconds({ RefreshTokenValidity: 0 }), [hour, hour, 30 * day])
  t.strictSame(seconds(numbers), [5 * hour, 10 * hour, 20 * day], 'hours and days unless told')
  t.strictSame(seconds({ ...numbers, TokenValidityUnits: {} }), [5 * hour, 10 * hour, 20 * day])
  t.strictSame(
    seconds({
      ...numbers,
      TokenValidityUnits: { AccessToken: 'seconds', IdToken: 'minutes', RefreshToken: 'hours' },
    }),
    [5, 600, 20 * hour],
  )
  t.strictSame(seconds({ ...numbers, TokenValidityUnits: { IdToken: 'days' } })[1], 10 * day)
})

t.test('the other settings of a client have the defaults of AWS', async (t) => {
  t.match(clientOf({}), {
    callbackUrls: [],
    logoutUrls: [],
    oauthFlows: [],
    scopes: [],
    identityProviders: ['COGNITO'],
    tokenRevocation: true,
    preventUserExistenceErrors: false,
  })
  t.notOk('readAttributes' in clientOf({}))
  t.notOk('defaultRedirectUri' in clientOf({}))
  t.match(
    clientOf({
      CallbackURLs: ['http://localhost/a'],
      DefaultRedirectURI: 'http://localhost/a',
      EnableTokenRevocation: false,
      PreventUserExistenceErrors: 'ENABLED',
    }),
    { defaultRedirectUri: 'http://localhost/a', tokenRevocation: false, preventUserExistenceErrors: true },
  )
  t.equal(clientOf({ PreventUserExistenceErrors: 'LEGACY' }).preventUserExistenceErrors, false)
})

t.test('what has no scopes, no names and no domain can be built too', async (t) => {
  const pool = poolOf({ ResourceServers: [{ Identifier: 'bare' }], Groups: [{ GroupName: 'bare' }] })
  t.strictSame(pool.resourceServers, [{ identifier: 'bare', scopes: [] }])
  t.strictSame(pool.groups.get('bare'), { name: 'bare' })
  t.notOk('domainPrefix' in pool)
  const world = worldOf({ pools: [{ UserPool: { Name: 'one' } }, { UserPool: { Name: 'two' } }] })
  t.equal(world.pool(String(world.pools[1]?.id)), world.pools[1])
  t.equal(world.pool('us-east-1_Unknown'), undefined)
  t.equal(world.client('unknown'), undefined)
})

t.test('contradictions are found where the form is right', async (t) => {
  const URLs = (...CallbackURLs: string[]) => problemsOfClient({ CallbackURLs })
  const path = 'pools[0].Clients[0]'
  const confidential = { GenerateSecret: true }
  const machine = { AllowedOAuthFlows: ['client_credentials'] }
  const cases: [string, Promise<readonly string[]>, string[]][] = [
    [
      'two pools with one Id',
      problemsOf({ pools: [{ UserPool: { Id: 'us-east-1_A' } }, { UserPool: { Id: 'us-east-1_A' } }] }),
      ['pools[1]: the Id us-east-1_A is that of pools[0] too'],
    ],
    [
      'two pools with one Domain',
      problemsOf({
        pools: [
          { UserPool: { Name: 'a' }, Domain: 'd' },
          { UserPool: { Name: 'b' }, Domain: 'd' },
          { UserPool: { Name: 'c' } },
          { UserPool: { Name: 'd' } },
        ],
      }),
      ['pools[1]: the Domain d is that of pools[0] too'],
    ],
    [
      'a client id in two pools',
      problemsOf({
        pools: [
          { UserPool: { Name: 'a' }, Clients: [{ ClientId: 'x' }, { ClientId: 'y' }] },
          { UserPool: { Name: 'b' }, Clients: [{ ClientId: 'y' }] },
        ],
      }),
      ['pools[1].Clients[0]: the ClientId y is that of pools[0].Clients[1] too'],
    ],
    [
      'two groups, two resource servers',
      problemsOfPool({
        Groups: [{ GroupName: 'g' }, { GroupName: 'g' }],
        ResourceServers: [{ Identifier: 'r' }, { Identifier: 'r' }],
      }),
      [
        'pools[0].Groups[1]: the GroupName g is that of pools[0].Groups[0] too',
        'pools[0].ResourceServers[1]: the Identifier r is that of pools[0].ResourceServers[0] too',
      ],
    ],
    [
      'three users with one name',
      problemsOfPool({
        Users: [{ Username: 'ada' }, { Username: 'ada' }, { Username: 'ada' }, { Username: 'Ada' }],
      }),
      [
        'pools[0].Users[1]: the sign-in name ada is that of pools[0].Users[0] too',
        'pools[0].Users[2]: the sign-in name ada is that of pools[0].Users[0] too',
      ],
    ],
    [
      'names that differ in case only, where case does not count',
      problemsOfPool({
        UserPool: { UsernameConfiguration: { CaseSensitive: false } },
        Users: [{ Username: 'ada' }, { Username: 'Ada' }],
      }),
      ['pools[0].Users[1]: the sign-in name ada is that of pools[0].Users[0] too'],
    ],
    [
      'one e-mail address for two, where it is a name',
      problemsOfPool({
        UserPool: { UsernameAttributes: ['email'] },
        Users: ['one', 'two'].map((Username) => ({ Username, Attributes: { email: 'ada@example.com' } })),
      }),
      ['pools[0].Users[1]: the sign-in name ada@example.com is that of pools[0].Users[0] too'],
    ],
    [
      'one e-mail address for two, where it is not',
      problemsOfPool({
        Users: ['one', 'two'].map((Username) => ({ Username, Attributes: { email: 'ada@example.com' } })),
      }),
      [],
    ],
    [
      'an unknown group',
      problemsOfPool({ Groups: [{ GroupName: 'a' }], Users: [{ Username: 'ada', Groups: ['a', 'b'] }] }),
      ['pools[0].Users[0].Groups: there is no group b'],
    ],
    [
      'a fragment',
      URLs('https://app.example.com/#top'),
      [`${path}.CallbackURLs[0]: https://app.example.com/#top has a fragment`],
    ],
    [
      'an empty fragment',
      URLs('https://app.example.com/#'),
      [`${path}.CallbackURLs[0]: https://app.example.com/# has a fragment`],
    ],
    [
      'a relative URL',
      URLs('https://a.example.com/', '/callback'),
      [`${path}.CallbackURLs[1]: /callback is not an absolute URL`],
    ],
    [
      'http elsewhere',
      problemsOfClient({ LogoutURLs: ['http://localhost.example.com/'] }),
      [
        `${path}.LogoutURLs[0]: http://localhost.example.com/ is http, which Cognito accepts for localhost, 127.0.0.1 and [::1] only`,
      ],
    ],
    [
      'https, loopback, and schemes of one’s own',
      URLs(
        'https://a.example.com/',
        'http://localhost:1/',
        'http://127.0.0.1/',
        'http://[::1]/x',
        'myapp://callback',
      ),
      [],
    ],
    [
      'a scope of nobody',
      problemsOfClient({ AllowedOAuthScopes: ['openid', 'orders/read'] }),
      [`${path}.AllowedOAuthScopes: orders/read is neither a standard scope nor one of a resource server`],
    ],
    [
      'a scope that a resource server does not have',
      problemsOfPool({
        ResourceServers: [{ Identifier: 'orders', Scopes: [{ ScopeName: 'read' }] }, { Identifier: 'bare' }],
        Clients: [{ AllowedOAuthScopes: ['orders/read', 'orders/write'] }],
      }),
      [`${path}.AllowedOAuthScopes: orders/write is neither a standard scope nor one of a resource server`],
    ],
    [
      'a default that is not registered',
      problemsOfClient({ CallbackURLs: ['http://localhost/'], DefaultRedirectURI: 'http://localhost' }),
      [`${path}.DefaultRedirectURI: http://localhost is not one of the CallbackURLs`],
    ],
    [
      'a default and no callback',
      problemsOfClient({ DefaultRedirectURI: 'http://localhost' }),
      [`${path}.DefaultRedirectURI: http://localhost is not one of the CallbackURLs`],
    ],
    ['a machine', problemsOfClient({ ...machine, ...confidential }), []],
    [
      'a machine with a secret of its own',
      problemsOfClient({ ...machine, ClientSecret: 'x'.repeat(24) }),
      [],
    ],
    [
      'a public machine',
      problemsOfClient(machine),
      [`${path}: the flow client_credentials needs a ClientSecret (or GenerateSecret)`],
    ],
    [
      'a machine with people',
      problemsOfClient({ AllowedOAuthFlows: ['code', 'client_credentials'], ...confidential }),
      [`${path}.AllowedOAuthFlows: client_credentials must be the only flow of a client`],
    ],
    [
      'tokens that live too short or too long',
      problemsOfClient({
        AccessTokenValidity: 299,
        IdTokenValidity: 25,
        RefreshTokenValidity: 59,
        TokenValidityUnits: { AccessToken: 'seconds', RefreshToken: 'minutes' },
      }),
      [
        `${path}.AccessTokenValidity: is 299 seconds, expected 5 minutes to 1 day`,
        `${path}.IdTokenValidity: is 90000 seconds, expected 5 minutes to 1 day`,
        `${path}.RefreshTokenValidity: is 3540 seconds, expected 1 hour to 3650 days`,
      ],
    ],
    [
      'tokens at the limits',
      problemsOfClient({
        AccessTokenValidity: 300,
        IdTokenValidity: 24,
        RefreshTokenValidity: 3650,
        TokenValidityUnits: { AccessToken: 'seconds' },
      }),
      [],
    ],
  ]
  for (const [name, problems, expected] of cases) t.strictSame(await problems, expected, name)
})

t.test(
  'something broken in one place does not hide a contradiction in another, nor invent one',
  async (t) => {
    const client = { ClientId: 'x', AllowedOAuthScopes: ['a/b'] }
    t.strictSame(
      await problemsOf({
        pools: [
          {
            UserPool: { Name: 'a' },
            Groups: [{ GroupName: 1 }],
            Users: [{ Username: 'ada', Groups: ['g'] }],
          },
          { UserPool: { Name: 'b' }, ResourceServers: [{ Identifier: 'a', Scopes: 'b' }], Clients: [client] },
          { UserPool: { Name: 'c' }, Users: [{ Username: 7 }, { Username: 'ada', Groups: ['g'] }] },
        ],
      }),
      [
        'pools[0].Groups[0].GroupName: is 1, expected text',
        'pools[1].ResourceServers[0].Scopes: is "b", expected a list',
        'pools[2].Users[0].Username: is 7, expected text',
        'pools[2].Users[1].Groups: there is no group g',
      ],
    )
    t.strictSame(
      await problemsOf({
        defaults: 1,
        pools: [{ UserPool: {}, Users: [{ Username: 'ada', Groups: ['g'] }] }],
      }),
      ['defaults: is 1, expected an object', 'pools[0].Users[0].Groups: there is no group g'],
    )
    t.strictSame(await problemsOfPool({ Users: 'nobody', Clients: [{ ClientId: 1, CallbackURLs: [1] }] }), [
      'pools[0].Clients[0].ClientId: is 1, expected text',
      'pools[0].Clients[0].CallbackURLs[0]: is 1, expected text',
      'pools[0].Users: is "nobody", expected a list',
    ])
  },
)

t.test('an editor finds the schema beside the file', async (t) => {
  const { $schema } = JSON.parse(readFileSync(demoFile, 'utf8'))
  t.match(JSON.parse(readFileSync(join(demoFile, '..', $schema), 'utf8')), { title: 'mocknito fixture' })
})

t.test('identity providers, as the AWS CLI describes them, and the people whom they know', async (t) => {
  const described = {
    Groups: [{ GroupName: 'us-east-1_Pool_Google', Precedence: 3 }],
    UserPool: { Id: 'us-east-1_Pool' },
    IdentityProviders: [
      {
        UserPoolId: 'us-east-1_Pool',
        ProviderName: 'Google',
        ProviderType: 'Google',
        ProviderDetails: { client_id: 'x', authorize_scopes: 'openid', client_secret: 'y', IDPInit: 'true' },
        AttributeMapping: { username: 'sub', email: 'email' },
        CreationDate: '2026-01-01T00:00:00Z',
      },
      {
        ProviderName: 'Corp',
        ProviderType: 'SAML',
        ProviderDetails: { MetadataFile: '<EntityDescriptor entityID="urn:corp">', IDPInit: 'true' },
        IdpIdentifiers: ['corp.example.com'],
      },
    ],
    Users: [
      { Username: 'google_1', UserStatus: 'EXTERNAL_PROVIDER', Groups: ['us-east-1_Pool_Corp'] },
      { Username: 'Nobodys_1', UserStatus: 'EXTERNAL_PROVIDER' },
      { Username: 'ada' },
    ],
  } as const satisfies Record<string, unknown>
  t.strictSame(await problemsOfPool(described), [], 'the groups of providers need not be said')
  const pool = poolOf(described as unknown as PoolFixture)
  t.strictSame(
    [...pool.identityProviders.values()],
    [
      {
        name: 'Google',
        type: 'Google',
        identifiers: [],
        mapping: { username: 'sub', email: 'email' },
        beginsLogins: false,
        signsOut: false,
        clientId: 'x',
        scopes: 'openid',
      },
      {
        name: 'Corp',
        type: 'SAML',
        identifiers: ['corp.example.com'],
        mapping: {},
        beginsLogins: true,
        signsOut: false,
        entityId: 'urn:corp',
      },
    ],
  )
  t.strictSame(
    [...pool.groups.values()],
    [{ name: 'us-east-1_Pool_Google', precedence: 3 }, { name: 'us-east-1_Pool_Corp' }],
  )
  const [google, nobodys, ada] = await pool.users.list()
  t.match(google, { groups: ['us-east-1_Pool_Corp', 'us-east-1_Pool_Google'] })
  t.match(JSON.parse(google?.attributes.identities as string), [{ userId: '1', providerName: 'Google' }])
  t.strictSame([nobodys?.attributes, ada?.attributes], [{}, {}])
})

t.test('what cannot be of an identity provider', async (t) => {
  const federated = (UserAttributes: unknown) => ({
    Username: 'a',
    UserStatus: 'EXTERNAL_PROVIDER',
    UserAttributes,
  })
  t.strictSame(
    await problemsOfPool({
      UserPool: { Schema: [{ Name: 'tenant' }] },
      IdentityProviders: [
        { ProviderName: 'MyGoogle', ProviderType: 'Google', AttributeMapping: { 'custom:tenant': 'hd' } },
        {
          ProviderName: 'Facebook',
          ProviderType: 'OIDC',
          AttributeMapping: { tennant: 'x', username: 'sub', sub: 'sub' },
        },
        { ProviderName: 'COGNITO', ProviderType: 'SAML', IdpIdentifiers: ['a.example', 'b.example'] },
        { ProviderName: 'Corp', ProviderType: 'SAML', IdpIdentifiers: ['b.example'] },
        { ProviderName: 'Corp' },
      ],
      Clients: [{ SupportedIdentityProviders: ['COGNITO', 'Corp', 'Gogle'] }],
      Users: [
        federated({ identities: 'not JSON' }),
        { ...federated([{ Name: 'identities', Value: '[{"userId":"1"}]' }]), Username: 'b' },
        { Username: 'c', UserStatus: 'EXTERNAL_PROVIDER', Attributes: { identities: '{}' } },
        { Username: 'd', Attributes: { identities: 'of a local user' } },
      ],
    }),
    [
      'pools[0].IdentityProviders[4]: the ProviderName Corp is that of pools[0].IdentityProviders[3] too',
      'pools[0].IdentityProviders[3]: the IdpIdentifier b.example is that of pools[0].IdentityProviders[2] too',
      'pools[0].Clients[0].SupportedIdentityProviders: Gogle is not one of the IdentityProviders of the pool',
      'pools[0].IdentityProviders[0].ProviderName: is MyGoogle, expected Google, as the type',
      'pools[0].IdentityProviders[1].ProviderName: Facebook is not free for a provider of type OIDC',
      'pools[0].IdentityProviders[1].AttributeMapping: tennant is no attribute of the pool that can be mapped',
      'pools[0].IdentityProviders[1].AttributeMapping: sub is no attribute of the pool that can be mapped',
      'pools[0].IdentityProviders[2].ProviderName: COGNITO is not free for a provider of type SAML',
      ...['Users[0].User', 'Users[1].User', 'Users[2].'].map(
        (place) =>
          `pools[0].${place}Attributes: identities is not as list-users prints it, expected text such as [{"userId":"1234","providerName":"Google"}]`,
      ),
    ],
  )
  t.strictSame(
    await problemsOfPool({
      IdentityProviders: [{ ProviderName: 'a_b', ProviderType: 'Gogle', AttributeMapping: { email: 7 } }],
    }),
    [
      'pools[0].IdentityProviders[0].ProviderName: is "a_b", expected a name without blanks and underscores',
      'pools[0].IdentityProviders[0].ProviderType: is "Gogle", expected Google, Facebook, LoginWithAmazon, SignInWithApple, OIDC or SAML; did you mean Google?',
      'pools[0].IdentityProviders[0].AttributeMapping.email: is 7, expected text',
    ],
  )
})

t.test('the fixture of the docs is a good one', async (t) => {
  const file = fileURLToPath(new URL('../../fixtures/federation.json', import.meta.url))
  t.match(await loadFixture(file), { pools: [{ UserPool: { Id: 'us-east-1_FederatedPool' } }] })
})
