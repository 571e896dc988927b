// The two kinds of cookie, and why each is as it is. The session cookie is Strict: no other site can
// make a browser use it. The cookie of a pending login must be Lax: it has to survive the way back
// from the identity provider, which is another site.
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from './clock.ts'
import type { BffConfig } from './config.ts'
import { type Fingerprint, fingerprint, newSecret } from './secrets.ts'
import { transactionSeconds } from './transactions.ts'

export interface Cookies {
  /** The session that this browser claims to have. */
  sessionOf(request: FastifyRequest): Fingerprint | undefined
  /** Gives the browser a new session id, and says what to call that session on the server. */
  grantSession(reply: FastifyReply): Fingerprint
  dropSession(reply: FastifyReply): void
  /** Ties a pending login to this browser. */
  bindLogin(request: FastifyRequest, reply: FastifyReply, state: string): Fingerprint
  /** The proof that this browser began the login with this state. */
  bindingOf(request: FastifyRequest, state: string): Fingerprint | undefined
  unbindLogin(reply: FastifyReply, state: string): void
}

/** Enough for the tabs of a person; few enough to keep the request header short. */
const mostPendingLogins = 5

/**
 * The cookies of the BFF.
 *
 * @example
 * const cookies = cookiesOf({ cookieSameSite: 'Strict', insecureCookies: false }, systemClock)
 * const id = cookies.grantSession(reply) // Set-Cookie: __Host-bff-sid=…; Path=/; HttpOnly; Secure; SameSite=Strict
 */
export function cookiesOf(
  { cookieSameSite, insecureCookies }: Pick<BffConfig, 'cookieSameSite' | 'insecureCookies'>,
  clock: Clock,
): Cookies {
  // The prefix makes the browser itself refuse a cookie of that name from a subdomain (RFC 6265bis §4.1.3.2).
  const prefix = insecureCookies ? '' : '__Host-'
  const common: CookieSerializeOptions = { path: '/', httpOnly: true, secure: !insecureCookies }
  const forSession: CookieSerializeOptions = { ...common, sameSite: inLowerCase[cookieSameSite] }
  const forLogin: CookieSerializeOptions = { ...common, sameSite: 'lax' }

  const sessionName = `${prefix}bff-sid`
  const loginPrefix = `${prefix}bff-login-`
  const loginName = (state: string) => loginPrefix + fingerprint(state).slice(0, 16)

  function removeOldest(request: FastifyRequest, reply: FastifyReply) {
    const bindings = Object.entries(request.cookies).filter(([name]) => name.startsWith(loginPrefix))
    const byAge = bindings.sort(([, one], [, other]) => startedAt(one) - startedAt(other))
    for (const [name] of byAge.slice(0, 1 - mostPendingLogins)) reply.clearCookie(name, forLogin)
  }

  return {
    sessionOf(request) {
      const id = request.cookies[sessionName]
      return id ? fingerprint(id) : undefined
    },

    grantSession(reply) {
      const id = newSecret()
      reply.setCookie(sessionName, id, forSession)
      return fingerprint(id)
    },

    dropSession(reply) {
      reply.clearCookie(sessionName, forSession)
    },

    bindLogin(request, reply, state) {
      removeOldest(request, reply)
      const binding = `${clock.now().getTime()}.${newSecret()}`
      reply.setCookie(loginName(state), binding, { ...forLogin, maxAge: transactionSeconds })
      return fingerprint(binding)
    },

    bindingOf(request, state) {
      const binding = request.cookies[loginName(state)]
      return binding ? fingerprint(binding) : undefined
    },

    unbindLogin(reply, state) {
      reply.clearCookie(loginName(state), forLogin)
    },
  }
}

const inLowerCase = { Strict: 'strict', Lax: 'lax' } as const

/** The part before the dot; a value that is not ours counts as the oldest. */
const startedAt = (binding = ''): number => Number.parseInt(binding, 10) || 0
