// What every answer of a user pool domain carries: the no-cache family, a request id, and the XSRF-TOKEN
// cookie, which Cognito sets even on token answers. HSTS is left out: it would turn the whole of localhost to
// https. So is `Secure` on plain http, because clients that are no browsers would never send such a cookie
// back.
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { randomIds } from '../domain/ids.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The value of the XSRF-TOKEN cookie: the browser's own if it has one, so that two tabs do not undo each
     * other.
     */
    csrfToken: string
  }
}

/**
 * A cookie of the hosted pages: `Secure` if the server is called by an https name. Written out here, because one is on
 * every answer, and because the library would encode the quotes that Cognito puts around some values.
 *
 * @param lifetime further attributes, such as `Max-Age=3600`
 */
export function hostedCookie(
  { announcedOrigin }: Pick<FastifyRequest, 'announcedOrigin'>,
  name: string,
  value: string,
  lifetime?: string,
): string {
  const secure = announcedOrigin.startsWith('https:') ? '; Secure' : ''
  return `${name}=${value}; ${lifetime ? `${lifetime}; ` : ''}Path=/; HttpOnly; SameSite=Lax${secure}`
}

/**
 * The two cookies of a visit to an identity provider, which comes back by a request of another site: `SameSite=None`, and
 * the same without for browsers that do not know it. On plain http they refuse the first; the second does there.
 */
export function csrfStateCookies(
  { announcedOrigin }: Pick<FastifyRequest, 'announcedOrigin'>,
  value: string,
): string[] {
  const attributes = `${announcedOrigin.startsWith('https:') ? '; Secure' : ''}; HttpOnly`
  return [
    `csrf-state=${value}; Path=/${attributes}; SameSite=None`,
    `csrf-state-legacy=${value}; Path=/${attributes}`,
  ]
}

/** A cookie that is being taken back. */
export const expiredCookie = (request: Pick<FastifyRequest, 'announcedOrigin'>, name: string): string =>
  hostedCookie(request, name, '""', 'Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT')

const headers = {
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
  pragma: 'no-cache',
  expires: '0',
  'x-content-type-options': 'nosniff',
  'x-xss-protection': '1; mode=block',
  'x-frame-options': 'DENY',
  server: 'Server',
} as const

const plausibleToken = /^[\w-]{8,64}$/

export const cognitoHeaders = fp(
  async (app) => {
    app.decorateRequest('csrfToken', '')
    app.addHook('onRequest', (request, reply, done) => {
      // The back channel reads no cookies; it sets a new one each time.
      const presented = request.cookies?.['XSRF-TOKEN'] ?? ''
      request.csrfToken = plausibleToken.test(presented) ? presented : randomIds.uuid()
      reply.headers(headers)
      reply.header('x-amz-cognito-request-id', randomIds.uuid())
      reply.header('set-cookie', hostedCookie(request, 'XSRF-TOKEN', request.csrfToken))
      done()
    })
  },
  { name: 'cognito-headers', fastify: '5.x' },
)
