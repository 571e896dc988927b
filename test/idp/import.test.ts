// What the AWS CLI prints as a fixture: fixtures/aws-cli is the demo world once more; then every form that a document may
// have, everything that is told about what is wrong or missing, and files that mean harm.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { passwordMatches } from '../../src/idp/domain/password.ts'
import { listParts } from '../../src/idp/fixture/aws-cli/definitions.ts'
import { filesOf } from '../../src/idp/fixture/aws-cli/files.ts'
import { commonKeys } from '../../src/idp/fixture/aws-cli/own-form.ts'
import { buildWorld } from '../../src/idp/fixture/build.ts'
import type { Fixture, PoolFixture } from '../../src/idp/fixture/fixture.ts'
import { demoFixture, FixtureError, importFixture, loadFixture } from '../../src/idp/fixture/load.ts'
import { fixtureSchema } from '../../src/idp/fixture/schema.ts'
import { memoryStores } from '../../src/idp/stores/memory-stores.ts'
import { createBrowser } from '../support/browser.ts'
import { authorizeUrl, basic, claimsOf, freshTokens, postToken } from '../support/oauth.ts'
import { lastReason, startWorld } from '../support/world.ts'

const demoFolder = fileURLToPath(new URL('../../fixtures/aws-cli', import.meta.url))

/** A world as it can be compared: whatever is random or alive is left out, a password is whichever of the demo's it is. */
async function inspect(fixture: Fixture) {
  const { pools } = buildWorld(fixture, memoryStores, () => new Promise(() => {}))
  return Promise.all(
    pools.map(async (pool) => {
      const { clock, ids, keys, changeKeys, users, inbox, codes, sessions, refreshTokens, ...others } = pool
      const { verificationCodes, continuations, attempts, usedTokens, journal, autoSignIns, ...settings } =
        others
      const people = (await users.list()).map(({ password, passwordSetAt, ...person }) => ({
        ...person,
        passwords: ['Passw0rd!', 'Temp0rary!'].filter((word) => password && passwordMatches(word, password)),
      }))
      return { ...settings, clients: [...pool.clients.values()], groups: [...pool.groups.values()], people }
    }),
  )
}

