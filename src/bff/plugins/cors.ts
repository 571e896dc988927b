// Pages of other origins that may call this BFF: those on the list, by name. Nobody else gets a word of CORS.
import type { FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'

interface Invited {
  readonly allowedOrigins: readonly string[]
  /** What a page may ask about beforehand. */
  readonly paths: readonly string[]
}

const corsPlugin: FastifyPluginAsync<Invited> = async (app, { allowedOrigins, paths }) => {
  app.addHook('onRequest', async ({ headers: { origin } }, reply) => {
    reply.header('vary', 'Origin')
    if (origin === undefined || !allowedOrigins.includes(origin)) return
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After',
    })
  })

  for (const path of paths)
    app.options(path, async (_request, reply) => reply.code(204).headers(answerToPreflight).send())
}

const answerToPreflight = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'Authorization, Content-Type, X-CSRF',
  'access-control-max-age': '600',
}

export const cors = fp(corsPlugin, { name: 'bff-cors' })
