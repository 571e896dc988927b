// ANY /api/*, or whatever prefixes are configured: to the API behind it, with the access token of the session in
// the place of its cookie. The browser decides neither where a request goes nor what it is authorised by, and gets
// no header that is none of its business.
import type { IncomingHttpHeaders } from 'node:http'
import type {} from '@fastify/reply-from'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { safeApiPath } from '../api-path.ts'
import type { Bff } from '../parts.ts'
import { sayWhatWentWrong } from '../plugins/speak.ts'
import { apiUnavailable, loginRequired } from '../problems.ts'
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
  const say = sayWhatWentWrong({ loginUrl: urls().path('login'), jsonOnly: true })
  app.setErrorHandler(say)
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
        http: { requestOptions: { timeout: timeoutMilliseconds } },
      })
      const below = target.pathname.replace(/\/$/, '')

      scope.route({
        method: methods,
        url: `${prefix}/*`,
        async handler(request, reply) {
          const path = below + safeApiPath(request.url.slice((scope.prefix + prefix).length))
          if (!readingMethods.includes(request.method)) demandOurScript(request, urls())
          return forward(path, await sessionFor(request, reply), request, reply)
        },
      })
    })

  /** Somebody is really there, so the idle time begins anew. */
  async function sessionFor(request: FastifyRequest, reply: FastifyReply, refused?: string) {
    const { id } = await visitors.required(request, reply)
    const fresh = await refresher.fresh(id, refused)
    const session = fresh && (await sessions.touch(fresh))
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
    let passed: readonly string[] = []
    return reply.from(path, {
      rewriteRequestHeaders: (_request, headers) => ({
        ...without(notForApis, headers),
        authorization: `Bearer ${tokens.accessToken}`,
      }),
      rewriteHeaders(headers) {
        const kept = without(notForBrowsers, headers)
        passed = Object.keys(kept)
        return kept
      },
      onError: (_reply, { error }) => void say(apiUnavailable(error.message), request, reply),
      async onResponse(_request, _reply, response) {
        const { stream } = response as unknown as { stream: NodeJS.ReadableStream }
        const isRedirect = reply.statusCode >= 300 && reply.statusCode < 400 && reply.statusCode !== 304
        const isRefused = reply.statusCode === 401 && mayRepeat
        if (!isRedirect && !isRefused) return void reply.send(stream)

        stream.resume()
        for (const name of passed) reply.removeHeader(name)
        if (isRedirect) return void say(apiUnavailable(`the API redirects: ${path}`), request, reply)
        // The token looks good here and not there. Once: with another token it is the last word.
        try {
          forward(path, await sessionFor(request, reply, tokens.accessToken), request, reply, false)
        } catch (error) {
          say(error, request, reply)
        }
      },
    })
  }
}

/** Whatever an API sends is read by scripts of ours; opened as a page on this origin it can do nothing. */
const documentsOfApis = "default-src 'none'; frame-ancestors 'none'; sandbox"

/** What the browser says of itself, of the way here, or in the name of somebody else. */
const notForApis =
  /^(cookie|authorization|proxy-.*|x-csrf|origin|referer|forwarded|x-forwarded-.*|x-real-ip|via|connection|keep-alive|te|trailer|upgrade|expect|sec-.*)$/

/** What an API may not do on this origin: cookies, policies, redirects, invitations; and what concerns one connection. */
const notForBrowsers =
  /^(set-cookie2?|www-authenticate|proxy-.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade|location|refresh|clear-site-data|cache-control|pragma|expires|access-control-.*|content-security-policy.*|cross-origin-.*|x-frame-options|x-content-type-options|referrer-policy|permissions-policy|strict-transport-security|service-worker-allowed|alt-svc|server|x-powered-by)$/

const without = <T extends IncomingHttpHeaders>(names: RegExp, headers: T) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.test(name)))
