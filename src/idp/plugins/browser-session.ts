// The cookies of a signed-in browser. `cognito` holds the session id in quotes, as the real one does, so whoever
// reads a jar finds what he is used to; quotes are taken off again here and nowhere else.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type BrowserSession, sessionSeconds } from '../domain/sessions.ts'
import { expiredCookie, hostedCookie } from './cognito-headers.ts'

export const sessionIdOf = ({ cookies }: FastifyRequest): string | undefined =>
  cookies.cognito?.replace(/^"(.*)"$/, '$1')

/** As observed: the old CSRF token is expired and a new one set, beside the session's own cookies. */
export function signBrowserIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { id, expiresAt }: BrowserSession,
  csrfToken: string,
): void {
  reply.removeHeader('set-cookie')
  reply.header('set-cookie', [
    hostedCookie(request, 'XSRF-TOKEN', '""', 'Expires=Thu, 01 Jan 1970 00:00:10 GMT'),
    hostedCookie(request, 'XSRF-TOKEN', csrfToken),
    hostedCookie(
      request,
      'cognito',
      `"${id}"`,
      `Max-Age=${sessionSeconds}; Expires=${expiresAt.toUTCString()}`,
    ),
    hostedCookie(request, 'cognito-fl', '"W10="'),
  ])
}

export const signBrowserOut = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply.header('set-cookie', expiredCookie(request, 'cognito'))
