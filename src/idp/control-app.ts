// The control API, as a server of its own behind /_mock/v1: it is made when somebody first asks for it, so that a mock
// which nobody controls over HTTP starts without it. The document that it serves is also what it is made from: each
// operation takes its path, and what it accepts, from there.
import { readFileSync } from 'node:fs'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
} from 'fastify'
import type { Handle } from '../handle/mocknito.ts'
import { NothingThere } from '../handle/nothing-there.ts'
import { packageRoot } from '../package-root.ts'
import { whatIsWrong } from './control/what-is-wrong.ts'
import { sameText } from './domain/pkce.ts'
import { type Asked, type Operations, poolOf } from './routes/control/v1/asked.ts'
import { clock } from './routes/control/v1/clock.ts'
import { faults } from './routes/control/v1/faults.ts'
import { pools } from './routes/control/v1/pools.ts'
import { server } from './routes/control/v1/server.ts'
import { sight } from './routes/control/v1/sight.ts'
import { tokens } from './routes/control/v1/tokens.ts'
import { users } from './routes/control/v1/users.ts'
import { isLoopbackHost, type Urls } from './urls.ts'

export interface Control {
  /** The mock as somebody sees it who calls it by that name; a function, because a call may change the name. */
  handleFor(origin: () => string): Handle
  readonly urls: Urls
  /** What callers have to present as `Authorization: Bearer`; absent: nothing. */
  readonly token: string | undefined
}

export const operations: Operations = {
  ...server,
  ...pools,
  ...users,
  ...tokens,
  ...clock,
  ...faults,
  ...sight,
}

/** What the server reads of the document. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
}

interface DescribedOperation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[]
  readonly requestBody?: {
    readonly required: boolean
    readonly content: { readonly 'application/json': { readonly schema: object } }
  }
}

const documentText = readFileSync(new URL('fixtures/openapi.json', packageRoot), 'utf8')

/** Long enough for a pool with some thousand users. */
const bodyLimitBytes = 16 * 1024 * 1024

/** Names come percent-encoded, and a Cognito username has up to 128 letters. */
const longestName = 128 * 12

export type ControlServer = (request: IncomingMessage, response: ServerResponse) => void

export async function createControlApp(control: Control): Promise<ControlServer> {
  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
    routerOptions: {
      querystringParser: (query) => numbersRead(new URLSearchParams(query)),
      maxParamLength: longestName,
    },
    schemaErrorFormatter: (errors, place) => new Error(whatIsWrong(place, errors)),
  })
  app.setErrorHandler(speakProblems)
  app.setNotFoundHandler(({ method, url }) => {
    throw new NothingThere(`there is no ${method} ${url.replace(/\?.*/s, '')} in the control API`)
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    guard(request, control)
  })
  app.get('/_mock/v1/openapi.json', async (_, reply) => reply.type('application/json').send(documentText))

  const { paths } = JSON.parse(documentText) as Document
  for (const [path, methods] of Object.entries(paths)) {
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
    for (const [method, described] of Object.entries(methods)) serve(app, control, method, url, described)
    refuseOthers(app, Object.keys(methods), url)
  }
  await app.ready()
  return (request, response) => app.routing(request, response)
}

function serve(
  app: FastifyInstance,
  control: Control,
  method: string,
  url: string,
  described: DescribedOperation,
): void {
  const operation = operations[described.operationId] as Operations[string]
  app.route({
    method: method.toUpperCase() as HTTPMethods,
    url,
    schema: schemaOf(described),
    preValidation: async (request) => {
      if (described.requestBody?.required === false) request.body ??= {}
    },
    handler: async (request, reply) => {
      const answer = await operation(askedBy(request, control))
      if (answer === undefined) return reply.code(204).send()
      return Buffer.isBuffer(answer)
        ? reply.type('text/plain; charset=utf-8').send(answer)
        : reply.send(answer)
    },
  })
}

const allMethods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options']

function refuseOthers(app: FastifyInstance, methods: readonly string[], url: string): void {
  const allowed = methods.map((method) => method.toUpperCase()).join(', ')
  app.route({
    method: allMethods.filter((method) => !methods.includes(method)).map((method) => method.toUpperCase()),
    url,
    // Before a body is read, which may be anything.
    preParsing: async ({ method }, reply) => {
      reply.header('allow', allowed)
      throw new Refused(405, `${method} is not for this path; there is ${allowed}`)
    },
    /* c8 ignore next -- the hook has answered */
    handler: async () => {},
  })
}

function schemaOf({ parameters = [], requestBody }: DescribedOperation) {
  const query = parameters.filter((parameter) => parameter.in === 'query')
  return {
    querystring: {
      type: 'object',
      properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
      additionalProperties: false,
    },
    ...(requestBody && { body: requestBody.content['application/json'].schema }),
  }
}

/** A query holds text; where it is a whole number, the document means one. */
const numbersRead = (query: URLSearchParams): Record<string, string | number> =>
  Object.fromEntries(
    [...query].map(([name, value]) => [
      name,
      ['since', 'status'].includes(name) && /^\d{1,15}$/.test(value) ? Number(value) : value,
    ]),
  )

function askedBy(request: FastifyRequest, { handleFor, urls }: Control): Asked {
  const transport = request.protocol
  const mock = handleFor(
    () => urls.originFor(request.headers, transport) ?? `${transport}://${request.headers.host}`,
  )
  const params = request.params as Record<string, string>
  return {
    mock,
    get pool() {
      return poolOf(mock, params.pool as string)
    },
    params,
    query: request.query as Asked['query'],
    body: request.body,
  }
}

/** The caller may not do that; the message says what is missing. */
class Refused extends Error {
  readonly statusCode: number

  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/**
 * Whoever presents the token may come from anywhere. Without one it must be this machine that asks, by a name that no
 * page of another site can have (DNS rebinding), and no page at all (any page can post to loopback).
 */
function guard({ method, headers, protocol }: FastifyRequest, { token, urls }: Control): void {
  const { host = '', origin, authorization = '' } = headers
  if (token !== undefined) {
    if (sameText(authorization, `Bearer ${token}`)) return
    throw new Refused(401, 'this server is not bound to loopback: send Authorization: Bearer <control token>')
  }
  const isOwnName =
    isLoopbackHost(host) || (urls.publicUrl !== undefined && host === new URL(urls.publicUrl).host)
  if (!isOwnName) throw new Refused(421, `the Host is ${host}, which is neither loopback nor the public URL`)
  if (origin !== undefined && origin !== new URL(`${protocol}://${host}`).origin && origin !== urls.publicUrl)
    throw new Refused(403, `a page of ${origin} may not do that`)
  const isDeliberate =
    /^application\/json\b/.test(headers['content-type'] ?? '') || 'x-mock-control' in headers
  if (method === 'POST' && !isDeliberate)
    throw new Refused(403, 'a POST needs a JSON body, or the header X-Mock-Control: 1')
}

/** RFC 9457. What a caller got wrong is said in a sentence; a defect of ours is a 500. */
function speakProblems(error: FastifyError | Error, _: FastifyRequest, reply: FastifyReply) {
  const status =
    error instanceof NothingThere
      ? 404
      : (('statusCode' in error ? error.statusCode : undefined) ?? statusOf(error))
  const detail = status === 500 ? `a defect of mocknito: ${error.stack}` : error.message
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ title: STATUS_CODES[status], status, detail }))
}

/** The handle says no by an Error with a sentence; TypeError and its kin are defects. */
const statusOf = (error: Error): number =>
  error.constructor === Error || ['FixtureError', 'UrlError'].includes(error.name) ? 400 : 500
