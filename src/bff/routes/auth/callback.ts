// GET /auth/callback: the way back from the identity provider. What comes of it is a session: in a cookie, or,
// for an app, behind a hand-off code that is worth nothing without the app's verifier.
import type { FastifyPluginAsync } from 'fastify'
import { handOver } from '../../apps/handoff.ts'
import { enter } from '../../enter.ts'
import { leave } from '../../leave.ts'
import { type CallbackQuery, callbackQuery } from '../../login.ts'
import type { Bff } from '../../parts.ts'
import { loginNotStartedHere } from '../../problems.ts'
import { fingerprint, newSecret } from '../../secrets.ts'

type Needs = Pick<Bff, 'cookies' | 'failures' | 'handoffs' | 'logins' | 'provider' | 'sessions' | 'urls'>

export const callback: FastifyPluginAsync<Needs> = async (app, bff) => {
  const { cookies, handoffs, logins, sessions, urls } = bff
  const schema = { querystring: callbackQuery }

  app.get<{ Querystring: CallbackQuery }>('/auth/callback', { schema }, async (request, reply) => {
    const { state = '' } = request.query
    const binding = cookies.bindingOf(request, state)
    const present = cookies.sessionOf(request)
    if (binding) cookies.unbindLogin(reply, state)

    const completed = binding && (await logins.complete(request.query, binding))
    if (!completed) {
      if (present && (await sessions.find(fingerprint(present))))
        return reply.redirect(urls().continueAt(undefined), 303)
      throw loginNotStartedHere()
    }
    const { login, pending } = completed
    if (pending.app) return reply.redirect(await handOver(login, pending.app, handoffs), 303)

    // A new id for the new session, and no way back into the old one. The Strict cookie is often not
    // sent here, after a visit to another site; what /auth/login saw of it is in the transaction.
    for (const old of [present && fingerprint(present), pending.replaces]) {
      const session = old && (await sessions.find(old))
      if (session) await leave(session, 'replaced', bff, request.log)
    }
    const id = newSecret()
    const device = request.headers['user-agent']
    await enter(fingerprint(id), login, { transport: 'cookie', device }, bff, request.log)
    cookies.giveSession(reply, id)
    return reply.redirect(urls().continueAt(pending.returnTo), 303)
  })
}
