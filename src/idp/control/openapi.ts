// The control API as an OpenAPI 3.1 document, written with TypeBox. It is generated into fixtures/openapi.json
// (`npm run generate`), and that file is what a running server reads: its routes, what each of them takes, and the
// document that it serves are one. Nothing imports this file at run time (docs/decisions/0003-typebox-is-not-loaded.md).
import Type, { type TSchema } from 'typebox'

const closed = { additionalProperties: false } as const

const text = (description?: string) => Type.String(description === undefined ? {} : { description })
const maybe = Type.Optional
const texts = Type.Array(Type.String())
const oneOf = (...words: readonly string[]) => Type.Enum([...words])

const Duration = Type.Union([Type.String(), Type.Number()], {
  description: '`5m`, `1h30m`, `PT5M`, or a number of seconds.',
})
const Instant = Type.String({ format: 'date-time' })

const Target = Type.String({
  description:
    'authorize, login, logout, token, token:code, token:refresh, token:machine, userInfo, revoke, jwks, discovery, api:<operation>, or * for all.',
})

const Client = Type.Object({
  id: text(),
  name: text(),
  secret: maybe(text('The first of the secrets; absent for a public client.')),
  secrets: texts,
  callbackUrls: texts,
  logoutUrls: texts,
  oauthFlows: texts,
  scopes: texts,
})

const NewClient = Type.Object(
  {
    name: text(),
    id: maybe(text('Made up if left out.')),
    secret: maybe(
      Type.Union([Type.String(), Type.Boolean()], { description: 'true: confidential, and made up.' }),
    ),
    callbackUrls: maybe(texts),
    logoutUrls: maybe(texts),
    oauthFlows: maybe(Type.Array(oneOf('code', 'implicit', 'client_credentials'))),
    scopes: maybe(texts),
    accessTokenSeconds: maybe(Type.Integer()),
    idTokenSeconds: maybe(Type.Integer()),
    refreshTokenSeconds: maybe(Type.Integer()),
    rotation: maybe(Type.Object({ graceSeconds: Type.Integer() }, closed)),
  },
  closed,
)

const UserStatus = oneOf(
  'UNCONFIRMED',
  'CONFIRMED',
  'FORCE_CHANGE_PASSWORD',
  'RESET_REQUIRED',
  'EXTERNAL_PROVIDER',
  'ARCHIVED',
  'COMPROMISED',
  'UNKNOWN',
)

const newUser = {
  email: maybe(text('Shorthand for the attribute, verified.')),
  password: maybe(text()),
  confirmed: maybe(Type.Boolean()),
  status: maybe(UserStatus),
  groups: maybe(texts),
  attributes: maybe(Type.Record(Type.String(), Type.String())),
  mfa: maybe(oneOf('none', 'totp', 'sms', 'email')),
}

const User = Type.Object({
  sub: text(),
  username: text(),
  status: UserStatus,
  enabled: Type.Boolean(),
  attributes: Type.Record(Type.String(), Type.String()),
  groups: texts,
  totpSecret: maybe(text('Base32 seed of the authenticator app.')),
})

const Pool = Type.Object({
  id: text(),
  name: text(),
  issuer: text(),
  jwksUri: text(),
  domainUrl: text(),
  clients: Type.Array(Client),
})

const Cookie = Type.Object({
  name: text(),
  value: text(),
  domain: text(),
  path: text(),
  expires: Type.Number(),
  httpOnly: Type.Boolean(),
  secure: Type.Boolean(),
  sameSite: text(),
})

const ClockState = Type.Object({ now: Instant, isFrozen: Type.Boolean(), affected: maybe(Type.Integer()) })

/** Which values make sense is said by the handle, in the same words as in the process of the mock. */
const Fault = Type.Object(
  {
    oauth: maybe(
      text('An OAuth error: JSON on the back channel, a redirect to the app from the hosted pages.'),
    ),
    aws: maybe(text('An error of the AWS JSON API, as in TooManyRequestsException.')),
    message: maybe(text('Of an AWS error.')),
    throttle: maybe(Type.Boolean({ description: '429.' })),
    status: maybe(Type.Integer({ description: 'An answer of your own, or the status of an OAuth error.' })),
    body: maybe(Type.Unknown({ description: 'Of an answer of your own; what is no text is sent as JSON.' })),
    headers: maybe(Type.Record(Type.String(), Type.String())),
    delay: maybe(Duration),
    dribble: maybe(Type.Object({ chunks: Type.Integer(), over: Duration }, closed)),
    network: maybe(text('reset, empty, garbage, truncate or hang.')),
    malformedJson: maybe(Type.Boolean()),
    contentType: maybe(text()),
    token: maybe(
      text(
        'expired, wrongNonce, wrongAudience, badSignature, noIdToken or noRefreshToken: what an app must refuse.',
      ),
    ),
  },
  {
    ...closed,
    description:
      'One of oauth, aws, throttle, delay, dribble, network, malformedJson, contentType, token and status says what happens.',
  },
)

