// The control API, as a server of its own behind /_mock/v1: it is made when somebody first asks for it, so that a mock
// which nobody controls over HTTP starts without it. The document that it serves is also what it is made from: each
// operation takes its path, and what it accepts, from there.
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify'
import type { Handle } from '../handle/mocknito.ts'
import { sameText } from './domain/pkce.ts'
import { type Asked, NothingThere, type Operations, poolOf } from './routes/control/v1/asked.ts'
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

const documentText = readFileSync(new URL('../../fixtures/openapi.json', import.meta.url), 'utf8')

/** Long enough for a pool with some thousand users. */
const bodyLimitBytes = 16 * 1024 * 1024

export type ControlServer = (request: IncomingMessage, response: ServerResponse) => void

export async function createControlApp(control: Control): Promise<ControlServer> {
  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
    routerOptions: { querystringParser: (query) => numbersRead(new URLSearchParams(query)) },
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
  for (const [path, methods] of Object.entries(paths))
    for (const [method, described] of Object.entries(methods)) {
      const operation = operations[described.operationId] as Operations[string]
      app.route({
        method: method.toUpperCase() as HTTPMethods,
        url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
        schema: schemaOf(described),
        handler: async (request, reply) => {
          const answer = await operation(askedBy(request, control))
          if (answer === undefined) return reply.code(204).send()
          return Buffer.isBuffer(answer)
            ? reply.type('text/plain; charset=utf-8').send(answer)
            : reply.send(answer)
        },
      })
    }
  await app.ready()
  return (request, response) => app.routing(request, response)
}

function schemaOf({ parameters = [], requestBody }: DescribedOperation) {
  const query = parameters.filter((parameter) => parameter.in === 'query')
  return {
    querystring: {
      type: 'object',
      properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
      additionalProperties: false,
    },
    ...(requestBody?.required && { body: requestBody.content['application/json'].schema }),
    ...(requestBody?.required === false && {
      body: { anyOf: [{ type: 'null' }, requestBody.content['application/json'].schema] },
    }),
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
class Forbidden extends Error {
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
function guard({ method, headers }: FastifyRequest, { token, urls }: Control): void {
  const { host = '', origin, authorization = '' } = headers
  if (token !== undefined) {
    if (sameText(authorization, `Bearer ${token}`)) return
    throw new Forbidden(
      401,
      'this server is not bound to loopback: send Authorization: Bearer <control token>',
    )
  }
  const isOwnName =
    isLoopbackHost(host) || (urls.publicUrl !== undefined && host === new URL(urls.publicUrl).host)
  if (!isOwnName)
    throw new Forbidden(421, `the Host is ${host}, which is neither loopback nor the public URL`)
  if (origin !== undefined && !isSameHost(origin, host))
    throw new Forbidden(403, `a page of ${origin} may not do that`)
  const isDeliberate =
    /^application\/json\b/.test(headers['content-type'] ?? '') || 'x-mock-control' in headers
  if (method === 'POST' && !isDeliberate)
    throw new Forbidden(403, 'a POST needs a JSON body, or the header X-Mock-Control: 1')
}

const isSameHost = (origin: string, host: string): boolean =>
  URL.canParse(origin) && new URL(origin).host === host

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
    .send(JSON.stringify({ title: titles[status] ?? 'Bad Request', status, detail }))
}

const titles: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  421: 'Misdirected Request',
  500: 'Internal Server Error',
}

/** The handle says no by an Error with a sentence; TypeError and its kin are defects. */
const statusOf = (error: Error): number =>
  error.constructor === Error || ['FixtureError', 'UrlError'].includes(error.name) ? 400 : 500