interface Loaded {
  readonly fixture: Fixture | undefined
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

/** Loads a folder that has these files; in sentences the folder is called `…`. */
async function load(t: Test, files: Record<string, unknown>): Promise<Loaded> {
  const folder = t.testdir(
    JSON.parse(JSON.stringify(files), (key, value) =>
      typeof value === 'object' && /\.(json|ya?ml)$/.test(key) ? JSON.stringify(value) : value,
    ),
  )
  return loadFolder(folder)
}

async function loadFolder(folder: string): Promise<Loaded> {
  const notes: string[] = []
  const named = (sentences: readonly string[]) =>
    sentences.map((sentence) => sentence.replaceAll(`${folder}/`, '…/').replaceAll(folder, '…'))
  try {
    const fixture = await loadFixture(folder, (sentence) => notes.push(sentence))
    return { fixture, problems: [], notes: named(notes) }
  } catch (error) {
    if (!(error instanceof FixtureError)) throw error
    return { fixture: undefined, problems: named(error.problems), notes: named(notes) }
  }
}

const poolId = 'eu-west-1_Imported'
const UserPool = { Id: poolId, Name: 'imported' }
const pool = { 'pool.json': { UserPool } }
const user = (Username: string, more: Record<string, unknown> = {}) => ({
  Username,
  Attributes: [{ Name: 'email', Value: `${Username}@example.com` }],
  Enabled: true,
  UserStatus: 'CONFIRMED',
  ...more,
})
const client = (ClientId: string, more: Record<string, unknown> = {}) => ({
  UserPoolId: poolId,
  ClientName: 'web',
  ClientId,
  ...more,
})

t.test('the folder of the demo world is the demo world', async (t) => {
  const { fixture, notes } = await loadFolder(demoFolder)
  t.strictSame(await inspect(fixture as Fixture), await inspect(demoFixture()))
  t.strictSame(notes, [], 'and complete')
})

t.test('over the wire nobody can tell the folder from the demo world', async (t) => {
  const tell = async (fixture: string | undefined) => {
    const mock = await startWorld(t, fixture === undefined ? {} : { fixture })
    const people = (demoFixture().pools[0] as PoolFixture).Users ?? []
    const outcomes: unknown[] = []
    for (const { Username: username, Password: password = '' } of people) {
      const signedIn = await createBrowser()
        .signIn(authorizeUrl(mock), { username, password })
        .then(
          ({ origin, pathname }) => (origin === mock.url ? pathname : `${origin}${pathname}`),
          () => 'stays outside',
        )
      outcomes.push([username, signedIn, signedIn === 'stays outside' ? lastReason(mock) : ''])
    }
    const { id_token, access_token } = await freshTokens(mock)
    for (const token of [id_token, access_token]) {
      const { iss, iat, exp, auth_time, jti, origin_jti, event_id, at_hash, ...claims } = claimsOf(token)
      outcomes.push(claims)
    }
    for (const client of mock.pool.clients) {
      const { status, body } = await postToken(mock, { grant_type: 'client_credentials' }, basic(client))
      outcomes.push([client.id, client.callbackUrls, client.logoutUrls, status, body.error])
    }
    return outcomes
  }
  const ofFolder = await tell(demoFolder)
  t.strictSame(ofFolder, await tell(undefined))
  t.match(JSON.stringify(ofFolder), 'login.user-enabled: dave is disabled')
  t.match(JSON.stringify(ofFolder), '"cognito:groups":["admins"]')
})

t.test('the files are as the AWS CLI writes them', async (t) => {
  const files = readdirSync(demoFolder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.json') && file !== 'mocknito.json',
  )
  t.equal(files.length, 12)
  for (const file of files) {
    const text = readFileSync(join(demoFolder, file), 'utf8')
    t.equal(text, `${JSON.stringify(JSON.parse(text), null, 4)}\n`, file)
  }
})

t.test('every form that a document may have', async (t) => {
  const ada = user('ada')
  const bob = user('bob')
  const cases: [name: string, files: Record<string, unknown>, expected: Record<string, unknown>][] = [
    [
      'pages behind one another, with tokens that lead on',
      {
        ...pool,
        'users.json': `${JSON.stringify({ Users: [ada], PaginationToken: 'x' }, null, 4)}\n${JSON.stringify({ Users: [bob] }, null, 4)}\n`,
      },
      { Users: [ada, bob] },
    ],
    [
      'a list of pages',
      { ...pool, 'users.json': `[{"Users":[]},${JSON.stringify({ Users: [ada] })}]` },
      { Users: [ada] },
    ],
    [
      'everything in one file',
      { 'all.json': `${JSON.stringify({ UserPool })}${JSON.stringify({ Users: [ada] })}` },
      { Users: [ada] },
    ],
    [
      'one object with the keys of several',
      { 'all.json': { UserPool, Users: [ada], NextToken: 'x' } },
      { Users: [ada] },
    ],
    [
      'brackets and quotes in text',
      { ...pool, 'users.json': `{"Users":[]} {"Users":[${JSON.stringify(user('}]"\\{'))}]}` },
      { Users: [user('}]"\\{')] },
    ],
    [
      'YAML, several documents',
      {
        ...pool,
        'users.yaml':
          'Users: []\n---\nUsers:\n- Username: ada\n  UserCreateDate: 2026-01-15T09:30:00.123000+00:00\n',
      },
      { Users: [{ Username: 'ada', UserCreateDate: '2026-01-15T09:30:00.123000+00:00' }] },
    ],
    [
      'a bare user of admin-get-user',
      { ...pool, 'ada.json': { Username: 'ada', UserAttributes: ada.Attributes, Enabled: true } },
      { Users: [{ Username: 'ada', Attributes: ada.Attributes, Enabled: true }] },
    ],
    ['the user of admin-create-user', { ...pool, 'ada.json': { User: ada } }, { Users: [ada] }],
    ['one entry of --query Users', { ...pool, 'ada.json': ada }, { Users: [ada] }],
    [
      'both words for attributes: neither is lost',
      { ...pool, 'ada.json': { Username: 'ada', UserAttributes: [], Attributes: ada.Attributes } },
      { Users: [{ Username: 'ada', UserAttributes: [], Attributes: ada.Attributes }] },
    ],
    [
      'what list-users and admin-get-user say of one user complete one another',
      {
        ...pool,
        'ada.json': {
          Username: 'ada',
          UserAttributes: [...ada.Attributes],
          UserCreateDate: 1_768_469_400.123,
          PreferredMfaSetting: 'SMS_MFA',
        },
        'users.json': { Users: [{ ...ada, UserCreateDate: '2026-01-15T10:30:00.123000+01:00' }] },
      },
      {
        Users: [
          { ...ada, UserCreateDate: '2026-01-15T10:30:00.123000+01:00', PreferredMfaSetting: 'SMS_MFA' },
        ],
      },
    ],
    [
      'attributes in another order are the same',
      {
        ...pool,
        'a.json': {
          Users: [
            user('ada', {
              Attributes: [
                { Name: 'a', Value: '1' },
                { Name: 'b', Value: '2' },
              ],
            }),
          ],
        },
        'b.json': {
          Users: [
            user('ada', {
              Attributes: [
                { Name: 'b', Value: '2' },
                { Name: 'a', Value: '1' },
              ],
            }),
          ],
        },
      },
      {
        Users: [
          user('ada', {
            Attributes: [
              { Name: 'a', Value: '1' },
              { Name: 'b', Value: '2' },
            ],
          }),
        ],
      },
    ],
    [
      'groups and who is in them',
      {
        ...pool,
        'groups.json': {
          Groups: [{ GroupName: 'admins', UserPoolId: poolId }, { GroupName: 'a/b' }, { GroupName: '50%' }],
        },
        groups: {
          'admins.json': `${JSON.stringify({ Users: [bob], NextToken: 'x' })}${JSON.stringify({ Users: [ada] })}`,
          'a%2Fb.json': { Users: [ada] },
          '50%.json': { Users: [] },
        },
        'list-users.json': { Users: [ada, bob] },
      },
      {
        Groups: [{ GroupName: 'admins', UserPoolId: poolId }, { GroupName: 'a/b' }, { GroupName: '50%' }],
        Users: [
          { ...ada, Groups: ['a/b', 'admins'] },
          { ...bob, Groups: ['admins'] },
        ],
      },
    ],
    [
      'a group by itself',
      { ...pool, 'group.json': { Group: { GroupName: 'a' } }, groups: { 'a.json': { Users: [] } } },
      { Groups: [{ GroupName: 'a' }] },
    ],
    [
      'a list of clients gives the order, the descriptions the rest',
      {
        ...pool,
        'a.json': { UserPoolClient: client('a', { ClientName: 'one', CallbackURLs: ['http://localhost/'] }) },
        'z.json': { UserPoolClients: [client('z'), client('a', { ClientName: 'one' })] },
        'zz.json': { UserPoolClient: client('z') },
      },
      { Clients: [client('z'), client('a', { ClientName: 'one', CallbackURLs: ['http://localhost/'] })] },
    ],
    [
      'resource servers and providers, in a list and alone',
      {
        ...pool,
        'a.json': { ResourceServer: { Identifier: 'a' } },
        'b.json': { ResourceServers: [{ Identifier: 'b', Scopes: [] }] },
        'c.json': {
          IdentityProvider: { ProviderName: 'Google', ProviderType: 'Google', IdpIdentifiers: [] },
        },
        'd.json': { Providers: [{ ProviderName: 'Google', ProviderType: 'Google' }] },
      },
      {
        ResourceServers: [{ Identifier: 'b', Scopes: [] }, { Identifier: 'a' }],
        IdentityProviders: [{ ProviderName: 'Google', ProviderType: 'Google', IdpIdentifiers: [] }],
      },
    ],
    [
      'the settings of MFA, which have no key in front',
      {
        ...pool,
        'mfa.json': { SoftwareTokenMfaConfiguration: { Enabled: true }, MfaConfiguration: 'OPTIONAL' },
      },
      { MfaConfig: { SoftwareTokenMfaConfiguration: { Enabled: true }, MfaConfiguration: 'OPTIONAL' } },
    ],
    [
      'a domain',
      { ...pool, 'domain.json': { DomainDescription: { Domain: 'login', UserPoolId: poolId } } },
      { DomainDescription: { Domain: 'login', UserPoolId: poolId } },
    ],
    [
      'a domain of AWS comes before one of the customer’s own',
      {
        ...pool,
        'a.json': { DomainDescription: { Domain: 'login.example.com', UserPoolId: poolId } },
        'b.json': { DomainDescription: { Domain: 'login', UserPoolId: poolId } },
      },
      { DomainDescription: { Domain: 'login', UserPoolId: poolId } },
    ],
    [
      'a domain of the customer’s own alone',
      { ...pool, 'a.json': { DomainDescription: { Domain: 'login.example.com' } } },
      { DomainDescription: { Domain: 'login.example.com' } },
    ],
    [
      'fields that nobody here knows',
      { 'pool.json': { UserPool: { ...UserPool, Brandnew: { Feature: [1] } } } },
      { UserPool: { ...UserPool, Brandnew: { Feature: [1] } } },
    ],
    [
      'the schema as create-user-pool takes it',
      { 'pool.json': { UserPool: { ...UserPool, Schema: [{ Name: 'a' }] } } },
      { UserPool: { ...UserPool, SchemaAttributes: [{ Name: 'a' }] } },
    ],
  ]
  for (const [name, files, expected] of cases)
    await t.test(name, async (t) => {
      const { fixture, problems } = await load(t, files)
      t.strictSame(problems, [])
      t.strictSame(fixture, { pools: [{ UserPool, ...expected }] })
    })
})

t.test('text as others write it: with a mark, in UTF-16, by a link', async (t) => {
  const folder = t.testdir({
    elsewhere: { 'users.json': JSON.stringify({ Users: [user('ada')] }) },
    pool: {},
  })
  const text = `\ufeff${JSON.stringify({ UserPool })}`
  writeFileSync(join(folder, 'pool', 'utf8.json'), text)
  writeFileSync(join(folder, 'pool', 'utf16.JSON'), Buffer.from(text, 'utf16le'))
  symlinkSync('../elsewhere/users.json', join(folder, 'pool', 'users.json'))
  symlinkSync('../pool', join(folder, 'pool', 'loop'))
  symlinkSync('../elsewhere', join(folder, 'pool', 'more'))
  writeFileSync(join(folder, 'pool', 'README.md'), 'is not read')
  mkdirSync(join(folder, 'pool', '.git'))
  writeFileSync(join(folder, 'pool', '.git', 'bad.json'), 'is not read')
  const { fixture, problems } = await loadFolder(join(folder, 'pool'))
  t.strictSame(problems, [])
  t.strictSame(fixture, { pools: [{ UserPool, Users: [user('ada')] }] })
})

t.test('two pools: by what a document says, by the name of the folder, by what else is in it', async (t) => {
  const north = { Id: 'eu-north-1_North', Name: 'north' }
  const south = { Id: 'eu-south-1_South', Name: 'south' }
  const { fixture, problems } = await load(t, {
    north: {
      'pool.json': { UserPool: north },
      'client.json': { UserPoolClient: { ClientId: 'ofsouth', UserPoolId: south.Id } },
      deeper: { 'users.json': { Users: [user('nora')] } },
    },
    'pools.json': { UserPool: south },
    'eu-south-1_South': {
      'groups.json': { Groups: [{ GroupName: 'all' }] },
      groups: { 'all.json': { Users: [user('sam')] } },
      'mfa.json': { MfaConfiguration: 'OFF' },
    },
  })
  t.strictSame(problems, [])
  t.strictSame(fixture, {
    pools: [
      { UserPool: north, Users: [user('nora')] },
      {
        UserPool: south,
        MfaConfig: { MfaConfiguration: 'OFF' },
        Clients: [{ ClientId: 'ofsouth', UserPoolId: south.Id }],
        Groups: [{ GroupName: 'all' }],
        Users: [{ ...user('sam'), Groups: ['all'] }],
      },
    ],
  })
})

t.test('what is written in the fixture’s own form is laid over what was printed', async (t) => {
  const byEmail = { ...UserPool, UsernameAttributes: ['email'], AliasAttributes: ['preferred_username'] }
  const sub = '64684428-c021-7049-51b0-d218e66ffecd'
  const { fixture, problems } = await load(t, {
    'pool.json': { UserPool: byEmail },
    'domain.json': { DomainDescription: { Domain: 'login', ManagedLoginVersion: 1 } },
    'clients.json': {
      UserPoolClients: [client('a', { ClientName: 'web' }), client('b', { ClientName: 'spa' })],
    },
    'users.json': {
      Users: [user(sub, { Attributes: [{ Name: 'email', Value: 'ada@example.com' }] }), user('x')],
    },
    'mocknito.yaml': `
defaults: { password: Passw0rd! }
pools:
  - UserPool: { UsernameConfiguration: { CaseSensitive: false } }
    Domain: here
    DomainDescription: { ManagedLoginVersion: 2 }
    Clients:
      - { ClientName: web, CallbackURLs: ['http://localhost:3000/'] }
      - { ClientId: b, ClientName: renamed }
      - { ClientId: c, AllowedOAuthFlows: [code] }
    Users:
      - { Username: ada@example.com, Password: Secret1! }
      - { Username: new, Attributes: { email: new@example.com } }
    Groups: [{ GroupName: local }]
`,
    'groups.json': { Groups: [{ GroupName: 'admins' }] },
    'more.json': { pools: [{ UserPool: { Id: poolId }, Users: [{ Username: 'x', Groups: ['local'] }] }] },
  })
  t.strictSame(problems, [])
  t.strictSame(fixture, {
    defaults: { password: 'Passw0rd!' },
    pools: [
      {
        UserPool: { ...byEmail, UsernameConfiguration: { CaseSensitive: false } },
        Domain: 'here',
        DomainDescription: { Domain: 'login', ManagedLoginVersion: 2 },
        Clients: [
          client('a', { CallbackURLs: ['http://localhost:3000/'] }),
          client('b', { ClientName: 'renamed' }),
          { ClientId: 'c', AllowedOAuthFlows: ['code'] },
        ],
        Groups: [{ GroupName: 'admins' }, { GroupName: 'local' }],
        Users: [
          user(sub, { Attributes: [{ Name: 'email', Value: 'ada@example.com' }], Password: 'Secret1!' }),
          user('x', { Groups: ['local'] }),
          { Username: 'new', Attributes: { email: 'new@example.com' } },
        ],
      },
    ],
  })
})

t.test('a folder may have nothing but fixtures in their own form, or a pool more in one', async (t) => {
  const own = { pools: [{ UserPool: { Name: 'a' }, Users: [{ Username: 'ada' }] }] }
  const other = { pools: [{ UserPool: { Id: 'eu-west-1_Other' } }] }
  t.strictSame((await load(t, { 'a.json': own, 'b.json': other })).fixture, {
    pools: [...own.pools, ...other.pools],
  })
  t.strictSame(
    (
      await load(t, {
        'a.json': { pools: [{ Users: [{ Username: 'ada' }] }] },
        'b.json': { Users: [{ Username: 'ada' }] },
      })
    ).fixture,
    { pools: [{ UserPool: {}, Users: [{ Username: 'ada' }] }] },
  )
  const added = { UserPool: { Id: 'eu-west-1_Added', Name: 'added' } }
  t.strictSame((await load(t, { ...pool, 'a.json': { pools: [added] } })).fixture, {
    pools: [{ UserPool }, added],
  })
})

t.test('the words of the fixture’s own form are those of its schema', async (t) => {
  const { properties } = fixtureSchema
  t.strictSame(Object.keys(properties).sort(), ['$schema', ...commonKeys, 'pools'].sort())
  const parts: Record<string, { type?: string }> = properties.pools.items.properties
  t.strictSame(
    Object.keys(parts).filter((part) => parts[part]?.type === 'array'),
    Object.keys(listParts),
  )
})

t.test('the functions of triggers are found in the folder', async (t) => {
  const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:add-tenant'
  const url = 'http://localhost/'
  const folder = t.testdir({
    'pool.json': JSON.stringify({
      UserPool: { ...UserPool, LambdaConfig: { PreTokenGeneration: functionArn } },
    }),
    'client.json': JSON.stringify({
      UserPoolClient: client('a', {
        CallbackURLs: [url],
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['openid'],
      }),
    }),
    'users.json': JSON.stringify({ Users: [user('ada')] }),
    'mocknito.yaml': `
defaults: { password: Passw0rd! }
pools: [{ LambdaFunctions: { add-tenant: { Module: ./add-tenant.mjs } } }]
`,
    'add-tenant.mjs':
      'export const handler = async (event) => ({ ...event, response: { claimsOverrideDetails: { claimsToAddOrOverride: { tenant: "north" } } } })',
  })
  const mock = await startWorld(t, { fixture: folder })
  const callback = await createBrowser().signIn(authorizeUrl(mock, { redirect_uri: url, scope: 'openid' }), {
    username: 'ada',
    password: 'Passw0rd!',
  })
  const { body } = await postToken(mock, {
    grant_type: 'authorization_code',
    client_id: 'a',
    code: String(callback.searchParams.get('code')),
    redirect_uri: url,
  })
  t.match(claimsOf(String(body.id_token)), { tenant: 'north' })
})

t.test('everything that is wrong is told at once, with file and place', async (t) => {
  const { problems } = await load(t, {
    ...pool,
    'broken.json': '{"Users": [}',
    'notes.json': { Notes: [], todo: 1 },
    'users.json': {
      Users: ['ada', { Attributes: [] }, { Username: '' }, user('bob', { UserStatus: 'CONFIRMD' })],
    },
    'client.json': { UserPoolClient: client('a', { ClientSecret: 'tooshort' }) },
    'scopes.json': { UserPoolClient: client('b', { AllowedOAuthScopes: ['a/b'] }) },
  })
  t.strictSame(problems, [
    "…/broken.json: cannot be parsed: Unexpected token '}' (near line 1)",
    '…/notes.json: is nothing that the AWS CLI prints about a user pool; known are UserPool, UserPoolClient, UserPoolClients, User, Users, Group, Groups, ResourceServer, ResourceServers, IdentityProvider, Providers, DomainDescription, UICustomization, ManagedLoginBranding, Terms, MfaConfiguration, UserAttributes, Attributes',
    '…/users.json: Users[0]: is text, expected an object',
    '…/users.json: Users[1]: Username is missing',
    '…/users.json: Users[2]: Username is missing',
    '…/client.json: UserPoolClient.ClientSecret: has 8 characters, expected at least 24',
    '…/users.json: Users[3].UserStatus: is "CONFIRMD", expected UNCONFIRMED, CONFIRMED, FORCE_CHANGE_PASSWORD, RESET_REQUIRED, EXTERNAL_PROVIDER, ARCHIVED, COMPROMISED or UNKNOWN; did you mean CONFIRMED?',
  ])
})

t.test('every kind of mistake has its sentence', async (t) => {
  const own = (...pools: unknown[]) => ({ 'own.json': { pools } })
  const tooShort = { AccessTokenValidity: 1, TokenValidityUnits: { AccessToken: 'minutes' } }
  const cases: [name: string, files: Record<string, unknown>, problems: (string | RegExp)[]][] = [
    [
      'no pool',
      { 'users.json': { Users: [user('ada'), user('bob')] } },
      [
        'nothing here describes a user pool; add what this prints: aws cognito-idp describe-user-pool --user-pool-id <id>',
      ],
    ],
    ['nothing', {}, ['…: has no JSON and no YAML in it']],
    [
      'an empty file',
      { ...pool, 'users.json': '\n' },
      ['…/users.json: cannot be parsed: it is empty; the command that was to write it may have failed'],
    ],
    [
      'an empty object',
      { ...pool, 'users.json': {} },
      [/^…\/users.json: is nothing that the AWS CLI prints about a user pool; known are /],
    ],
    ['a scalar', { ...pool, 'users.json': '"Passw0rd!"' }, ['…/users.json: is text, expected an object']],
    [
      'a number, null and a list of a list',
      { ...pool, 'users.json': '1', 'a.json': 'null', 'b.json': '[[]]' },
      [
        '…/a.json: is null, expected an object',
        '…/b.json: is a list, expected an object',
        '…/users.json: is 1, expected an object',
      ],
    ],
    [
      'a key nearly right',
      { ...pool, 'users.json': { users: [] } },
      ['…/users.json: is nothing that the AWS CLI prints about a user pool; did you mean Users?'],
    ],
    [
      'a strange key among known ones',
      { 'pool.json': { UserPool, Userz: [] } },
      ['…/pool.json: Userz is nothing that the AWS CLI prints about a user pool; did you mean User?'],
    ],
    [
      'two commands in one object',
      { 'pool.json': { UserPool, MfaConfiguration: 'OFF' } },
      [
        '…/pool.json: has UserPool in what another command prints; keep the two apart',
        /^nothing here describes/,
      ],
    ],
    [
      'a list that is none',
      { ...pool, 'users.json': { Users: { ada: {} } } },
      ['…/users.json: Users: is an object, expected a list'],
    ],
    [
      'a pool without an id',
      { 'pool.json': { UserPool: { Name: 'a' } } },
      ['…/pool.json: UserPool: Id is missing', /^nothing here describes/],
    ],
    [
      'the second document in a file',
      { ...pool, 'users.json': '{"Users":[]}\n{"Users":[1]}' },
      ['…/users.json (document 2): Users[0]: is 1, expected an object'],
    ],
    [
      'a broken second document',
      { ...pool, 'users.json': '{"Users":[]}\n{"Users":\n[1,]}' },
      ["…/users.json: cannot be parsed: Unexpected token ']' (near line 2)"],
    ],
    [
      'a mistake whose place is sure',
      { ...pool, 'users.json': '{"Users":[],\n}' },
      ['…/users.json: cannot be parsed: Expected double-quoted property name (near line 2)'],
    ],
    [
      'a mistake that may be in many places',
      {
        ...pool,
        'users.json': `[{"a": 1, "b": 1},\n{"a": x, "b": 1},\n{"a": x, "b": 1}]`,
      },
      [/^…\/users.json: cannot be parsed: Unexpected token 'x'$/],
    ],
    [
      'no end',
      { ...pool, 'users.json': '{"Users":[' },
      ['…/users.json: cannot be parsed: Unexpected end of JSON input'],
    ],
    [
      'broken YAML',
      { ...pool, 'users.yml': 'Users: [Passw0rd!' },
      [/^…\/users.yml: cannot be parsed: Flow sequence .* line 1, column \d+$/],
    ],
    [
      'a document of a pool that is not here',
      {
        ...pool,
        'groups.json': {
          Groups: [
            { GroupName: 'a', UserPoolId: 'eu-west-1_Else' },
            { GroupName: 'b', UserPoolId: 'eu-west-1_Else' },
          ],
        },
      },
      [
        '…/groups.json: belongs to the pool eu-west-1_Else, which nothing here describes; add what this prints: aws cognito-idp describe-user-pool --user-pool-id eu-west-1_Else',
      ],
    ],
    [
      'a document of a pool with a nearly right id',
      { ...pool, 'client.json': { UserPoolClient: client('a', { UserPoolId: 'eu-west-1_Import' }) } },
      [
        '…/client.json: belongs to the pool eu-west-1_Import, which nothing here describes; did you mean eu-west-1_Imported?',
      ],
    ],
    [
      'a document of one of several pools',
      {
        'a.json': { UserPool },
        'b.json': { UserPool: { Id: 'eu-west-1_Two' } },
        'users.json': { Users: [user('ada')] },
        deep: { 'mfa.json': { MfaConfiguration: 'OFF' } },
      },
      [
        '…/users.json: does not say to which pool it belongs; put it into a folder that has the pool’s id as its name: eu-west-1_Imported or eu-west-1_Two',
        '…/deep/mfa.json: does not say to which pool it belongs; put it into a folder that has the pool’s id as its name: eu-west-1_Imported or eu-west-1_Two',
      ],
    ],
    [
      'two pools in folders, and a file in neither',
      {
        a: { 'a.json': { UserPool } },
        b: { 'b.json': { UserPool: { Id: 'eu-west-1_Two' } } },
        'users.json': { Users: [user('ada')] },
      },
      [/^…\/users.json: does not say to which pool it belongs/],
    ],
    [
      'two descriptions of one client that differ',
      {
        ...pool,
        'a.json': { UserPoolClient: client('a', { ClientSecret: 'x'.repeat(30) }) },
        'b.json': { UserPoolClient: client('a', { ClientSecret: 'y'.repeat(30), ClientName: 'other' }) },
      },
      [
        '…/b.json: UserPoolClient.ClientName: contradicts …/a.json: UserPoolClient.ClientName',
        '…/b.json: UserPoolClient.ClientSecret: contradicts …/a.json: UserPoolClient.ClientSecret',
      ],
    ],
    [
      'two times that differ',
      {
        ...pool,
        'a.json': { User: user('ada', { UserCreateDate: 0 }) },
        'b.json': { User: user('ada', { UserCreateDate: 'never' }) },
      },
      ['…/b.json: User.UserCreateDate: contradicts …/a.json: User.UserCreateDate'],
    ],
    [
      'two descriptions of a pool that differ',
      { ...pool, 'twice.json': { UserPool: { ...UserPool, Name: 'other' } } },
      ['…/twice.json: UserPool.Name: contradicts …/pool.json: UserPool.Name'],
    ],
    [
      'members of a group that is not there',
      {
        ...pool,
        'groups.json': { Groups: [{ GroupName: 'admins' }] },
        groups: { 'admns.json': { Users: [] } },
      },
      ['…/groups/admns.json: there is no group admns; did you mean admins?'],
    ],
    [
      'members, and no list of groups',
      { ...pool, groups: { 'admins.json': { Users: [] } } },
      [
        '…/groups/admins.json: there is no group admins; add what this prints: aws cognito-idp list-groups --user-pool-id eu-west-1_Imported',
      ],
    ],
    [
      'members who have no name',
      { ...pool, 'g.json': { Group: { GroupName: 'admins' } }, groups: { 'admins.json': { Users: [1] } } },
      ['…/groups/admins.json: Users[0]: is 1, expected an object'],
    ],
    [
      'a password for nobody',
      {
        ...pool,
        'u.json': { Users: [user('alice')] },
        ...own({ UserPool: {}, Users: [{ Username: 'alise', Password: 'Passw0rd!' }] }),
      },
      [
        '…/own.json: pools[0].Users[0]: nothing of the AWS CLI has alise among its Users; did you mean alice? (what is new needs Attributes or UserStatus)',
      ],
    ],
    [
      'a secret for nobody',
      {
        ...pool,
        'c.json': { UserPoolClient: client('a') },
        ...own({ UserPool: {}, Clients: [{ ClientName: 'mobile', ClientSecret: 'x'.repeat(30) }] }),
      },
      [
        '…/own.json: pools[0].Clients[0]: nothing of the AWS CLI has mobile among its Clients (what is new needs AllowedOAuthFlows)',
      ],
    ],
    [
      'a name that two clients have',
      {
        ...pool,
        'c.json': { UserPoolClients: [client('a'), client('b')] },
        ...own({ UserPool: {}, Clients: [{ ClientName: 'web' }] }),
      },
      ['…/own.json: pools[0].Clients[0]: web may be any of several; give the ClientId'],
    ],
    [
      'two own forms that differ',
      { ...pool, ...own({ UserPool: {}, Domain: 'a' }), 'own.yaml': 'pools: [{ UserPool: {}, Domain: b }]' },
      ['…/own.yaml: pools[0].Domain: contradicts …/own.json: pools[0].Domain'],
    ],
    [
      'an own form of a pool that is not here',
      { ...pool, ...own({ UserPool: { Id: 'us-east-1_Else' } }) },
      [/^…\/own.json: belongs to the pool us-east-1_Else/],
    ],
    [
      'an own form that is none',
      { ...pool, 'own.json': { pools: {}, defaults: 1, pool: [] } },
      [
        '…/own.json: pools: is an object, expected a list',
        '…/own.json: defaults: is 1, expected an object',
        '…/own.json: pool is not known here; known are $schema, defaults, switches, pools',
      ],
    ],
    [
      'an own form with pools that are none',
      { ...pool, ...own('a', { UserPool: {}, Users: ['ada'], Clients: [{}] }) },
      [
        '…/own.json: pools[0]: is text, expected an object',
        '…/own.json: pools[1].Users[0]: is text, expected an object',
        '…/own.json: pools[1].Clients[0]: ClientId or ClientName is missing',
      ],
    ],
    [
      'parts of the wrong kind in an own form',
      { ...pool, ...own({ UserPool: {}, Users: {}, DomainDescription: 1, Lambdas: [] }) },
      [
        /^…\/own.json: pools\[0\]: Lambdas is not known here; known are /,
        '…/own.json: pools[0].DomainDescription: is 1, expected an object',
        '…/own.json: pools[0].Users: is an object, expected a list',
      ],
    ],
    [
      'a pool of the wrong kind in an own form',
      { ...pool, ...own({ UserPool: 5 }) },
      ['…/own.json: pools[0].UserPool: is 5, expected an object'],
    ],
    [
      'a pool id of the wrong kind in an own form',
      { ...pool, ...own({ UserPool: { Id: 5 } }) },
      ['…/own.json: pools[0].UserPool.Id: is 5, expected text'],
    ],
    [
      'defaults',
      { ...pool, 'own.json': { defaults: { Password: 'x', password: 1 } } },
      [
        '…/own.json: defaults: Password is not known here; did you mean password?',
        '…/own.json: defaults.password: is (not shown here), expected text',
      ],
    ],
    [
      'switches',
      {
        ...pool,
        'a.json': { switches: { 'pkce-failure': 'invalid_grant' } },
        'b.json': { switches: { 'pkce-failur': 'x', 'scope-not-allowed': 'maybe' } },
      },
      [
        '…/b.json: switches: pkce-failur is not known here; did you mean pkce-failure?',
        /^…\/b.json: switches.scope-not-allowed: is "maybe", expected /,
      ],
    ],
    [
      'a function that no trigger calls',
      { ...pool, ...own({ UserPool: {}, LambdaFunctions: { 'add-tenant': { Response: {} } } }) },
      [
        '…/own.json: pools[0].LambdaFunctions.add-tenant: no trigger of LambdaConfig calls the function add-tenant',
      ],
    ],
    [
      'defaults that differ',
      { ...pool, 'a.json': { defaults: { password: 'x' } }, 'b.json': { defaults: { password: 'y' } } },
      ['…/b.json: defaults.password: contradicts …/a.json: defaults.password'],
    ],
    [
      'a field that is not written',
      {
        ...pool,
        'c.json': { UserPoolClient: client('a', { TokenValidityUnits: tooShort.TokenValidityUnits }) },
      },
      ['…/c.json: UserPoolClient.AccessTokenValidity: is 60 seconds, expected 5 minutes to 1 day'],
    ],
    [
      'a field within one',
      {
        ...pool,
        'c.json': { UserPoolClient: client('a', { CallbackURLs: ['http://localhost/', 'nowhere'] }) },
      },
      ['…/c.json: UserPoolClient.CallbackURLs[1]: nowhere is not an absolute URL'],
    ],
    [
      'the other words',
      { ...pool, 'u.json': { Username: 'ada', UserAttributes: [{ Name: 'email' }] } },
      ['…/u.json: UserAttributes[0]: Value is missing'],
    ],
    [
      'a bare document',
      { ...pool, 'u.json': { Username: 'ada', UserAttributes: [], Pasword: 'x' } },
      ['…/u.json: Pasword is not known here; did you mean Password?'],
    ],
    [
      'two of one name',
      {
        ...pool,
        'u.json': { Users: [user('ada'), user('bob', { Username: 'Ada' })] },
        'own.json': { pools: [{ UserPool: { UsernameConfiguration: { CaseSensitive: false } } }] },
      },
      ['…/u.json: Users[1]: the sign-in name ada is that of …/u.json: Users[0] too'],
    ],
    [
      'two pools of one domain',
      {
        'a.json': { UserPool: { ...UserPool, Domain: 'login' } },
        'b.json': { UserPool: { Id: 'eu-west-1_Two', Domain: 'login' } },
      },
      ['…/b.json: UserPool: the Domain login is that of …/a.json: UserPool too'],
    ],
  ]
  for (const [name, files, expected] of cases)
    await t.test(name, async (t) => {
      const { problems } = await load(t, files)
      t.match(problems, expected)
      t.equal(problems.length, expected.length, problems.join('\n'))
    })
})

t.test('what the files leave out is noted, with the command that prints it', async (t) => {
  const from = 'add what this prints: aws cognito-idp'
  const { problems, notes } = await load(t, {
    ...pool,
    'clients.json': { UserPoolClients: [client('a'), client('b')] },
    'client.json': { UserPoolClient: client('b') },
    'groups.json': { Groups: [{ GroupName: 'told' }, { GroupName: 'a/b' }] },
    groups: { 'told.json': { Users: [] } },
    'providers.json': { Providers: [{ ProviderName: 'Google' }] },
    'domain.json': { DomainDescription: {} },
    'risk.json': { RiskConfiguration: {}, ResponseMetadata: {} },
    'users.json': {
      Users: [
        ...['ada', 'bob', 'cleo', 'dan', 'eve', 'fay'].map((name) => user(name)),
        user('google_1', { UserStatus: 'EXTERNAL_PROVIDER' }),
      ],
    },
    'totp.json': {
      Username: 'ada',
      UserAttributes: user('ada').Attributes,
      UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
    },
  })
  t.strictSame(problems, [])
  t.strictSame(notes, [
    '…/domain.json: DomainDescription: there is no such domain',
    '…/risk.json: RiskConfiguration: is not used here',
    `…/clients.json: UserPoolClients[0]: the secret and the URLs of this client are missing; ${from} describe-user-pool-client --user-pool-id ${poolId} --client-id a`,
    `…/providers.json: Providers[0]: the details of this provider are missing; ${from} describe-identity-provider --user-pool-id ${poolId} --provider-name Google`,
    `who is in the group a/b is not said; ${from} list-users-in-group --user-pool-id ${poolId} --group-name a/b >groups/a%2Fb.json`,
    `users of ${poolId} without a password, as whom nobody can sign in (AWS exports none; give defaults.password, or each a Password): ada, bob, cleo, dan, eve and 1 more`,
    `users of ${poolId} with an authenticator app but without its seed (AWS exports none; give each a SoftwareTokenSecret): ada`,
  ])
  t.strictSame((await load(t, pool)).notes, [
    `pool ${poolId} has no clients; ${from} list-user-pool-clients --user-pool-id ${poolId}`,
    `pool ${poolId} has no users; ${from} list-users --user-pool-id ${poolId}`,
  ])
})

t.test('files that mean harm, or are none, end in a sentence', async (t) => {
  const folder = t.testdir({ 'pool.json': JSON.stringify({ UserPool }) })
  const file = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content)
  file('binary.json', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0x00]))
  file('deep.json', `${'['.repeat(200_000)}${']'.repeat(200_000)}`)
  file('deep.yaml', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`)
  file('escape.json', '{"\\u001b[31mred": 1}')
  file('huge.json', '')
  truncateSync(join(folder, 'huge.json'), 64 * 2 ** 20 + 1)
  file(
    'laughs.yaml',
    `${['a: &a [x,x]', ...[...'bcdefghij'].map((name, at) => `${name}: &${name} [${`*${'abcdefghij'[at]},`.repeat(9)}]`)].join('\n')}`,
  )
  file('null.json', '\0\0\0')
  file(
    'proto.json',
    '{"Users":[{"Username":"ada","__proto__":{"Password":"x"},"constructor":1}],"__proto__":1}',
  )
  symlinkSync('nowhere.json', join(folder, 'dangling.json'))
  symlinkSync('nowhere.txt', join(folder, 'dangling.txt'))
  symlinkSync('self.json', join(folder, 'self.json'))
  execFileSync('mkfifo', [join(folder, 'fifo.json')])
  mkdirSync(join(folder, 'folder.json'))

  const { problems } = await loadFolder(folder)
  const expected = [
    '…/dangling.json: cannot be read: ENOENT: no such file or directory',
    '…/fifo.json: is neither a file nor a folder',
    '…/self.json: cannot be read: ELOOP: too many symbolic links encountered',
    '…/binary.json: cannot be parsed: it is not text in UTF-8',
    '…/deep.json: cannot be parsed: it is nested deeper than 100 levels',
    /^…\/deep.yaml: cannot be parsed: (it is nested deeper than 100 levels|Maximum call stack size exceeded)/,
    '…/huge.json: cannot be read: it has 65 MiB, of which 64 at most are read',
    /^…\/laughs.yaml: cannot be parsed: Excessive alias count/,
    /^…\/null.json: cannot be parsed: Unexpected token/,
    /^…\/escape.json: is nothing that the AWS CLI prints/,
    '…/proto.json: __proto__ is nothing that the AWS CLI prints about a user pool; known are',
  ]
  t.match(problems, expected)
  t.equal(problems.length, expected.length, problems.join('\n'))
  t.notMatch(problems.join(''), '\u001b', 'nothing that a terminal obeys')
  t.notMatch(problems.join(''), '\0')
})

t.test('a key that is the name of something of every object is a key', async (t) => {
  const { fixture } = await load(t, {
    ...pool,
    'users.json': '{"Users":[{"Username":"constructor","__proto__":{"Password":"x"},"Attributes":{"a":1}}]}',
  })
  const [ada] = fixture?.pools[0]?.Users ?? []
  t.strictSame(Object.keys(ada ?? {}), ['Username', '__proto__', 'Attributes'])
  t.equal(ada?.Password, undefined)
})

t.test('more files than anybody has are not read', async (t) => {
  const folder = t.testdir({ 'a.json': '', 'b.json': '', 'c.json': '', deep: { 'd.json': '' } })
  t.strictSame(await filesOf([folder], 4), {
    files: ['a.json', 'b.json', 'c.json', 'deep/d.json'].map((file) => join(folder, file)),
    problems: [],
  })
  t.strictSame(await filesOf([folder], 3), {
    files: [],
    problems: ['there are more than 3 JSON and YAML files'],
  })
})

t.test('a broken file does not make mistakes of what refers to it', async (t) => {
  const { problems } = await load(t, {
    ...pool,
    'client.json': { UserPoolClient: client('a', { AllowedOAuthScopes: ['orders/read'] }) },
    'servers.json': '{',
  })
  t.strictSame(problems, ["…/servers.json: cannot be parsed: Expected property name or '}' (near line 1)"])
})

t.test('one file, whatever it is called, may be what the AWS CLI prints', async (t) => {
  const folder = t.testdir({
    dump: `${JSON.stringify({ UserPool })}${JSON.stringify({ Users: [user('ada')] })}`,
    'both.json': JSON.stringify({ pools: [{ UserPool }], Users: [] }),
    'x.json': '[]',
  })
  t.strictSame(await loadFixture(join(folder, 'dump')), { pools: [{ UserPool, Users: [user('ada')] }] })
  await t.rejects(loadFixture(join(folder, 'both.json')), { message: /at the top: Users is not known here/ })
  const file = join(folder, 'x.json')
  await t.rejects(loadFixture(file), {
    message: `${file} has 1 problem:\n  at the top: is a list, expected an object`,
  })
})

t.test('files and folders that are named make one fixture, in any order', async (t) => {
  const folder = t.testdir({
    'pool.json': JSON.stringify({ UserPool }),
    users: {
      'a.json': JSON.stringify({ Users: [user('ada')] }),
      'b.json': JSON.stringify({ Users: [user('bob')] }),
    },
  })
  const paths = ['users', 'pool.json', 'users/a.json', '.'].map((path) => join(folder, path))
  const expected = { pools: [{ UserPool, Users: [user('ada'), user('bob')] }] }
  t.strictSame(await importFixture(paths), expected)
  t.strictSame(await importFixture(paths.toReversed()), expected)
  await t.rejects(importFixture([join(folder, 'pool.json'), join(folder, 'missing.json')]), {
    message: `${join(folder, 'pool.json')}, ${join(folder, 'missing.json')} has 1 problem:\n  ${join(folder, 'missing.json')}: cannot be read: ENOENT`,
  })
})

t.test('people of another provider are known by what that calls them', async (t) => {
  const { fixture, problems } = await load(t, {
    'pool.json': {
      UserPool: { ...UserPool, UsernameAttributes: ['email'], AliasAttributes: ['preferred_username'] },
    },
    'users.json': {
      Users: [
        user('ada'),
        user('corp_ada@example.com', { UserStatus: 'EXTERNAL_PROVIDER', Attributes: user('ada').Attributes }),
      ],
    },
  })
  t.strictSame(problems, [], 'two people may have one address then')
  const [{ people } = { people: [] }] = await inspect(fixture as Fixture)
  t.equal(people[1]?.username, 'corp_ada@example.com')
  t.equal(people[1]?.attributes.email, 'ada@example.com')
})

t.test('the domain is that of describe-user-pool, if nobody describes it', async (t) => {
  const domainOf = async (files: Record<string, unknown>) => {
    const [loaded] = await inspect((await load(t, files)).fixture as Fixture)
    return [loaded?.domainPrefix, loaded?.look]
  }
  const withDomain = { 'pool.json': { UserPool: { ...UserPool, Domain: 'login' } } }
  const custom = {
    'domain.json': { DomainDescription: { Domain: 'login.example.com', ManagedLoginVersion: 2 } },
  }
  t.strictSame(await domainOf(withDomain), ['login', 'classic'])
  t.strictSame(await domainOf({ ...withDomain, ...custom }), ['login', 'managed'])
  t.strictSame(await domainOf({ ...pool, ...custom }), [undefined, 'managed'])
})

t.test('the log says once who has the password of the defaults, and not which', async (t) => {
  const lines: string[] = []
  const people = [
    { Username: 'ada' },
    { Username: 'bob', UserStatus: 'UNCONFIRMED' as const },
    { Username: 'cleo', Password: 'Own1!' },
  ]
  const fixture: Fixture = {
    defaults: { password: 'Default1!' },
    pools: [
      { UserPool: { Name: 'here' }, Users: people },
      { UserPool: {}, Users: people },
    ],
  }
  const mock = await startWorld(t, { fixture, log: (line) => lines.push(line) })
  t.equal(mock.pools.length, 2)
  t.strictSame(lines, [
    'users of here without a password of their own, who get that of the defaults: ada',
    'users of here without a password, as whom nobody can sign in (AWS exports none; give defaults.password, or each a Password): bob',
    'users of the pool without a password of their own, who get that of the defaults: ada',
    'users of the pool without a password, as whom nobody can sign in (AWS exports none; give defaults.password, or each a Password): bob',
  ])
})
