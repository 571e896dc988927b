// ANY /api/*, or whatever prefixes are configured: to the API behind it, with the access token of the session in
// the place of its cookie. The browser decides neither where a request goes nor what it is authorised by, and gets
// no header that is none of its business.
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type {} from '@fastify/reply-from'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { forApi, forBrowser } from '../api-headers.ts'
import { safeApiPath } from '../api-path.ts'
import { isEvents, readToItsEnd } from '../api-streams.ts'
import type { Bff } from '../parts.ts'
import { sayWhatWentWrong } from '../plugins/speak.ts'
import { apiUnavailable, loginRequired, unsafeApiPath } from '../problems.ts'
import { demandOurScript } from '../same-origin.ts'
import type { Session } from '../sessions.ts'

const timeoutMilliseconds = 10_000
const readingMethods = ['GET', 'HEAD']
const methods = [...readingMethods, 'POST', 'PUT', 'PATCH', 'DELETE']

type Needs = Pick<Bff, 'config' | 'refresher' | 'sessions' | 'urls' | 'visitors'>

export const api: FastifyPluginAsync<Needs> = async (app, bff) => {
  const { config, refresher, sessions, urls, visitors } = bff
  // Loaded only where something is proxied: it is half as much again as the rest of the BFF.
  const { default: replyFrom } = await import('@fastify/reply-from')
  const say = sayWhatWentWrong({ urls, jsonOnly: true })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', documentsOfApis)
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

  for (const [prefix, target] of config.proxies)
    await app.register(async (scope) => {
      await scope.register(replyFrom, {
        base: target.origin,
        disableCache: true,
        disableRequestLogging: true,
        // Unless it is told to, it looks at no certificate.
        http: { requestOptions: { timeout: timeoutMilliseconds, rejectUnauthorized: true } },
      })
      const here = scope.prefix + prefix
      const below = target.pathname.replace(/\/$/, '')

      scope.route({
        method: methods,
        url: `${prefix}/*`,
        async handler(request, reply) {
          const [path = ''] = request.url.split('?', 1)
          if (!path.startsWith(`${here}/`)) throw unsafeApiPath()
          const there = below + safeApiPath(path.slice(here.length))
          if (!readingMethods.includes(request.method)) demandOurScript(request, urls())
          return forward(there, await sessionFor(request, reply), request, reply)
        },
      })
    })

  /** Somebody is really there, so the idle time begins anew. */
  async function sessionFor(request: FastifyRequest, reply: FastifyReply, refused?: string) {
    const { id } = await visitors.required(request, reply)
    const fresh = await (refused === undefined ? refresher.fresh(id) : refresher.another(id, refused))
    // That it is not noted that somebody was here is no reason not to answer.
    const session = fresh && (await sessions.touch(fresh).catch(() => fresh))
    if (!session) throw loginRequired(await visitors.farewell(request, reply))
    return session
  }

  function forward(
    path: string,
    { tokens }: Session,
    request: FastifyRequest,
    reply: FastifyReply,
    mayRepeat = request.body === undefined,
  ): FastifyReply {
    if (request.body) request.body = readToItsEnd(request.body as Readable)
    let passed: readonly string[] = []
    let isOver = false
    const takeBack = () => {
      for (const name of passed) reply.removeHeader(name)
    }
    function fail(reason: string) {
      isOver = true
      clearTimeout(switched)
      if (reply.raw.headersSent) return void reply.raw.destroy() // in the middle of an answer
      takeBack()
      say(apiUnavailable(reason), request, reply)
    }
    // An API that switches protocols unasked gives no answer, and nobody hears of it. An upload may take its time.
    const switched = request.body
      ? undefined
      : setTimeout(
          () => reply.raw.destroyed || fail(`no answer to ${path}`),
          1.5 * timeoutMilliseconds,
        ).unref()

    return reply.from(path, {
      // As it came: nobody here reads a query.
      queryString: (_ofThePath, url) => url.replace(/^[^?]*\??/, ''),
      // An API in trouble is not asked again, least of all ten times.
      retryDelay: () => null,
      rewriteRequestHeaders: (_request, headers) => ({
        ...forApi(headers, request.body !== undefined),
        authorization: `Bearer ${tokens.accessToken}`,
      }),
      rewriteHeaders(headers) {
        const kept = forBrowser(headers)
        passed = Object.keys(kept)
        return kept
      },
      onError: (_reply, { error }) => fail(error.message),
      async onResponse(_request, _reply, response) {
        clearTimeout(switched)
        const { stream } = response as unknown as { stream: IncomingMessage }
        if (isOver) return void stream.destroy() // with a status that does not exist, or too late
        reply.removeHeader('connection') // of which there is no need: an upload is read to its end
        if (isEvents(reply)) stream.socket.setTimeout(0)
        const isRedirect = reply.statusCode >= 300 && reply.statusCode < 400 && reply.statusCode !== 304
        const isRefused = reply.statusCode === 401 && mayRepeat
        if (!isRedirect && !isRefused) return void reply.send(stream)

        if (isRedirect) {
          stream.destroy()
          return fail(`the API redirects: ${path}`)
        }
        // The token looks good here and not there. Once: with another token it is the last word.
        try {
          const fresh = await sessionFor(request, reply, tokens.accessToken)
          if (fresh.tokens.accessToken === tokens.accessToken) return void reply.send(stream)
          stream.destroy()
          takeBack()
          forward(path, fresh, request, reply, false)
        } catch (error) {
          stream.destroy()
          takeBack()
          say(error, request, reply)
        }
      },
    })
  }
}

/** Whatever an API sends is read by scripts of ours; opened as a page on this origin it can do nothing. */
const documentsOfApis = "default-src 'none'; frame-ancestors 'none'; sandbox"
