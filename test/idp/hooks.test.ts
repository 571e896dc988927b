// Where the function of a pre-token-generation hook may be: in a module of any style, behind a URL, in the fixture itself
// or in the test; how it is called; and what is said at the start, and later, when it is not there.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { checkFixture } from '../../src/idp/fixture/load.ts'
import type { Fixture, LambdaFunctionFixture, PoolFixture } from '../../src/idp/fixture/schema.ts'
import { withinDeadline } from '../../src/idp/hooks/deadline.ts'
import {
  type LambdaHandler,
  type PreTokenGenerationEvent,
  type StartedMocknito,
  startMocknito,
} from '../../src/index.ts'
import { alice, createBrowser } from '../support/browser.ts'
import { demoWith } from '../support/fixtures.ts'
import { authorizeUrl, claimsOf, freshTokens, postToken } from '../support/oauth.ts'
import { lastReason, startWorld } from '../support/world.ts'

const arn = 'arn:aws:lambda:us-east-1:123456789012:function:add-tenant'

/** The demo world, whose pool calls the function add-tenant, which is there. */
const calling = (place: LambdaFunctionFixture, version: 'V1_0' | 'V2_0' | 'V3_0' = 'V1_0'): Fixture =>
  demoWith((pool) => {
    pool.UserPool.LambdaConfig = { PreTokenGenerationConfig: { LambdaVersion: version, LambdaArn: arn } }
    pool.LambdaFunctions = { 'add-tenant': place }
  })

let files = 0

/** Writes a module and a fixture beside it, and starts from that. Each module has a name of its own: Node loads a file once. */
function startFromFile(t: Test, extension: string, source: string): Promise<StartedMocknito> {
  const module = `hook-${files++}.${extension}`
  const folder = t.testdir({
    'world.json': JSON.stringify(calling({ Module: `./${module}` })),
    [module]: source,
  })
  return startWorld(t, { fixture: join(folder, 'world.json') })
}

const tenantOf = async (mock: StartedMocknito): Promise<unknown> =>
  claimsOf((await freshTokens(mock)).id_token).tenant

/** Signs in, and returns what the app is told in place of a code. */
async function refusal(mock: StartedMocknito): Promise<string | null> {
  const callback = await createBrowser().signIn(authorizeUrl(mock), alice)
  return callback.searchParams.get('error_description')
}

const change = "event.response = { claimsOverrideDetails: { claimsToAddOrOverride: { tenant: 'acme' } } }"

t.test('a module: every style in which handlers are written and exported', async (t) => {
  for (const [name, extension, source] of [
    ['an async handler', 'mjs', `export async function handler(event) { ${change}; return event }`],
    ['one by default', 'mjs', `export default async (event) => { ${change}; return event }`],
    [
      'an object by default',
      'mjs',
      `export default { handler: async (event) => { ${change}; return event } }`,
    ],
    ['CommonJS', 'cjs', `exports.handler = async (event) => { ${change}; return event }`],
    ['CommonJS, the function itself', 'cjs', `module.exports = async (event) => { ${change}; return event }`],
    [
      'CommonJS, exported out of sight',
      'cjs',
      `Object.assign(exports, { handler: async (event) => { ${change}; return event } })`,
    ],
    [
      'what compilers make of a default export',
      'cjs',
      `exports.__esModule = true; exports.default = async (event) => { ${change}; return event }`,
    ],
    [
      'a callback',
      'mjs',
      `export const handler = (event, context, callback) => { ${change}; setImmediate(() => callback(null, event)) }`,
    ],
    [
      'a callback at once',
      'cjs',
      `exports.handler = (event, _, callback) => { ${change}; callback(null, event) }`,
    ],
    [
      'context.done',
      'mjs',
      `export const handler = function (event, context) { ${change}; context.done(null, event) }`,
    ],
    [
      'context.succeed',
      'mjs',
      `export const handler = (event, context) => { ${change}; context.succeed(event) }`,
    ],
  ] as const)
    t.equal(await tenantOf(await startFromFile(t, extension, source)), 'acme', name)
})

