// Writes every exchange into the journal: the verdicts that the checks leave on `request.exchange`, the
// status, and why it was refused. It also settles by which name the server was called, because everything
// that is announced in the exchange depends on it.
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { createClock } from '../domain/clock.ts'
import { type Exchange, recordedParameter } from '../domain/journal.ts'
import { MisdirectedRequest } from '../domain/refusal.ts'
import { targetOf } from '../domain/target.ts'
import { note, refused } from '../domain/trail.ts'
import type { World } from '../domain/user-pool.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Writes the exchange down. For an answer it happens by itself; who answers by other means calls it. */
    record(request: FastifyRequest, status: number): void
  }
  interface FastifyRequest {
    /** The record of this exchange; also the trail that checks write to. */
    exchange: Exchange
    /** What the server is called in this exchange: scheme, host and port. */
    announcedOrigin: string
    /** The pools that this host shows. */
    world: World
  }
}

export const recorder = fp(
  async (app) => {
    const { journal, urls, world } = app.idp
    const { now } = createClock()
    app.decorateRequest('exchange')
    app.decorateRequest('announcedOrigin', '')
    app.decorateRequest('world')

    app.addHook('onRequest', (request, _, done) => {
      const { method, url, headers, protocol } = request
      const end = url.indexOf('?')
      request.exchange = { at: now(), method, path: end < 0 ? url : url.slice(0, end), verdicts: [] }
      for (const rule of ['http.readable', 'http.head-size', 'url.readable'] as const)
        note(request.exchange, rule, true)
      const origin = urls.originFor(headers, protocol)
      request.world = world.behind(origin ?? '')
      if (origin !== undefined) request.announcedOrigin = origin
      done()
    })

    // A separate hook, so that a refusal finds the scope's headers already set.
    app.addHook('preParsing', ({ exchange, announcedOrigin, headers, is404 }, _, payload, done) => {
      if (announcedOrigin === '') return done(refused(exchange, 'host.named', misdirected(headers.host)))
      note(exchange, 'host.named', true)
      if (!is404) {
        note(exchange, 'path.known', true)
        note(exchange, 'method.allowed', true)
      }
      done(null, payload)
    })

    app.decorate('record', (request: FastifyRequest, status: number) => {
      const { exchange } = request
      exchange.status = status
      describe(request)
      journal.append(exchange)
      if (exchange.poolId !== undefined) world.pool(exchange.poolId)?.journal.append(exchange)
    })

    // Before the answer leaves, so that whoever has it finds it in the journal.
    app.addHook('onSend', (request, reply, payload, done) => {
      app.record(request, reply.statusCode)
      done(null, payload)
    })
  },
  { name: 'recorder', dependencies: ['idp'], fastify: '5.x' },
)

/** What the exchange was about: its target, and what was sent. */
function describe({ exchange, headers, query, body }: FastifyRequest): void {
  const form = (body ?? {}) as Readonly<Record<string, string | string[]>>
  exchange.target = targetOf(exchange.path, form.grant_type)
  const { authorization = '' } = headers
  exchange.clientAuthentication = /^basic /i.test(authorization)
    ? 'basic'
    : form.client_secret === undefined
      ? 'none'
      : 'post'
  exchange.parameters ??= [...queryEntries(query), ...formEntries(form)].map((parameter) =>
    recordedParameter(...parameter),
  )
}

/** Nobody parsed the query of a path that is not there. */
const queryEntries = (query: unknown): Iterable<[string, string]> =>
  query instanceof URLSearchParams ? query : []

const formEntries = (form: Readonly<Record<string, string | string[]>>): [string, string][] =>
  Object.entries(form).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, String(each)]),
  )

function misdirected(host: string | undefined): MisdirectedRequest {
  const came = host ? `Host ${host}` : 'no Host'
  return new MisdirectedRequest(
    `the request came for ${came}, which is no loopback name: start mocknito with --public-url set to the URL by which browsers and apps reach it`,
  )
}
