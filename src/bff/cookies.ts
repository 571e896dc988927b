// The two kinds of cookie, and why each is as it is. The session cookie is Strict: no other site can
// make a browser use it. The cookie of a pending login must be Lax: it has to survive the way back
// from the identity provider, which is another site.
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from './clock.ts'
import type { BffConfig } from './config.ts'
import { loginSeconds } from './pending.ts'
import { fingerprint, newSecret } from './secrets.ts'

export type Cookies = ReturnType<typeof cookiesOf>

/** Enough for the tabs of a person; few enough to keep the request header short. */
const mostPendingLogins = 5

/**
 * The cookies of the BFF.
 *
 * @example
 * const cookies = cookiesOf({ cookieSameSite: 'Strict', insecureCookies: false }, systemClock)
 * cookies.giveSession(reply, id) // Set-Cookie: __Host-bff-sid=…; Path=/; HttpOnly; Secure; SameSite=Strict
 */
export function cookiesOf(
  { cookieSameSite, insecureCookies }: Pick<BffConfig, 'cookieSameSite' | 'insecureCookies'>,
  clock: Clock,
) {
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
    sessionName,
    /** The id of the session that this browser claims to have. */
    sessionOf: (request: FastifyRequest) => request.cookies[sessionName] || undefined,
    giveSession: (reply: FastifyReply, id: string) => void reply.setCookie(sessionName, id, forSession),
    dropSession: (reply: FastifyReply) => void reply.clearCookie(sessionName, forSession),

    /** Ties a pending login to this browser: the secret that it has to bring back. */
    bindLogin(request: FastifyRequest, reply: FastifyReply, state: string): string {
      removeOldest(request, reply)
      const binding = `${clock.now().getTime()}.${newSecret()}`
      reply.setCookie(loginName(state), binding, { ...forLogin, maxAge: loginSeconds })
      return binding
    },
    /** The proof that this browser began the login with this state. */
    bindingOf: (request: FastifyRequest, state: string) => request.cookies[loginName(state)] || undefined,
    unbindLogin: (reply: FastifyReply, state: string) => void reply.clearCookie(loginName(state), forLogin),
  }
}

const inLowerCase = { Strict: 'strict', Lax: 'lax' } as const

/** The part before the dot; a value that is not ours counts as the oldest. */
const startedAt = (binding = ''): number => Number.parseInt(binding, 10) || 0
