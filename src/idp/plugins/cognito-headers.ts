// What every answer of a user pool domain carries: the no-cache family, a request id, and the XSRF-TOKEN
// cookie, which Cognito sets even on token answers. HSTS is left out: it would turn the whole of localhost to
// https. So is `Secure` on plain http, because clients that are no browsers would never send such a cookie
// back.
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

export const hostedCookie = { path: '/', httpOnly: true, sameSite: 'lax' } as const

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
      const presented = request.cookies['XSRF-TOKEN'] ?? ''
      request.csrfToken = plausibleToken.test(presented) ? presented : randomIds.uuid()
      reply.headers(headers)
      reply.header('x-amz-cognito-request-id', randomIds.uuid())
      reply.setCookie('XSRF-TOKEN', request.csrfToken, hostedCookie)
      done()
    })
  },
  { name: 'cognito-headers', dependencies: ['@fastify/cookie'], fastify: '5.x' },
)
