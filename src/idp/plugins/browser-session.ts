// The cookies of a signed-in browser. `cognito` holds the session id in quotes, as the real one does, so
// whoever reads a jar finds what he is used to; quotes are taken off again here and nowhere else.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type BrowserSession, sessionSeconds } from '../domain/sessions.ts'
import { hostedCookie } from './cognito-headers.ts'

const asIs = { ...hostedCookie, encode: (value: string) => value }

export const sessionIdOf = ({ cookies }: FastifyRequest): string | undefined =>
  cookies.cognito?.replace(/^"(.*)"$/, '$1')

/** As observed: the old CSRF token is expired and a new one set, beside the session's own cookies. */
export function signBrowserIn(
  app: FastifyInstance,
  reply: FastifyReply,
  { id, expiresAt }: BrowserSession,
  csrfToken: string,
): void {
  reply.header('set-cookie', app.serializeCookie('XSRF-TOKEN', '""', { ...asIs, expires: new Date(10_000) }))
  reply.setCookie('XSRF-TOKEN', csrfToken, hostedCookie)
  reply.setCookie('cognito', `"${id}"`, { ...asIs, maxAge: sessionSeconds, expires: expiresAt })
  reply.setCookie('cognito-fl', '"W10="', asIs)
}

export const signBrowserOut = (reply: FastifyReply): FastifyReply =>
  reply.setCookie('cognito', '""', { ...asIs, maxAge: 0, expires: new Date(0) })
