// Where the function of a pre-token-generation hook may be: in a module of any style, behind a URL, in the fixture itself
// or in the test; how it is called; and what is said at the start, and later, when it is not there.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import type { PreTokenGenerationHook } from '../../src/idp/domain/pre-token-generation/hook.ts'
import type { World } from '../../src/idp/domain/user-pool.ts'
import type { Fixture, LambdaFunctionFixture, PoolFixture } from '../../src/idp/fixture/fixture.ts'
import { checkFixture } from '../../src/idp/fixture/load.ts'
import { withinDeadline } from '../../src/idp/hooks/deadline.ts'
import { attachHooks } from '../../src/idp/hooks/index.ts'
import { callUrl } from '../../src/idp/hooks/url.ts'
import {
  type LambdaHandler,
  type PreTokenGenerationEvent,
  type StartedMocknito,
  startMocknito,
} from '../../src/index.ts'
import { demoWith } from '../support/fixtures.ts'
import { claimsOf, freshCode, freshTokens, postToken, type TokenAnswer } from '../support/oauth.ts'
import { readRecipe, runRecipe } from '../support/recipe.ts'
import { lastReason, shows, startWorld } from '../support/world.ts'

const arn = 'arn:aws:lambda:us-east-1:123456789012:function:add-tenant'

type Version = 'V1_0' | 'V2_0' | 'V3_0'

/** The demo world, whose pool calls the function add-tenant, which is there. */
const calling = (place: LambdaFunctionFixture, version: Version = 'V3_0'): Fixture =>
  demoWith((pool) => {
    pool.UserPool.LambdaConfig = { PreTokenGenerationConfig: { LambdaVersion: version, LambdaArn: arn } }
    pool.LambdaFunctions = { 'add-tenant': place }
  })

/** Writes a module and a fixture beside it, and starts from that. */
function startFromFile(t: Test, module: string, source: string): Promise<StartedMocknito> {
  const folder = t.testdir({
    'world.json': JSON.stringify(calling({ Module: `./${module}` })),
    [module]: source,
  })
  return startWorld(t, { fixture: join(folder, 'world.json') })
}

/** The hooks of pools that call the function add-tenant, each in a module of this folder; nothing is started. */
async function loaded(
  folder: string,
  modules: readonly string[],
): Promise<(PreTokenGenerationHook | undefined)[]> {
  const pools = modules.map((_, index) => ({ id: `pool ${index}`, hooks: { preTokenGeneration: undefined } }))
  const fixture = { pools: modules.flatMap((Module) => calling({ Module }).pools) }
  const settings = { fixtureName: 'the fixture', folder, hooksOf: () => ({}), log: () => {} }
  await attachHooks({ pools } as unknown as World, fixture, settings)
  return pools.map(({ hooks }) => hooks.preTokenGeneration)
}

/** What a machine gets: of all ways to a token the shortest. */
async function machineToken(mock: StartedMocknito): Promise<TokenAnswer['body']> {
  const { id: client_id, secret: client_secret } = mock.pool.client('machine')
  return (await postToken(mock, { grant_type: 'client_credentials', client_id, client_secret })).body
}

const claims = async (mock: StartedMocknito) => claimsOf((await machineToken(mock)).access_token as string)