t.test(
  'a module that is not relative to its fixture file is relative to the working directory',
  async (t) => {
    const folder = t.testdir({
      'hook.mjs': `export const handler = async (event) => { ${change}; return event }`,
    })
    const before = process.cwd()
    process.chdir(folder)
    t.teardown(() => process.chdir(before))
    t.equal(await tenantOf(await startWorld(t, { fixture: calling({ Module: 'hook.mjs' }) })), 'acme')
  },
)

t.test('the context is the one of Lambda, as far as it means anything', async (t) => {
  const source = `export async function handler(event, context) {
    const { getRemainingTimeInMillis, awsRequestId, ...rest } = context
    const values = Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value !== 'function'))
    const claimsToAddOrOverride = { context: JSON.stringify({ ...values, awsRequestId, left: getRemainingTimeInMillis() }) }
    return { ...event, response: { claimsOverrideDetails: { claimsToAddOrOverride } } }
  }`
  const mock = await startFromFile(t, 'mjs', source)
  const { left, awsRequestId, ...context } = JSON.parse(
    claimsOf((await freshTokens(mock)).id_token).context as string,
  )
  t.ok(left > 0 && left <= 5000)
  t.match(awsRequestId, /^[0-9a-f-]{36}$/)
  t.strictSame(context, {
    functionName: 'pre-token-generation',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:pre-token-generation',
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/pre-token-generation',
    logStreamName: 'mocknito',
    callbackWaitsForEmptyEventLoop: true,
  })
})

t.test('a handler that fails: its message goes to the app, its place to the log', async (t) => {
  const failed = (message: string) => `PreTokenGeneration failed with error ${message}. `
  for (const [name, source, description, reason] of [
    [
      'an error thrown',
      "export async function handler() { throw new RangeError('too many tenants') }",
      failed('too many tenants'),
      /hook \.\/hook-\d+\.mjs, asked .* threw RangeError: too many tenants \(at .*hook-\d+\.mjs:1:\d+\)?/,
    ],
    [
      'text thrown',
      "export const handler = () => { throw 'no' }",
      failed('no'),
      /hook \.\/hook-\d+\.mjs, asked .* failed with no$/,
    ],
    [
      'a callback',
      "export const handler = (e, c, done) => done('Invalid email', e)",
      failed('Invalid email'),
      /failed with/,
    ],
    [
      'context.fail',
      'export const handler = (e, context) => context.fail(new Error("stop"))',
      failed('stop'),
      /threw Error/,
    ],
    [
      'context.fail of nothing',
      'export const handler = (e, context) => context.fail()',
      failed('handled'),
      /failed with/,
    ],
    [
      'an error without a stack',
      "export const handler = async () => { throw Object.assign(new Error('x'), { stack: undefined }) }",
      failed('x'),
      /threw Error: x$/,
    ],
    [
      'something that is no text',
      'export const handler = async () => { throw Object.create(null) }',
      failed('object'),
      /failed with object$/,
    ],
    [
      'an answer that is no JSON',
      'export const handler = async (event) => ({ ...event, response: { big: 1n } })',
      failed('Do not know how to serialize a BigInt'),
      /threw TypeError: Do not know/,
    ],
    [
      'a function for an answer',
      'export const handler = async () => () => {}',
      'Unrecognizable lambda output ',
      /answered null/,
    ],
    [
      'a handler that is not async, nor calls back',
      'export const handler = (event) => event',
      'Unrecognizable lambda output ',
      /answered null, expected the event/,
    ],
    [
      'one with a context',
      'export const handler = (event, context) => event',
      'Unrecognizable lambda output ',
      /answered null, expected the event/,
    ],
  ] as const) {
    const mock = await startFromFile(t, 'mjs', source)
    t.equal(await refusal(mock), description, name)
    t.match(lastReason(mock), reason, name)
  }
})

