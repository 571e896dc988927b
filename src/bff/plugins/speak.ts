// The one voice for everything that goes wrong. Handlers throw a Problem; here it becomes a page for
// a person or JSON for a script, and one line in the log.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { problemPage } from '../pages.ts'
import { badRequest, notFound, ourFault, Problem } from '../problems.ts'

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

/** Answers a request with what went wrong. */
export function sayWhatWentWrong(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { facts } = asProblem(error)
  if (facts.status === 500) request.log.error({ err: error }, 'unexpected error')
  else request.log.warn({ code: facts.code }, `refused: ${facts.reason}`)

  reply.code(facts.status)
  if (wantsJson(request)) return reply.send({ error: facts.code, message: facts.message })
  return reply.type('text/html; charset=utf-8').send(problemPage(facts))
}

export const speak = fp(
  async (app) => {
    app.setErrorHandler(sayWhatWentWrong)
    app.setNotFoundHandler(() => {
      throw notFound()
    })
  },
  { name: 'bff-speak' },
)

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { statusCode = 500, message } = error as Partial<FastifyError>
  return statusCode < 500 ? badRequest(statusCode, String(message)) : ourFault()
}