/** What the machine is told in place of a token, without what is the same always. */
const refusal = async (mock: StartedMocknito) =>
  String((await machineToken(mock)).error).replace(/ \(Service: .* Error Code: (\w+); .*/, ' $1')

const change =
  "event.response = { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: { tenant: 'acme' } } } }"

t.test('a module: every style in which handlers are written and exported', async (t) => {
  const styles = [
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
  ] as const
  const files = styles.map(([, extension, source], index) => [`${index}.${extension}`, source] as const)
  const hooks = await loaded(
    t.testdir(Object.fromEntries(files)),
    files.map(([file]) => file),
  )
  for (const [index, [name]] of styles.entries()) {
    const answer = await hooks[index]?.invoke({ region: 'us-east-1' } as PreTokenGenerationEvent)
    t.match(JSON.stringify(answer), '{"tenant":"acme"}', name)
  }
})

t.test(
  'what the AWS CLI printed needs a file that says where the function is; modules are relative to the folder',
  async (t) => {
    const { UserPool, ...rest } = calling({ Module: './hook.mjs' }).pools[0] as PoolFixture
    const folder = t.testdir({
      'describe-user-pool.json': JSON.stringify({ UserPool }),
      'mocknito.json': JSON.stringify({ pools: [rest] }),
      'hook.mjs': `export const handler = async (event) => { ${change}; return event }`,
    })
    t.equal((await claims(await startWorld(t, { fixture: folder }))).tenant, 'acme')
  },
)

t.test('without a fixture file modules are relative to the working directory', async (t) => {
  const folder = t.testdir({
    'hook.mjs': `export const handler = async (event) => { ${change}; return event }`,
  })
  const before = process.cwd()
  process.chdir(folder)
  t.teardown(() => process.chdir(before))
  const mock = await startWorld(t, { fixture: calling({ Module: 'hook.mjs' }) })
  t.equal((await claims(mock)).tenant, 'acme')
})

/** A mock whose hook is replaced by assigning another one. */
async function replaceable(t: Test): Promise<{ mock: StartedMocknito; hook: { handler: LambdaHandler } }> {
  const hook: { handler: LambdaHandler } = { handler: async (event) => event }
  const handler: LambdaHandler = (event, context, callback) => hook.handler(event, context, callback)
  const mock = await startWorld(t, { hooks: { preTokenGeneration: { version: 'V3_0', handler } } })
  return { mock, hook }
}

t.test('the context is the one of Lambda, as far as it means anything', async (t) => {
  const { mock, hook } = await replaceable(t)
  let context: Record<string, unknown> = {}
  hook.handler = async (event, given) => {
    context = { ...given, left: given.getRemainingTimeInMillis() }
    return event
  }
  await claims(mock)
  const { left, awsRequestId, ...rest } = context
  t.ok(Number(left) > 0 && Number(left) <= 5000)
  t.match(awsRequestId, /^[0-9a-f-]{36}$/)
  t.match(rest, { done: Function, succeed: Function, fail: Function, getRemainingTimeInMillis: Function })
  t.strictSame(JSON.parse(JSON.stringify(rest)), {
    functionName: 'pre-token-generation',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:pre-token-generation',
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/pre-token-generation',
    logStreamName: 'mocknito',
    callbackWaitsForEmptyEventLoop: true,
  })
})

t.test('a module that fails: its message goes to the app, its place to the log', async (t) => {
  const mock = await startFromFile(
    t,
    'hook.mjs',
    "export async function handler() { throw new RangeError('too many tenants') }",
  )
  t.equal(
    await refusal(mock),
    'PreTokenGeneration failed with error too many tenants. UserLambdaValidationException',
  )
  t.match(
    lastReason(mock),
    /^hook\.answers: the pre-token-generation hook \.\/hook\.mjs, asked for TokenGeneration_ClientCredentials \(V3_0\), threw RangeError: too many tenants \(at .*hook\.mjs:1:\d+\)+$/,
  )
})

t.test('the ways in which a handler can fail', async (t) => {
  const { mock, hook } = await replaceable(t)
  const failed = (message: string) =>
    `PreTokenGeneration failed with error ${message}. UserLambdaValidationException`
  const unrecognizable = 'Unrecognizable lambda output InvalidLambdaResponseException'
  for (const [name, handler, told, reason] of [
    [
      'text thrown',
      () => {
        throw 'no'
      },
      failed('no'),
      /, failed with no$/,
    ],
    [
      'a callback',
      (event, _, callback) => callback('Invalid email', event),
      failed('Invalid email'),
      /failed with/,
    ],
    ['context.fail', (_, context) => context.fail(new Error('stop')), failed('stop'), /threw Error: stop/],
    ['context.fail of nothing', (_, context) => context.fail(), failed('handled'), /failed with handled$/],
    [
      'an error without a stack',
      async () => {
        throw Object.assign(new Error('x'), { stack: undefined })
      },
      failed('x'),
      /threw Error: x$/,
    ],
    [
      'something that is no text',
      async () => {
        throw Object.create(null)
      },
      failed('object'),
      /failed with object$/,
    ],
    [
      'an answer that is no JSON',
      async (event) => ({ ...event, response: { big: 1n } }),
      failed('Do not know how to serialize a BigInt'),
      /threw TypeError: Do not know/,
    ],
    ['a function for an answer', async () => () => {}, unrecognizable, /answered null/],
  ] as [string, LambdaHandler, string, RegExp][]) {
    hook.handler = handler
    t.equal(await refusal(mock), told, name)
    t.match(lastReason(mock), reason, name)
  }
})

t.test('a handler that is not async, nor calls back, answers null, as in Lambda', async (t) => {
  shows(t, 'hook.handler')
  for (const handler of [(event: unknown) => event, (event: unknown, _: unknown) => event]) {
    const mock = await startWorld(t, { hooks: { preTokenGeneration: { version: 'V3_0', handler } } })
    t.equal(await refusal(mock), 'Unrecognizable lambda output InvalidLambdaResponseException')
    t.match(lastReason(mock), /answered null, expected the event with its response filled in/)
  }
})

t.test('a hook that does not answer in time', async (t) => {
  const failure = await withinDeadline(() => new Promise(() => {}), 20).catch((cause) => cause)
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
    const tenant = `${event.userName} by ${event.triggerSource}`
    event.response = {
      claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: { tenant } } },
    }
    response.end(JSON.stringify(event))
  })
  const path = '/2015-03-31/functions/function/invocations'
  const mock = await startWorld(t, { fixture: calling({ Url: `${url}${path}?key=a-secret` }) })
  t.equal((await claims(mock)).tenant, 'ClientCredentials by TokenGeneration_ClientCredentials')
  t.match(seen, [
    { method: 'POST', url: `${path}?key=a-secret`, headers: { 'content-type': 'application/json' } },
  ])
  t.equal(mock.exchanges().at(-1)?.hooks?.[0]?.place, `${url}${path}`, 'the journal does without the query')
})

