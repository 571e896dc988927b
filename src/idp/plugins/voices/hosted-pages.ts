// How the browser-facing endpoints speak: a redirect to the app once client and redirect URI are proven, a redirect to
// /error before that, and a page in place for what is wrong with the post of a form. Handlers throw; only this file answers.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { pageKey, recordedParameter } from '../../domain/journal.ts'
import { CallbackRefusal, ForgedPost, PageRefusal, PagesUnavailable, Refusal } from '../../domain/refusal.ts'
import { note } from '../../domain/trail.ts'

export const hostedPagesVoice = fp(
  async (app) => {
    app.setErrorHandler(speakPages)
  },
  { name: 'hosted-pages-voice', dependencies: ['pages'], fastify: '5.x' },
)

function speakPages(error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply) {
  const { exchange } = request
  if (!(error instanceof Refusal)) return speakFramework(error, request, reply)
  exchange.refusal = error
  if (error instanceof CallbackRefusal) return reply.redirect(error.location)
  if (error instanceof PageRefusal) {
    const page = errorPage(error, request.query as URLSearchParams)
    exchange.errorPage = pageKey(page)
    exchange.parameters = [...(request.query as URLSearchParams)].map((parameter) =>
      recordedParameter(...parameter),
    )
    return reply.redirect(page)
  }
  if (error instanceof ForgedPost) return reply.code(403).page('error', { detail: error.message })
  if (error instanceof PagesUnavailable) return reply.code(403).page('unavailable', {})
  // What is left is a MisdirectedRequest: nothing else is thrown here.
  return reply.code(421).page('error', { detail: error.message })
}

/** `/error?error=<text>&client_id=<id>`, as observed; a blank becomes a plus. */
function errorPage({ text, clientId, repeatsQuery }: PageRefusal, query: URLSearchParams): string {
  if (repeatsQuery) return `/error?${query}`
  return `/error?${new URLSearchParams({ error: text, ...(clientId !== undefined && { client_id: clientId }) })}`
}

/** A body that is too large or of a type that no form has; or a defect of our own. */
function speakFramework(error: FastifyError, { exchange, headers }: FastifyRequest, reply: FastifyReply) {
  const isClientsFault = error.statusCode !== undefined && error.statusCode < 500
  if (isClientsFault) note(exchange, 'login.form-type', false, whyUnread(error, headers['content-type']))
  else exchange.failure = error
  const detail = isClientsFault ? error.message : 'Something went wrong'
  return reply.code(isClientsFault ? (error.statusCode as number) : 500).page('error', { detail })
}

const whyUnread = ({ code, message }: FastifyError, contentType: string | undefined): string =>
  code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
    ? `Content-Type is ${contentType}, expected application/x-www-form-urlencoded`
    : `the body cannot be read: ${message}`