t.test('a hook that does not answer in time', async (t) => {
  const began = performance.now()
  const failure = await withinDeadline(() => new Promise(() => {}), 20).catch((cause) => cause)
  t.ok(performance.now() - began < 4000)
  t.match(failure, {
    exception: 'UnexpectedLambdaException',
    text: 'PreTokenGeneration invocation failed due to error Socket timeout while invoking Lambda function.',
    message: 'did not answer within 0.02 s',
  })
  let isAborted = false
  await withinDeadline((signal) => {
    signal.onabort = () => {
      isAborted = true
    }
    return new Promise(() => {})
  }, 1).catch(() => {})
  t.ok(isAborted, 'work that nobody waits for is told so')
  t.equal(await withinDeadline(async () => 'in time'), 'in time')
})

/** A function behind a URL. */
async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('a URL gets the event and answers with it', async (t) => {
  const seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = []
  const url = await serve(t, async (request, response) => {
    seen.push(request)
    const event: PreTokenGenerationEvent = JSON.parse(await text(request))
    const tenant = `${event.userName} of ${event.triggerSource}`
    event.response = { claimsOverrideDetails: { claimsToAddOrOverride: { tenant } } }
    response.end(JSON.stringify(event))
  })
  const path = '/2015-03-31/functions/function/invocations'
  const mock = await startWorld(t, { fixture: calling({ Url: `${url}${path}?key=a-secret` }) })
  t.equal(await tenantOf(mock), 'alice of TokenGeneration_HostedAuth')
  t.match(seen, [
    { method: 'POST', url: `${path}?key=a-secret`, headers: { 'content-type': 'application/json' } },
  ])
  t.equal(mock.exchanges().at(-2)?.hooks?.[0]?.place, `${url}${path}`, 'the journal does without the query')
})

t.test('a URL that fails: each way is told apart', async (t) => {
  const invocation = (cause: string) => `PreTokenGeneration invocation failed due to error ${cause}. `
  for (const [name, listener, description, reason] of [
    [
      'another status',
      (_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'),
      invocation('Status 502'),
      /answered with status 502: <h1>Bad gateway<\/h1>$/,
    ],
    [
      'no body',
      (_, response) => response.writeHead(404).end(),
      invocation('Status 404'),
      /status 404: no body$/,
    ],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      invocation('Status 302'),
      /answered with status 302: no body$/,
    ],
    [
      'a long page',
      (_, response) => response.writeHead(500).end('x'.repeat(1000)),
      invocation('Status 500'),
      /status 500: x{200}…$/,
    ],
    [
      'a connection that is cut',
      (request) => request.socket.destroy(),
      invocation('Connection refused'),
      /hook http:\/\/127\.0\.0\.1:\d+\/, asked for .*, cannot be reached: other side closed$/,
    ],
    ['no JSON', (_, response) => response.end('ok'), 'Unrecognizable lambda output ', /no JSON: ok$/],
    ['null', (_, response) => response.end('null'), 'Unrecognizable lambda output ', /answered null/],
    [
      'what the runtime interface emulator says',
      (_, response) => response.end('{"errorType":"Error","errorMessage":"no tenant","trace":[]}'),
      'PreTokenGeneration failed with error no tenant. ',
      /failed with no tenant$/,
    ],
    [
      'what the Lambda API says',
      (_, response) => response.setHeader('x-amz-function-error', 'Unhandled').end('{}'),
      'PreTokenGeneration failed with error Unhandled. ',
      /failed with Unhandled$/,
    ],
  ] as [string, RequestListener, string, RegExp][]) {
    const mock = await startWorld(t, { fixture: calling({ Url: `${await serve(t, listener)}/` }) })
    t.equal(await refusal(mock), description, name)
    t.match(lastReason(mock), reason, name)
  }
})