t.test('a URL that fails: each way is told apart', async (t) => {
  let listener: RequestListener = () => {}
  const url = await serve(t, (request, response) => listener(request, response))
  const mock = await startWorld(t, { fixture: calling({ Url: url }) })
  const notInvoked =
    'PreTokenGeneration invocation failed due to error ServiceException. UnexpectedLambdaException'
  const unrecognizable = 'Unrecognizable lambda output InvalidLambdaResponseException'
  for (const [name, answering, told, reason] of [
    [
      'another status',
      (_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'),
      notInvoked,
      /answered with status 502: <h1>Bad gateway<\/h1>$/,
    ],
    ['no body', (_, response) => response.writeHead(404).end(), notInvoked, /status 404: no body$/],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      notInvoked,
      /answered with status 302: no body$/,
    ],
    [
      'a long page',
      (_, response) => response.writeHead(500).end('x'.repeat(1000)),
      notInvoked,
      /status 500: x{200}…$/,
    ],
    ['no JSON', (_, response) => response.end('ok'), unrecognizable, /^hook\.output: .* no JSON: ok$/],
    ['null', (_, response) => response.end('null'), unrecognizable, /^hook\.output: .* answered null/],
    [
      'a connection that is cut',
      (request) => request.socket.destroy(),
      'PreTokenGeneration invocation failed due to error ResourceNotFoundException. UnexpectedLambdaException',
      /^hook\.answers: .* hook http:\/\/127\.0\.0\.1:\d+\/, asked for .*, cannot be reached: other side closed$/,
    ],
    [
      'what the runtime interface emulator says',
      (_, response) => response.end('{"errorType":"Error","errorMessage":"no tenant","trace":[]}'),
      'PreTokenGeneration failed with error no tenant. UserLambdaValidationException',
      /failed with no tenant$/,
    ],
    [
      'what the Lambda API says',
      (_, response) => response.setHeader('x-amz-function-error', 'Unhandled').end('{}'),
      'PreTokenGeneration failed with error Unhandled. UserLambdaValidationException',
      /failed with Unhandled$/,
    ],
  ] as [string, RequestListener, string, RegExp][]) {
    listener = answering
    t.equal(await refusal(mock), told, name)
    t.match(lastReason(mock), reason, name)
  }
})

t.test('a URL where nobody listens', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const mock = await startWorld(t, { fixture: calling({ Url: `http://127.0.0.1:${port}/hook` }) })
  t.match(await refusal(mock), /^PreTokenGeneration invocation failed .* UnexpectedLambdaException$/)
  t.match(lastReason(mock), /cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+$/)
})

t.test('a URL for whose answer nobody waits any longer is let go', async (t) => {
  const url = await serve(t, () => {})
  const failure = await callUrl(url, {} as PreTokenGenerationEvent, AbortSignal.abort()).catch(
    (cause) => cause,
  )
  t.match(failure, { exception: 'UnexpectedLambdaException', message: /aborted/ })
})