const ArmedFault = Type.Object({
  id: text(),
  target: Target,
  remaining: Type.Union([Type.Integer(), Type.Null()]),
  strikes: Type.Integer(),
})

const RecordedRequest = Type.Object({
  id: Type.Integer({ description: 'What `since` is compared with.' }),
  at: Instant,
  target: text(),
  method: text(),
  path: text(),
  client: maybe(text()),
  user: maybe(text()),
  auth: oneOf('basic', 'post', 'none'),
  parameters: Type.Array(Type.Object({ name: text(), value: text() })),
  status: Type.Integer(),
  outcome: oneOf('answered', 'refused', 'faulty', 'failed'),
  error: maybe(text()),
  rule: maybe(text('A row of docs/compatibility.md.')),
  reason: maybe(text()),
  nearMiss: maybe(Type.Object({ parameter: text(), sent: text(), nearest: text() })),
  fault: maybe(text()),
})

const MailKind = oneOf('signup', 'forgot', 'invite', 'mfa', 'verifyAttribute')

const Mail = Type.Object({
  id: Type.Integer({ description: 'What `since` is compared with.' }),
  at: Instant,
  to: text('The address or the number, in full.'),
  medium: oneOf('EMAIL', 'SMS'),
  kind: MailKind,
  username: text(),
  subject: maybe(text()),
  text: text(),
  code: maybe(text('Of the text; or the temporary password of an invitation.')),
  link: maybe(text()),
})

const Problem = Type.Object(
  { title: text(), status: Type.Integer(), detail: text('A sentence that says what to mend.') },
  { description: 'RFC 9457' },
)

const wait = maybe(text('How long to wait for the first one, as in 5s; an empty list if none comes.'))

const requestQuery = {
  target: maybe(Target),
  client: maybe(text('A client id.')),
  user: maybe(text()),
  status: maybe(Type.Integer()),
  outcome: maybe(oneOf('answered', 'refused', 'faulty', 'failed')),
  since: maybe(Type.Integer({ description: 'Only what came after the request with this id.' })),
  wait,
}

interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  readonly path: string
  readonly summary: string
  readonly query?: Record<string, TSchema>
  readonly body?: TSchema
  /** Whether it may be left out. */
  readonly isBodyOptional?: boolean
  /** What it answers; nothing (204) if left out. */
  readonly answer?: TSchema
}

const clockMove = (path: string, summary: string, body?: TSchema): Operation => ({
  method: 'post',
  path: `/pools/{pool}/clock/${path}`,
  summary,
  ...(body && { body }),
  answer: ClockState,
})