t.test('a URL where nobody listens', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const mock = await startWorld(t, { fixture: calling({ Url: `http://127.0.0.1:${port}/hook` }, 'V3_0') })
  const { id: client_id, secret: client_secret } = mock.pool.client('machine')
  const { status, body } = await postToken(mock, {
    grant_type: 'client_credentials',
    client_id,
    client_secret,
  })
  t.equal(status, 400)
  t.match(
    body.error,
    /^PreTokenGeneration invocation failed due to error Connection refused\. \(Service: .* Error Code: UnexpectedLambdaException;/,
  )
  t.match(lastReason(mock), /cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+$/)
})

t.test('a response that is written in the fixture', async (t) => {
  const mock = await startWorld(t, {
    fixture: calling(
      {
        Response: {
          claimsAndScopeOverrideDetails: {
            accessTokenGeneration: { claimsToAddOrOverride: { tenant: 'acme' } },
          },
        },
      },
      'V2_0',
    ),
  })
  t.equal(claimsOf((await freshTokens(mock)).access_token).tenant, 'acme')
  t.equal(mock.exchanges().at(-2)?.hooks?.[0]?.place, 'LambdaFunctions.add-tenant.Response')
})

t.test('PreTokenGeneration alone means events of version 1, and an ARN may have an alias', async (t) => {
  const fixture = calling({
    Response: { claimsOverrideDetails: { claimsToAddOrOverride: { tenant: 'acme' } } },
  })
  Object.assign((fixture.pools[0] as PoolFixture).UserPool, {
    LambdaConfig: { PreTokenGeneration: `${arn}:live` },
  })
  t.equal(await tenantOf(await startWorld(t, { fixture })), 'acme')
})

/** Everything that is wrong with a pool of these triggers and functions. */
const problemsOf = (LambdaConfig: unknown, LambdaFunctions: unknown): Promise<readonly string[]> =>
  checkFixture(
    JSON.parse(JSON.stringify({ pools: [{ UserPool: { LambdaConfig }, LambdaFunctions }] })),
    'the fixture',
  ).then(
    () => [],
    ({ problems }) => problems,
  )