t.test('a response that is written in the fixture', async (t) => {
  const accessTokenGeneration = { claimsToAddOrOverride: { tenant: 'acme' } }
  const Response = { claimsAndScopeOverrideDetails: { accessTokenGeneration } }
  const mock = await startWorld(t, { fixture: calling({ Response }) })
  t.equal((await claims(mock)).tenant, 'acme')
  t.equal(mock.exchanges().at(-1)?.hooks?.[0]?.place, 'LambdaFunctions.add-tenant.Response')
})

t.test('PreTokenGeneration alone means events of version 1, and an ARN may have an alias', async (t) => {
  const fixture = calling({
    Response: { claimsOverrideDetails: { claimsToAddOrOverride: { tenant: 'acme' } } },
  })
  Object.assign((fixture.pools[0] as PoolFixture).UserPool, {
    LambdaConfig: { PreTokenGeneration: `${arn}:live` },
  })
  const { id_token } = await freshTokens(await startWorld(t, { fixture }))
  t.equal(claimsOf(id_token).tenant, 'acme')
})

t.test('what does not fit together in a fixture is a problem, each with its place', async (t) => {
  const config = (LambdaVersion: string) => ({ PreTokenGenerationConfig: { LambdaVersion, LambdaArn: arn } })
  const place = 'LambdaFunctions.add-tenant'
  const badUrl = `${place}.Url: is (not shown here), expected a URL without credentials, as in http://localhost:3001/pre-token-generation`
  type Row = [LambdaConfig: unknown, LambdaFunctions: unknown, ...problems: string[]]
  const found = (settings: unknown, version: string, ...problems: string[]): Row => [
    config(version),
    { 'add-tenant': settings },
    ...problems,
  ]
  const rows: Row[] = [
    found({ Module: './hook.mjs' }, 'V1_0'),
    found({ Url: 'https://hooks.example.com' }, 'V1_0'),
    found({ Response: { claimsOverrideDetails: { claimsToSuppress: ['email'] } } }, 'V1_0'),
    found({}, 'V1_0', `${place}: has nothing, expected one of Module, Url and Response`),
    found(
      { Module: './hook.mjs', Url: 'http://localhost/' },
      'V1_0',
      `${place}: has Module and Url, expected one of Module, Url and Response`,
    ),
    found({ Modul: './hook.mjs' }, 'V1_0', `${place}: Modul is not known here; did you mean Module?`),
    found({ Module: '' }, 'V1_0', `${place}.Module: is empty`),
    found('./hook.mjs', 'V1_0', `${place}: is "./hook.mjs", expected an object`),
    found({ Url: 'localhost:3001' }, 'V1_0', badUrl),
    found({ Url: 'http://me:secret@localhost/' }, 'V1_0', badUrl),
    found({ Url: 'http://localhost:port/' }, 'V1_0', `${place}.Url: is no URL`),
    found(
      { Response: { claims: {} } },
      'V1_0',
      `${place}.Response: claims is not known here; known are claimsOverrideDetails, claimsAndScopeOverrideDetails`,
    ),
    found(
      { Response: { claimsOverrideDetails: { claimsToSupress: [] } } },
      'V1_0',
      `${place}.Response: claimsOverrideDetails.claimsToSupress is not known in an event of V1_0`,
    ),
    found(
      { Response: { claimsOverrideDetails: {} } },
      'V2_0',
      `${place}.Response: response.claimsOverrideDetails is not known in an event of V2_0`,
    ),
    found(
      { Response: { claimsOverrideDetails: { claimsToAddOrOverride: { level: 3 } } } },
      'V1_0',
      `${place}.Response: claimsToAddOrOverride.level as a number, expected a string, as version 1 knows no others`,
    ),
    [
      config('V1_0'),
      { 'add-tennant': { Module: './hook.mjs' } },
      'LambdaFunctions.add-tennant: no trigger of LambdaConfig calls the function add-tennant; did you mean add-tenant?',
    ],
    [
      {},
      { 'a/b~': { Module: '', Path: '' } },
      'LambdaFunctions.a/b~: Path is not known here; known are Module, Url, Response',
      'LambdaFunctions.a/b~.Module: is empty',
    ],
    [
      undefined,
      { other: { Module: './hook.mjs' } },
      'LambdaFunctions.other: no trigger of LambdaConfig calls the function other',
    ],
    [
      { PreTokenGeneration: `${arn}-2`, ...config('V1_0') },
      undefined,
      'UserPool.LambdaConfig: PreTokenGeneration and PreTokenGenerationConfig name two functions',
    ],
    [
      { PreTokenGeneration: 'add-tenant' },
      undefined,
      'UserPool.LambdaConfig.PreTokenGeneration: is "add-tenant", expected the ARN of a function, as in arn:aws:lambda:us-east-1:123456789012:function:add-tenant',
    ],
    [
      config('V4_0'),
      undefined,
      'UserPool.LambdaConfig.PreTokenGenerationConfig.LambdaVersion: is "V4_0", expected V1_0, V2_0 or V3_0; did you mean V1_0?',
    ],
    [
      { PreTokenGenerationConfg: {} },
      undefined,
      'UserPool.LambdaConfig: PreTokenGenerationConfg is not known here; did you mean PreTokenGenerationConfig?',
    ],
    // The CLI prints both, and functions of triggers that are not called are no mistake.
    [{ PreTokenGeneration: arn, ...config('V2_0') }, undefined],
    [
      {
        PreSignUp: arn,
        CustomSMSSender: { LambdaArn: `${arn}-sms`, LambdaVersion: 'V1_0' },
        KMSKeyID: null,
      },
      { 'add-tenant': { Module: './a.mjs' }, 'add-tenant-sms': { Module: './b.mjs' } },
    ],
  ]
  const pools = rows.map(([LambdaConfig, LambdaFunctions], index) => ({
    UserPool: { Id: `us-east-1_Pool${index}`, LambdaConfig },
    LambdaFunctions,
  }))
  const { problems } = await checkFixture(JSON.parse(JSON.stringify({ pools })), 'the fixture').catch(
    (error) => error,
  )
  for (const [index, [, , ...expected]] of rows.entries()) {
    const path = `pools[${index}].`
    t.strictSame(
      (problems as string[])
        .filter((problem) => problem.startsWith(path))
        .map((problem) => problem.slice(path.length)),
      expected,
    )
  }
})

