// GET /oauth2/authorize: shows nothing itself. It sends the browser to /login with the same parameters, to an identity
// provider or, if it has a session, straight back to the app.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { askedProvider } from '../../domain/authorize/identity-provider.ts'
import { toCallback } from '../../domain/authorize/request.ts'
import { respond } from '../../domain/authorize/respond.ts'
import { sessionThatAnswers } from '../../domain/authorize/use-session.ts'
import { onlyProvider } from '../../domain/federation/identity-provider.ts'
import { signInUnasked } from '../../domain/headless.ts'
import { stepUp } from '../../domain/login-steps.ts'
import { Refusal } from '../../domain/refusal.ts'
import { sessionIdOf, signBrowserIn } from '../../plugins/browser-session.ts'
import { expiredCookie } from '../../plugins/cognito-headers.ts'
import { goOn, type HostedRequest, type HostedVisit, visitFor } from '../../plugins/hosted-forms.ts'
import { federationCookies, toProvider } from '../../plugins/identity-providers.ts'

export async function authorize(app: FastifyInstance): Promise<void> {
  const { urls } = app.idp
  app.get('/oauth2/authorize', async (request: HostedRequest, reply) => {
    const visit = visitFor(request.query, request)
    return answer(request, reply, visit).catch((cause) => tellApp(cause, request, visit))
  })

  async function answer(request: HostedRequest, reply: FastifyReply, visit: HostedVisit) {
    const { query: parameters, exchange, announcedOrigin } = request
    const { asked } = visit
    const answering = await sessionThatAnswers(asked, sessionIdOf(request), exchange)
    if (answering !== undefined && answering.missing.length > 0)
      return goOn(request, reply, visit, await stepUp(visit, answering))
    if (answering !== undefined) {
      const issuer = urls.issuer(asked.pool, announcedOrigin)
      return reply.redirect(await respond(asked, answering.session, issuer, exchange))
    }
    const automatic = await signInUnasked(asked, exchange)
    if (automatic !== undefined) {
      signBrowserIn(request, reply, automatic, asked.pool.ids.uuid())
      const issuer = urls.issuer(asked.pool, announcedOrigin)
      return reply.redirect(await respond(asked, automatic, issuer, exchange))
    }
    const provider = askedProvider(asked) ?? onlyProvider(asked.pool, asked.client)
    if (provider !== undefined) return toProvider(request, reply, asked, provider)
    // Observed on every way to the page: what a visit to an identity provider may have left is taken back.
    reply.header(
      'set-cookie',
      federationCookies.map((name) => expiredCookie(request, name)),
    )
    return reply.redirect(`${announcedOrigin}/login?${parameters}`)
  }
}

/** DOC: the app is told of an internal failure too, as it has been proven by then. What failed is in the log. */
function tellApp(cause: Error, { exchange }: HostedRequest, { asked }: HostedVisit): never {
  if (cause instanceof Refusal) throw cause
  exchange.failure = cause
  throw toCallback(asked, 'server_error', undefined, cause.message)
}