t.test('what does not fit together in a fixture is a problem, each with its place', async (t) => {
  const config = (LambdaVersion: string) => ({ PreTokenGenerationConfig: { LambdaVersion, LambdaArn: arn } })
  const found = (settings: unknown, version = 'V1_0') =>
    problemsOf(config(version), { 'add-tenant': settings })
  const place = 'pools[0].LambdaFunctions.add-tenant'
  t.strictSame(await found({ Module: './hook.mjs' }), [])
  t.strictSame(await found({ Url: 'https://hooks.example.com' }), [])
  t.strictSame(await found({ Response: { claimsOverrideDetails: { claimsToSuppress: ['email'] } } }), [])
  for (const [problems, ...expected] of [
    [found({}), `${place}: has nothing, expected one of Module, Url and Response`],
    [
      found({ Module: './hook.mjs', Url: 'http://localhost/' }),
      `${place}: has Module and Url, expected one of Module, Url and Response`,
    ],
    [found({ Modul: './hook.mjs' }), `${place}: Modul is not known here; did you mean Module?`],
    [found({ Module: '' }), `${place}.Module: is empty`],
    [found('./hook.mjs'), `${place}: is "./hook.mjs", expected an object`],
    [
      found({ Url: 'localhost:3001' }),
      `${place}.Url: is (not shown here), expected a URL without credentials, as in http://localhost:3001/pre-token-generation`,
    ],
    [
      found({ Url: 'http://me:secret@localhost/' }),
      `${place}.Url: is (not shown here), expected a URL without credentials, as in http://localhost:3001/pre-token-generation`,
    ],
    [found({ Url: 'http://localhost:port/' }), `${place}.Url: is no URL`],
    [
      found({ Response: { claims: {} } }),
      `${place}.Response: claims is not known here; known are claimsOverrideDetails, claimsAndScopeOverrideDetails`,
      `${place}.Response: response.claims is not known in an event of V1_0`,
    ],
    [
      found({ Response: { claimsOverrideDetails: {} } }, 'V2_0'),
      `${place}.Response: response.claimsOverrideDetails is not known in an event of V2_0`,
    ],
    [
      found({ Response: { claimsOverrideDetails: { claimsToAddOrOverride: { level: 3 } } } }),
      `${place}.Response: claimsToAddOrOverride.level as a number, expected a string, as version 1 knows no others`,
    ],
    [
      problemsOf(config('V1_0'), { 'add-tennant': { Module: './hook.mjs' } }),
      'pools[0].LambdaFunctions.add-tennant: no trigger of LambdaConfig calls the function add-tennant; did you mean add-tenant?',
    ],
    [
      problemsOf({}, { 'a/b~': { Module: '', Path: '' } }),
      'pools[0].LambdaFunctions.a/b~: Path is not known here; known are Module, Url, Response',
      'pools[0].LambdaFunctions.a/b~.Module: is empty',
    ],
    [
      problemsOf(undefined, { other: { Module: './hook.mjs' } }),
      'pools[0].LambdaFunctions.other: no trigger of LambdaConfig calls the function other',
    ],
    [
      problemsOf({ PreTokenGeneration: `${arn}-2`, ...config('V1_0') }, undefined),
      'pools[0].UserPool.LambdaConfig: PreTokenGeneration and PreTokenGenerationConfig name two functions',
    ],
    [
      problemsOf({ PreTokenGeneration: 'add-tenant' }, undefined),
      'pools[0].UserPool.LambdaConfig.PreTokenGeneration: is "add-tenant", expected the ARN of a function, as in arn:aws:lambda:us-east-1:123456789012:function:add-tenant',
    ],
    [
      problemsOf(config('V4_0'), undefined),
      'pools[0].UserPool.LambdaConfig.PreTokenGenerationConfig.LambdaVersion: is "V4_0", expected V1_0, V2_0 or V3_0; did you mean V1_0?',
    ],
    [
      problemsOf({ PreTokenGenerationConfg: {} }, undefined),
      'pools[0].UserPool.LambdaConfig: PreTokenGenerationConfg is not known here; did you mean PreTokenGenerationConfig?',
    ],
  ] as [Promise<readonly string[]>, ...string[]][])
    t.strictSame(await problems, expected)

  t.strictSame(
    await problemsOf({ PreTokenGeneration: arn, ...config('V2_0') }, undefined),
    [],
    'the CLI prints both',
  )
  const others = {
    PreSignUp: arn,
    CustomSMSSender: { LambdaArn: `${arn}-sms`, LambdaVersion: 'V1_0' },
    KMSKeyID: null,
  }
  const functions = { 'add-tenant': { Module: './a.mjs' }, 'add-tenant-sms': { Module: './b.mjs' } }
  t.strictSame(
    await problemsOf(others, functions),
    [],
    'a function of a trigger that is not called is no mistake',
  )
})

t.test(
  'a module that is not there, or is none, is an error at the start; all of them are told',
  async (t) => {
    const folder = t.testdir({
      'broken.mjs': 'export const handler = (',
      'throws.mjs': "throw new Error('no database')",
      'empty.mjs': 'export const handler = 1',
    })
    const pools = ['gone.mjs', 'broken.mjs', 'throws.mjs', 'empty.mjs'].map((Module, index) => ({
      UserPool: {
        Id: `us-east-1_Pool${index}`,
        LambdaConfig: { PreTokenGenerationConfig: { LambdaVersion: 'V1_0', LambdaArn: arn } },
      },
      LambdaFunctions: { 'add-tenant': { Module: join(folder, Module) } },
    })) as PoolFixture[]
    const place = (index: number, file: string) =>
      `pools[${index}].LambdaFunctions.add-tenant.Module: ${file === 'gone.mjs' ? 'there is no file ' : ''}${join(folder, file)}`
    const { name, problems } = await startMocknito({ fixture: { pools } }).catch((error) => error)
    t.equal(name, 'FixtureError')
    t.match(problems, [
      place(0, 'gone.mjs'),
      `${place(1, 'broken.mjs')} cannot be loaded: SyntaxError: `,
      `${place(2, 'throws.mjs')} cannot be loaded: Error: no database`,
      `${place(3, 'empty.mjs')} exports no function called handler, and none by default`,
    ])
    const file = t.testdir({ 'world.json': JSON.stringify(calling({ Module: 'gone.mjs' })) })
    await t.rejects(startMocknito({ fixture: join(file, 'world.json') }), {
      message: `${join(file, 'world.json')} has 1 problem:\n  pools[0].LambdaFunctions.add-tenant.Module: there is no file ${join(file, 'gone.mjs')}`,
    })
  },
)

