// GET /auth/login: sends the browser to the identity provider, or tells a script where to send it,
// so that no client needs to know the client id, the scopes or the redirect URI.
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Bff } from '../../bff.ts'
import { wantsJson } from '../../plugins/speak.ts'
import { prefetchRefused } from '../../problems.ts'
import { safeReturnTo } from '../../return-to.ts'
import { fingerprint } from '../../secrets.ts'
import { transactionSeconds } from '../../transactions.ts'

interface Query {
  readonly returnTo?: string
  readonly mode?: 'json'
}

const querystring = {
  type: 'object',
  properties: { returnTo: { type: 'string' }, mode: { const: 'json' } },
}

type Needs = Pick<Bff, 'config' | 'cookies' | 'provider' | 'transactions' | 'urls'>

export const login: FastifyPluginAsync<Needs> = async (app, needs) => {
  const { config, cookies, provider, transactions, urls } = needs

  app.get<{ Querystring: Query }>('/auth/login', { schema: { querystring } }, async (request, reply) => {
    if (isPrefetch(request)) throw prefetchRefused()
    const returnTo = safeReturnTo(request.query.returnTo)

    const { loginUrl, state, nonce, verifier } = await provider.startLogin(urls().callback)
    await transactions.begin(fingerprint(state), {
      binding: cookies.bindLogin(request, reply, state),
      nonce,
      verifier,
      returnTo,
      replaces: cookies.sessionOf(request),
    })

    if (wantsJson(request)) return { loginUrl, expiresIn: transactionSeconds }
    return reply.redirect(loginUrl, config.loginRedirectStatus)
  })
}

const isPrefetch = ({ headers }: FastifyRequest): boolean =>
  /\bprefetch\b/.test(`${headers['sec-purpose']} ${headers.purpose}`)