t.test('a module that is not there, or is none, is an error at the start; all are told', async (t) => {
  const folder = t.testdir({
    'broken.mjs': 'export const handler = (',
    'throws.mjs': "throw new Error('no database')",
    'empty.mjs': 'export const handler = 1',
    'world.json': JSON.stringify(calling({ Module: 'gone.mjs' })),
  })
  const modules = ['gone.mjs', 'broken.mjs', 'throws.mjs', 'empty.mjs']
  const { name, problems } = await loaded(folder, modules).catch((error) => error)
  t.equal(name, 'FixtureError')
  const place = (index: number) => `pools[${index}].LambdaFunctions.add-tenant.Module:`
  t.match(problems, [
    `${place(0)} there is no file ${join(folder, 'gone.mjs')}`,
    `${place(1)} ${join(folder, 'broken.mjs')} cannot be loaded: SyntaxError: `,
    `${place(2)} ${join(folder, 'throws.mjs')} cannot be loaded: Error: no database`,
    `${place(3)} ${join(folder, 'empty.mjs')} exports no function called handler, and none by default`,
  ])
  const file = join(folder, 'world.json')
  await t.rejects(startMocknito({ fixture: file }), {
    name: 'FixtureError',
    message: `${file} has 1 problem:\n  ${place(0)} there is no file ${join(folder, 'gone.mjs')}`,
  })
})

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
  await freshCode(mock)
  t.match(lastReason(mock), /hook function of startMocknito, asked/)
})

t.test('the recipe', async (t) => {
  const page = 'pre-token-generation'
  const folder = t.testdir(
    Object.fromEntries(['world.json', 'add-tenant.mjs'].map((name) => [name, readRecipe(page, name)])),
  )
  const mock = await startWorld(t, { fixture: join(folder, 'world.json') })
  const machine = runRecipe(t, page, 'machine.mjs', { COGNITO_DOMAIN: mock.url })
  t.equal(await machine.output, 'acme: orders/read tenants/acme\n')
  t.match(await refusal(mock), 'PreTokenGeneration failed with error ClientCredentials belongs to no tenant.')
  t.match(await runRecipe(t, page, 'tenant.test.mjs', {}).output, /# pass 1|ℹ pass 1/)
})