/** By operationId, in the order of the documentation. */
const operations: Readonly<Record<string, Operation>> = {
  getInfo: {
    method: 'get',
    path: '/info',
    summary: 'What is running here, and under which name',
    answer: Type.Object({
      version: text(),
      url: text(),
      publicUrl: Type.Union([Type.String(), Type.Null()]),
      issuerMode: oneOf('local', 'aws'),
      pools: Type.Array(Type.Object({ id: text(), name: text(), issuer: text() })),
    }),
  },
  patchInfo: {
    method: 'patch',
    path: '/info',
    summary: 'Changes the name by which browsers and apps reach the server, as after a port was mapped',
    body: Type.Object({ publicUrl: Type.Union([Type.String(), Type.Null()]) }, closed),
    answer: Type.Object({ url: text() }),
  },
  getEnv: {
    method: 'get',
    path: '/env',
    summary: 'What an app under test needs in its environment',
    query: {
      format: maybe(oneOf('dotenv', 'json', 'shell', 'github', 'compose')),
      names: maybe(oneOf('ours', 'series', 'authjs', 'amplify')),
      pool: maybe(text('Default: the first pool.')),
    },
    answer: Type.Record(Type.String(), Type.String()),
  },
  reset: {
    method: 'post',
    path: '/reset',
    summary: 'Leads back to the fixture',
    body: Type.Object(
      { what: maybe(oneOf('data', 'faults', 'requests', 'clock', 'all')), pool: maybe(text()) },
      closed,
    ),
    isBodyOptional: true,
  },
  createSnapshot: {
    method: 'post',
    path: '/snapshots',
    summary: 'Remembers everything that is in the pools now',
    answer: Type.Object({ id: text() }),
  },
  restoreSnapshot: {
    method: 'post',
    path: '/snapshots/{snapshot}/restore',
    summary: 'Makes it so again',
  },
  listAllRequests: {
    method: 'get',
    path: '/requests',
    summary: 'Everything that came in, also what found no pool; oldest first',
    query: requestQuery,
    answer: Type.Array(RecordedRequest),
  },
  clearAllRequests: { method: 'delete', path: '/requests', summary: 'Forgets what came in' },
  listPools: { method: 'get', path: '/pools', summary: 'The pools', answer: Type.Array(Pool) },
  createPool: {
    method: 'post',
    path: '/pools',
    summary: 'Adds a pool: a copy of the first one, or what the fixture says',
    body: Type.Object(
      {
        name: maybe(text()),
        fixture: maybe(
          Type.Object({}, { additionalProperties: true, description: 'A pool as in fixture.schema.json.' }),
        ),
        clients: maybe(Type.Array(NewClient)),
        users: maybe(Type.Array(Type.Object({ username: maybe(text()), ...newUser }, closed))),
      },
      closed,
    ),
    isBodyOptional: true,
    answer: Pool,
  },
  getPool: {
    method: 'get',
    path: '/pools/{pool}',
    summary: 'One pool; `default` is the first',
    answer: Pool,
  },
  deletePool: { method: 'delete', path: '/pools/{pool}', summary: 'Takes a pool away' },
  createClient: {
    method: 'post',
    path: '/pools/{pool}/clients',
    summary: 'Registers a client, or replaces the one with the same id',
    body: NewClient,
    answer: Client,
  },
  registerUrls: {
    method: 'post',
    path: '/pools/{pool}/clients/{client}/urls',
    summary: 'Registers further URLs',
    body: Type.Object({ callbackUrls: maybe(texts), logoutUrls: maybe(texts) }, closed),
    answer: Client,
  },
  addSecret: {
    method: 'post',
    path: '/pools/{pool}/clients/{client}/secrets',
    summary: 'Adds a second secret',
    answer: Client,
  },
  removeSecret: {
    method: 'delete',
    path: '/pools/{pool}/clients/{client}/secrets/{secret}',
    summary: 'Takes a secret away',
    answer: Client,
  },
  listUsers: {
    method: 'get',
    path: '/pools/{pool}/users',
    summary: 'The people of the pool',
    answer: Type.Array(User),
  },
  createUser: {
    method: 'post',
    path: '/pools/{pool}/users',
    summary: 'Adds a user, or replaces the one of that name',
    body: Type.Object({ username: maybe(text()), ...newUser }, closed),
    answer: User,
  },
  putUser: {
    method: 'put',
    path: '/pools/{pool}/users/{user}',
    summary: 'Adds a user, or replaces the one of that name',
    body: Type.Object(newUser, closed),
    answer: User,
  },
  getUser: { method: 'get', path: '/pools/{pool}/users/{user}', summary: 'One user', answer: User },
  patchUser: {
    method: 'patch',
    path: '/pools/{pool}/users/{user}',
    summary: 'Changes what is named',
    body: Type.Object(
      {
        enabled: maybe(Type.Boolean()),
        status: maybe(UserStatus),
        password: maybe(text()),
        groups: maybe(texts),
        attributes: maybe(
          Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
            description: 'null takes one away.',
          }),
        ),
        lockedFor: maybe(
          Type.Union([Type.String(), Type.Number()], {
            description: 'As after too many wrong passwords; 0 lets the user try again at once.',
          }),
        ),
      },
      closed,
    ),
    answer: User,
  },
  deleteUser: { method: 'delete', path: '/pools/{pool}/users/{user}', summary: 'Deletes a user' },
  mintToken: {
    method: 'post',
    path: '/pools/{pool}/tokens',
    summary: 'Signs a token, good or bad in one way; with `set` all the tokens of a login',
    body: Type.Object(
      {
        user: maybe(text()),
        client: maybe(text()),
        use: maybe(oneOf('id', 'access')),
        scope: maybe(text()),
        nonce: maybe(text()),
        groups: maybe(texts),
        claims: maybe(Type.Object({}, { additionalProperties: true, description: 'null takes one away.' })),
        issuedAt: maybe(
          Type.Union([Type.String(), Type.Number()], {
            description: 'A date and time, or how far from now.',
          }),
        ),
        expiresIn: maybe(Duration),
        key: maybe(oneOf('current', 'previous', 'unknown')),
        alg: maybe(oneOf('RS256', 'none', 'HS256')),
        set: maybe(Type.Boolean()),
        bad: maybe(
          oneOf(
            'expired',
            'notYetValid',
            'wrongIssuer',
            'wrongAudience',
            'wrongClient',
            'wrongUse',
            'badSignature',
            'unknownKid',
            'algNone',
            'missingSub',
          ),
        ),
      },
      closed,
    ),
    isBodyOptional: true,
    answer: Type.Object({
      token: maybe(text()),
      claims: maybe(Type.Object({}, { additionalProperties: true })),
      idToken: maybe(text()),
      accessToken: maybe(text()),
      refreshToken: maybe(text()),
      expiresIn: maybe(Type.Integer()),
    }),
  },
  signIn: {
    method: 'post',
    path: '/pools/{pool}/signins',
    summary: "Signs a user in without a browser, at an app's authorize URL or for a code",
    body: Type.Object(
      {
        user: maybe(text()),
        provider: maybe(text('Instead of a user: the identity provider that sends somebody.')),
        claims: maybe(
          Type.Record(Type.String(), Type.String(), { description: 'What the provider says of them.' }),
        ),
        authorizeUrl: maybe(text()),
        deny: maybe(Type.Boolean()),
        client: maybe(text()),
        redirectUri: maybe(text()),
        scope: maybe(text()),
        state: maybe(text()),
        nonce: maybe(text()),
        codeChallenge: maybe(text('S256')),
      },
      { ...closed, anyOf: [{ required: ['user'] }, { required: ['provider', 'claims'] }] },
    ),
    answer: Type.Object({
      callbackUrl: text(),
      code: maybe(text()),
      state: maybe(text()),
      cookies: maybe(Type.Array(Cookie)),
    }),
  },
  createStorageState: {
    method: 'post',
    path: '/pools/{pool}/storage-states',
    summary: 'The single sign-on cookie of a user, for a browser context',
    body: Type.Object({ user: text() }, closed),
    answer: Type.Object({ cookies: Type.Array(Cookie), origins: Type.Array(Type.Unknown()) }),
  },
  setAutoLogin: {
    method: 'put',
    path: '/pools/{pool}/auto-login',
    summary: 'Browsers that come to log in are signed in without typing; null ends it',
    body: Type.Object(
      {
        user: Type.Union([Type.String(), Type.Null()]),
        times: maybe(Type.Integer({ minimum: 1 })),
        client: maybe(text()),
      },
      closed,
    ),
  },
  getClock: {
    method: 'get',
    path: '/pools/{pool}/clock',
    summary: 'The time of the pool',
    answer: ClockState,
  },
  advanceClock: clockMove('advance', 'Moves the clock', Type.Object({ by: Duration }, closed)),
  setClock: clockMove('set', 'Makes it that time now', Type.Object({ to: Instant }, closed)),
  freezeClock: clockMove('freeze', 'Stops the clock'),
  resetClock: clockMove('reset', "Returns to the machine's time"),
  age: {
    method: 'post',
    path: '/pools/{pool}/age',
    summary: 'Makes things older and leaves the clock alone',
    body: Type.Object(
      {
        what: Type.Union([Type.String(), Type.Object({ user: text() }, closed)], {
          description:
            'codes, refreshTokens, ssoSessions, verificationCodes, challenges, or {"user": …} for all that is theirs.',
        }),
        by: Duration,
      },
      closed,
    ),
    answer: ClockState,
  },
  addFault: {
    method: 'post',
    path: '/pools/{pool}/faults',
    summary: 'Lets requests of a kind fail',
    body: Type.Object(
      {
        target: Target,
        fault: Fault,
        times: maybe(Type.Integer()),
        after: maybe(Type.Integer()),
        where: maybe(Type.Object({ client: maybe(text()), user: maybe(text()) }, closed)),
      },
      closed,
    ),
    answer: ArmedFault,
  },
  listFaults: {
    method: 'get',
    path: '/pools/{pool}/faults',
    summary: 'What has still to strike',
    answer: Type.Array(ArmedFault),
  },
  clearFaults: { method: 'delete', path: '/pools/{pool}/faults', summary: 'Takes all faults away' },
  clearFault: { method: 'delete', path: '/pools/{pool}/faults/{fault}', summary: 'Takes one fault away' },
  listKeys: {
    method: 'get',
    path: '/pools/{pool}/keys',
    summary: 'The signing keys, current and previous',
    answer: Type.Array(
      Type.Object({
        kid: text(),
        signs: oneOf('id', 'access'),
        isCurrent: Type.Boolean(),
        isPublished: Type.Boolean(),
      }),
    ),
  },
  rotateKeys: {
    method: 'post',
    path: '/pools/{pool}/keys/rotate',
    summary: 'Makes new keys, publishes them and signs with them',
    body: Type.Object({ keepPrevious: maybe(Type.Boolean()) }, closed),
    isBodyOptional: true,
    answer: Type.Object({ kid: text('Of the key that signs access tokens now.') }),
  },
  retireKey: {
    method: 'delete',
    path: '/pools/{pool}/keys/{kid}',
    summary: 'Takes a previous key out of the JWKS',
  },
  listRequests: {
    method: 'get',
    path: '/pools/{pool}/requests',
    summary: 'What came in for the pool, oldest first',
    query: requestQuery,
    answer: Type.Array(RecordedRequest),
  },
  clearRequests: { method: 'delete', path: '/pools/{pool}/requests', summary: 'Forgets what came in' },
  listMails: {
    method: 'get',
    path: '/pools/{pool}/inbox',
    summary: 'What would have been mailed or texted, oldest first',
    query: {
      to: maybe(text('An address, a phone number or a username.')),
      kind: maybe(MailKind),
      since: maybe(Type.Integer({ description: 'Only what came after the mail with this id.' })),
      wait,
    },
    answer: Type.Array(Mail),
  },
  clearInbox: { method: 'delete', path: '/pools/{pool}/inbox', summary: 'Empties the inbox' },
  listCodes: {
    method: 'get',
    path: '/pools/{pool}/codes',
    summary: 'The authorization codes, masked',
    answer: Type.Array(
      Type.Object({
        id: text(),
        client: text(),
        user: text(),
        redirectUri: text(),
        scopes: texts,
        expiresAt: Instant,
        usedAt: maybe(Instant),
      }),
    ),
  },
  deleteCode: { method: 'delete', path: '/pools/{pool}/codes/{id}', summary: 'Ends a code' },
  listRefreshFamilies: {
    method: 'get',
    path: '/pools/{pool}/refresh-families',
    summary: 'The refresh tokens by login, masked',
    answer: Type.Array(
      Type.Object({
        id: text('origin_jti of the tokens'),
        client: maybe(text()),
        user: maybe(text()),
        tokens: Type.Array(Type.Object({ expiresAt: Instant, retiredAt: maybe(Instant) })),
        isRevoked: Type.Boolean(),
      }),
    ),
  },
  deleteRefreshFamily: {
    method: 'delete',
    path: '/pools/{pool}/refresh-families/{id}',
    summary: 'Ends the refresh tokens of a login',
  },
  listSsoSessions: {
    method: 'get',
    path: '/pools/{pool}/sso-sessions',
    summary: 'The browsers that are signed in at the hosted pages, masked',
    answer: Type.Array(Type.Object({ id: text(), user: text(), authTime: Instant, expiresAt: Instant })),
  },
  endSso: {
    method: 'delete',
    path: '/pools/{pool}/sso-sessions',
    summary: 'Ends the browser sessions of a user, or all of them',
    query: { user: maybe(text()) },
  },
  deleteSsoSession: {
    method: 'delete',
    path: '/pools/{pool}/sso-sessions/{id}',
    summary: 'Ends a browser session',
  },
}

export const controlPrefix = '/_mock/v1'

/** The whole document. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [operationId, operation] of Object.entries(operations)) {
    const path = `${controlPrefix}${operation.path}`
    paths[path] = { ...paths[path], [operation.method]: described(operationId, operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'mocknito control API',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'Everything that a test can do to a mocknito, in any language. Every call has returned only when its effect is visible; `wait` polls long instead of sleeping. In a path `default` is the first pool. A POST without a JSON body needs the header `X-Mock-Control: 1`.',
    },
    servers: [{ url: 'http://127.0.0.1:9400' }],
    security: [{}, { token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Where the server is not bound to loopback.' },
      },
      schemas: { Problem },
    },
  }
}

function described(operationId: string, operation: Operation): object {
  const { path, summary, query = {}, body, isBodyOptional = false, answer } = operation
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }))
  return {
    operationId,
    summary,
    ...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
    ...(body && {
      requestBody: { required: !isBodyOptional, content: { 'application/json': { schema: body } } },
    }),
    responses: {
      ...(answer === undefined
        ? { 204: { description: 'Done' } }
        : { 200: { description: summary, content: { 'application/json': { schema: answer } } } }),
      default: {
        description: 'What is wrong, in a sentence',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}
