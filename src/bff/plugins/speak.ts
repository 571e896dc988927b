// The one voice for everything that goes wrong. Handlers throw a Problem; here it becomes a page for
// a person or JSON for a script, and one line in the log.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { problemPage } from '../pages.ts'
import { badRequest, ourFault, Problem } from '../problems.ts'
import type { Urls } from '../urls.ts'

/**
 * Whether the sender of a request wants JSON rather than a page: by `Accept`, or by `?mode=json`.
 *
 * @example
 * wantsJson({ headers: { accept: 'application/json' }, query: {} }) // true
 */
export function wantsJson({ headers, query }: Pick<FastifyRequest, 'headers' | 'query'>): boolean {
  const { accept = '' } = headers
  const { mode } = (query ?? {}) as { mode?: unknown }
  return mode === 'json' || (/\bapplication\/json\b/.test(accept) && !/\btext\/html\b/.test(accept))
}

interface Voice {
  readonly urls: () => Pick<Urls, 'home' | 'path'>
  /** To everybody, as an API does. */
  readonly jsonOnly?: boolean
  /** A page offers no other try: its login would be none of those who began this one. */
  readonly isLast?: boolean
}

/** Answers a request with what went wrong. */
export const sayWhatWentWrong =
  ({ urls, jsonOnly, isLast }: Voice) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { facts } = asProblem(error)
    const { status, code, message, retryAfterSeconds, ended, continueAt } = facts
    const { home, path } = urls()
    const loginUrl = path('login')
    if (status === 500) request.log.error({ err: error }, 'unexpected error')
    else request.log.warn({ code }, `refused: ${facts.reason}`)

    if (continueAt) return reply.redirect(continueAt, 303)
    reply.code(status)
    if (retryAfterSeconds) reply.header('retry-after', retryAfterSeconds)
    if (!jsonOnly && !wantsJson(request))
      return reply.type('text/html; charset=utf-8').send(
        problemPage(facts, {
          homeUrl: home.href,
          styleUrl: path('problem.css'),
          ...(!isLast && { loginUrl }),
        }),
      )
    return reply
      .type('application/json; charset=utf-8')
      .send({ error: code, message, ...(status === 401 && { loginUrl }), ...(ended && { reason: ended }) })
  }

export const speak = fp<Voice>(
  async (app, voice) => {
    app.setErrorHandler(sayWhatWentWrong(voice))
  },
  { name: 'bff-speak' },
)

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { statusCode = 500, code, message } = error as Partial<FastifyError>
  // Fastify's own words for it quote the whole URL, and its query is not for the log.
  const reason = code === 'FST_ERR_BAD_URL' ? 'the path cannot be decoded' : String(message)
  return statusCode < 500 ? badRequest(statusCode, reason) : ourFault()
}
