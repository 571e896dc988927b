// Where armed faults strike: before the handler, or on the answer that it made. A request on a server where nothing
// is armed passes with one look at an empty list.
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { whoAsks } from '../domain/asker.ts'
import { authorizationRequest } from '../domain/authorize/index.ts'
import { toCallback } from '../domain/authorize/request.ts'
import type { Effect, MutableAnswer } from '../domain/faults.ts'
import { spoiled } from '../domain/spoil.ts'
import { targetOf } from '../domain/target.ts'
import type { UserPool } from '../domain/user-pool.ts'
import { setTimeout } from '../machine-timers.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What is to be done to the answer. */
    faultyAnswer: { readonly effect: Effect; readonly pool: UserPool } | undefined
  }
}

const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref()
  })

export const faults = fp(
  async (app) => {
    const { faults, world } = app.idp
    app.decorateRequest('faultyAnswer')

    app.addHook('preHandler', (request, reply, done) => {
      if (faults.isEmpty) return done()
      strike(request).then((fault) => {
        if (fault === undefined) return done()
        request.exchange.faultId = fault.id
        request.exchange.poolId = fault.poolId
        const pool = world.pool(fault.poolId) as UserPool
        before(app, request, reply, fault.effect, pool, done)
      }, done)
    })

    app.addHook('onSend', (request, reply, payload, done) => {
      const { faultyAnswer } = request
      if (faultyAnswer === undefined) return done(null, payload)
      const { effect, pool } = faultyAnswer
      request.faultyAnswer = undefined
      onAnswer(effect, pool, request, reply, String(payload ?? '')).then(
        (changed) => changed !== undefined && done(null, changed),
        done,
      )
    })

    async function strike(request: FastifyRequest) {
      const { exchange, headers, params, query, body } = request
      const form = (body ?? {}) as Readonly<Record<string, string | string[] | undefined>>
      const asker = await whoAsks(
        {
          poolId: (params as { poolId?: string }).poolId,
          authorization: headers.authorization,
          parameter: (name) => [form[name]].flat()[0] ?? (query as URLSearchParams).get(name) ?? undefined,
          sessionId: request.cookies?.cognito?.replace(/^"(.*)"$/, '$1'),
        },
        world,
      )
      return faults.strike(targetOf(exchange.path, form.grant_type), asker)
    }
  },
  { name: 'faults', dependencies: ['recorder'], fastify: '5.x' },
)

/** What strikes before the handler; whatever else there is waits for the answer. */
function before(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  effect: Effect,
  pool: UserPool,
  done: (error?: Error) => void,
): void {
  if (effect.kind === 'oauth') speakOAuth(request, reply, effect, done)
  else if (effect.kind === 'answer')
    reply.code(effect.status).headers(effect.headers).send(Buffer.from(effect.body))
  else if (effect.kind === 'delay') after(effect.milliseconds).then(() => done())
  else if (effect.kind === 'network' && effect.failure !== 'truncate') {
    reply.hijack()
    app.record(request, 0)
    breakConnection(effect.failure, request)
  } else {
    request.faultyAnswer = { effect, pool }
    done()
  }
}

/** As the endpoint would say it: to the app's callback from the hosted pages, in JSON from the others. */
function speakOAuth(
  request: FastifyRequest,
  reply: FastifyReply,
  { error, status }: Extract<Effect, { kind: 'oauth' }>,
  done: (error?: Error) => void,
): void {
  if (!/^\/(?:oauth2\/authorize|login)$/.test(request.exchange.path))
    return void reply.code(status).type('application/json;charset=UTF-8').send(JSON.stringify({ error }))
  try {
    const asked = authorizationRequest(request.query as URLSearchParams, request.world, request.exchange)
    reply.redirect(toCallback(asked, error, undefined, 'a fault').location)
  } catch (refusal) {
    done(refusal as Error)
  }
}

function breakConnection(failure: 'reset' | 'empty' | 'garbage' | 'hang', { raw }: FastifyRequest): void {
  const { socket } = raw
  if (failure === 'reset') socket.resetAndDestroy()
  else if (failure === 'empty') socket.end()
  else if (failure === 'garbage') socket.end(randomBytes(64))
  // To hang is to do nothing, until the client goes away or the mock closes.
}

/** The answer as it goes out; nothing if it has gone out already, as far as it ever will. */
async function onAnswer(
  effect: Effect,
  pool: UserPool,
  request: FastifyRequest,
  reply: FastifyReply,
  body: string,
): Promise<string | Readable | undefined> {
  switch (effect.kind) {
    case 'malformedJson':
      return body.slice(0, -1)
    case 'contentType':
      reply.header('content-type', effect.contentType)
      return body
    case 'dribble':
      return Readable.from(pieces(body, effect))
    case 'token':
      return isTokenAnswer(request, reply)
        ? JSON.stringify(await spoiled(JSON.parse(body), effect.defect, await pool.keys))
        : body
    case 'hook':
      return changed(effect.change, request, reply, body)
    default:
      reply.hijack()
      await truncate(request, reply, body)
      return undefined
  }
}

function changed(
  change: (answer: MutableAnswer) => void,
  { exchange }: FastifyRequest,
  reply: FastifyReply,
  body: string,
): string {
  const present = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)] as const)
  const answer = { status: reply.statusCode, headers: Object.fromEntries(present), body }
  change(answer)
  exchange.status = answer.status
  reply.code(answer.status)
  // Several cookies are one text here; what was left alone stays as it is.
  const before = new Map(present)
  for (const [name, value] of Object.entries(answer.headers))
    if (before.get(name) !== value) reply.header(name, value)
  return answer.body
}

const isTokenAnswer = ({ exchange }: FastifyRequest, { statusCode }: FastifyReply): boolean =>
  exchange.path === '/oauth2/token' && statusCode === 200

/** Half of the body, where its length was announced. */
async function truncate(
  { raw: { socket } }: FastifyRequest,
  reply: FastifyReply,
  body: string,
): Promise<void> {
  const bytes = Buffer.from(body)
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  reply.raw.writeHead(reply.statusCode, { 'content-length': bytes.length })
  await new Promise((resolve) => {
    reply.raw.write(bytes.subarray(0, bytes.length >> 1), resolve)
  })
  socket.destroySoon()
}

async function* pieces(
  body: string,
  { chunks, milliseconds }: Extract<Effect, { kind: 'dribble' }>,
): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(body)
  const size = Math.max(1, Math.ceil(bytes.length / chunks))
  for (let at = 0; at < bytes.length; at += size) {
    if (at > 0) await after(milliseconds / (chunks - 1))
    yield bytes.subarray(at, at + size)
  }
}
