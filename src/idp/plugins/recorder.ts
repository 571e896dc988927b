// Writes every exchange into the journal: the verdicts that the checks leave on `request.exchange`, the
// status, and why it was refused. It also settles by which name the server was called, because everything
// that is announced in the exchange depends on it.
import fp from 'fastify-plugin'
import { createClock } from '../domain/clock.ts'
import type { Exchange } from '../domain/journal.ts'
import { MisdirectedRequest } from '../domain/refusal.ts'
import { note, refused } from '../domain/trail.ts'
import type { World } from '../domain/user-pool.ts'

declare module 'fastify' {
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
      note(request.exchange, 'url.readable', true)
      const origin = urls.originFor(headers, protocol)
      request.world = world.behind(origin ?? '')
      if (origin !== undefined) request.announcedOrigin = origin
      done()
    })

    // A separate hook, so that a refusal finds the scope's headers already set.
    app.addHook('preParsing', ({ exchange, announcedOrigin, headers, is404 }, _, payload, done) => {
      if (announcedOrigin === '') return done(refused(exchange, 'host.named', misdirected(headers.host)))
      note(exchange, 'host.named', true)
      if (!is404) note(exchange, 'method.allowed', true)
      done(null, payload)
    })

    app.addHook('onResponse', (request, reply, done) => {
      request.exchange.status = reply.statusCode
      journal.append(request.exchange)
      done()
    })
  },
  { name: 'recorder', dependencies: ['idp'], fastify: '5.x' },
)

function misdirected(host: string | undefined): MisdirectedRequest {
  const came = host ? `Host ${host}` : 'no Host'
  return new MisdirectedRequest(
    `the request came for ${came}, which is no loopback name: start mocknito with --public-url set to the URL by which browsers and apps reach it`,
  )
}
