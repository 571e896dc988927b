// GET /auth/callback: the way back from the identity provider. The login is taken out of the store
// before anything else happens, so it counts once, however often and from wherever this URL is opened.
import type { FastifyPluginAsync } from 'fastify'
import type { Bff } from '../../bff.ts'
import { loginDeclined, loginNotStartedHere } from '../../problems.ts'
import { fingerprint } from '../../secrets.ts'

interface Query {
  readonly state?: string
  readonly code?: string
  readonly error?: string
  readonly error_description?: string
}

const querystring = {
  type: 'object',
  properties: {
    state: { type: 'string' },
    code: { type: 'string' },
    error: { type: 'string' },
    error_description: { type: 'string' },
  },
}

type Needs = Pick<Bff, 'cookies' | 'provider' | 'sessions' | 'transactions' | 'urls'>

export const callback: FastifyPluginAsync<Needs> = async (app, needs) => {
  const { cookies, provider, sessions, transactions, urls } = needs

  app.get<{ Querystring: Query }>('/auth/callback', { schema: { querystring } }, async (request, reply) => {
    const { state = '', error, error_description } = request.query
    const binding = cookies.bindingOf(request, state)
    const present = cookies.sessionOf(request)

    const transaction = binding && (await transactions.take(fingerprint(state), binding))
    if (binding) cookies.unbindLogin(reply, state)
    if (!transaction) {
      if (present && (await sessions.find(present))) return reply.redirect('/', 303)
      throw loginNotStartedHere()
    }
    if (error) throw loginDeclined(error, error_description, transaction.returnTo)

    const asReceived = new URL(urls().callback)
    asReceived.search = request.url.slice(request.url.indexOf('?'))
    const { user, tokens } = await provider.finishLogin(asReceived, { state, ...transaction })

    // A new id for the new session, and no way back into the old one. The Strict cookie is often not
    // sent here, after a visit to another site; what /auth/login saw of it is in the transaction.
    for (const old of [present, transaction.replaces]) if (old) await sessions.end(old)
    await sessions.open(cookies.grantSession(reply), { user, tokens })
    return reply.redirect(transaction.returnTo, 303)
  })
}