t.test('what is configured and will never be called is said at the start', async (t) => {
  const lines: string[] = []
  const log = (line: string) => lines.push(line)
  const fixture = calling({ Response: {} })
  Object.assign((fixture.pools[0] as PoolFixture).UserPool, {
    LambdaConfig: {
      PreTokenGeneration: arn,
      PreSignUp: arn,
      PostConfirmation: arn,
      KMSKeyID: 'arn:aws:kms:x',
    },
  })
  await startWorld(t, { fixture, log })
  const pool = 'pool us-east-1_LocalPool'
  t.strictSame(lines, [
    `warning: LambdaConfig of ${pool} has PreSignUp, PostConfirmation: mocknito does not call these`,
  ])
  delete fixture.pools[0]?.LambdaFunctions
  const mock = await startWorld(t, { fixture, log })
  t.equal(
    lines.at(-1),
    `warning: LambdaConfig of ${pool} calls the function add-tenant before tokens are made, and it will never be called: LambdaFunctions does not say where it is`,
  )
  t.ok((await freshTokens(mock)).id_token)
  lines.length = 0
  await startWorld(t, { fixture, log, hooks: { preTokenGeneration: async (event) => event } })
  t.equal(lines.length, 1, 'a hook of the test is one')
  lines.length = 0
  const empty = demoWith(({ UserPool }) => {
    UserPool.LambdaConfig = {}
  })
  await startWorld(t, { fixture: empty, log })
  t.strictSame(lines, [])
})

t.test(
  'a hook of the test: for all pools or for one, in the version that is said, or the one of the pool',
  async (t) => {
    const versions: string[] = []
    const handler: LambdaHandler = async (event) => {
      versions.push(`${event.userPoolId} ${event.version}`)
      return event
    }
    const two = (): Fixture => {
      const fixture = demoWith((pool) => {
        pool.UserPool.LambdaConfig = { PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: arn } }
      })
      fixture.pools.push({ UserPool: { Id: 'us-east-1_Other' } })
      return fixture
    }
    const askedWith = async (options: Parameters<typeof startWorld>[1]) => {
      versions.length = 0
      await freshTokens(await startWorld(t, options))
      return [...versions]
    }
    t.strictSame(await askedWith({ hooks: { preTokenGeneration: handler } }), ['us-east-1_LocalPool 1'])
    t.strictSame(await askedWith({ fixture: two(), hooks: { preTokenGeneration: handler } }), [
      'us-east-1_LocalPool 2',
    ])
    t.strictSame(
      await askedWith({ fixture: two(), hooks: { 'us-east-1_Other': { preTokenGeneration: handler } } }),
      [],
    )
    const byPool = { 'us-east-1_LocalPool': { preTokenGeneration: { version: 'V3_0', handler } as const } }
    t.strictSame(await askedWith({ fixture: two(), hooks: byPool }), ['us-east-1_LocalPool 3'])
    await t.rejects(startMocknito({ hooks: { preTokenGenration: handler } as never }), {
      name: 'StartError',
      message: 'hooks has preTokenGenration, which is neither preTokenGeneration nor the id of a pool',
    })
  },
)

t.test('a function without a name is one all the same', async (t) => {
  const mock = await startWorld(t, { hooks: { preTokenGeneration: [async () => null][0] as LambdaHandler } })
  t.equal(await refusal(mock), 'Unrecognizable lambda output ')
  t.match(lastReason(mock), /hook function of startMocknito, asked/)
})
