// /login: the sign-in page, and the post of its form. It is an entry point of its own with all of the
// authorize parameters, and it makes all of the authorize checks, both times.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { askedProvider } from '../../domain/authorize/identity-provider.ts'
import { emptyForm, signInPage, submitSignIn } from '../../domain/login-steps.ts'
import { UserPoolException } from '../../domain/user-pool-exception.ts'
import { sessionIdOf } from '../../plugins/browser-session.ts'
import {
  goOn,
  type HostedRequest,
  type HostedVisit,
  localVisitOf,
  orProblem,
  ownForm,
  visitOf,
} from '../../plugins/hosted-forms.ts'
import { toProvider } from '../../plugins/identity-providers.ts'
import { showForm } from '../../plugins/sign-in-page.ts'

export async function login(app: FastifyInstance): Promise<void> {
  app.get('/login', async (request: HostedRequest, reply) => {
    const visit = visitOf(request)
    const provider = askedProvider(visit.asked)
    if (provider !== undefined) return toProvider(request, reply, visit.asked, provider)
    const shown = await signInPage(visit.asked, sessionIdOf(request), request.exchange)
    if (shown.page === 'knownUser') return showKnownUser(request, reply, visit)
    return showForm(request, reply, visit, shown)
  })

  app.post('/login', async (request: HostedRequest, reply) => {
    const form = ownForm(request)
    const visit = localVisitOf(request)
    const credentials = { username: form.text('username'), password: form.text('password') }
    const next = await orProblem(submitSignIn(visit, credentials, request.exchange))
    if (next instanceof UserPoolException) {
      const { username } = credentials
      return showForm(request, reply, visit, { ...emptyForm(visit), username }, next.text)
    }
    return goOn(request, reply, visit, next)
  })
}

/** The classic pages know who is there, and ask; `/oauth2/authorize` never does. */
function showKnownUser(
  { query, exchange }: HostedRequest,
  reply: FastifyReply,
  { asked }: HostedVisit,
): FastifyReply {
  const again = new URLSearchParams(query)
  again.set('redirect_uri', asked.redirectUri)
  again.set('response_type', asked.responseType)
  return reply.page('knownUser', {
    username: exchange.username as string,
    parameters: [...query].map(([name, value]) => ({ name, value })),
    someoneElse: `/logout?${again}`,
  })
}
