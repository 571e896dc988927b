// The headers on everything that the BFF says, pages and JSON, successes and refusals alike; and what a log may know
// of a request, whoever's log it is.
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import type { BffConfig } from '../config.ts'

type Provider = Pick<BffConfig, 'issuer' | 'hostedDomain'>

/**
 * Sets the headers on one answer; for the rare one that Fastify gives before any hook runs.
 *
 * @example
 * wearArmour(reply, { issuer: new URL('https://issuer.example'), hostedDomain: undefined })
 */
export function wearArmour(reply: FastifyReply, provider: Provider): FastifyReply {
  return reply.headers({
    'cache-control': 'no-store',
    'content-security-policy': contentSecurityPolicy(provider),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
}

/** The query of a callback holds a code, which has no business in a log. */
export const withoutQuery = ({ method, url }: { method: string; url: string }) => ({
  method,
  path: url.split('?', 1)[0],
})

/** Errors of Node bring along what was received: of an API's answer, all of it. */
const withoutWhatCame = ({ name, message, code, stack }: NodeJS.ErrnoException) => ({
  type: name,
  message,
  code,
  stack,
})

const armourPlugin: FastifyPluginAsync<Provider> = async (app, provider) => {
  app.addHook('onRoute', (route) => {
    route.logSerializers = { ...route.logSerializers, req: withoutQuery, err: withoutWhatCame }
  })
  app.addHook('onRequest', async (_request, reply) => {
    wearArmour(reply, provider)
  })
}

export const armour = fp(armourPlugin, { name: 'bff-armour' })

function contentSecurityPolicy({ issuer, hostedDomain }: Provider): string {
  // Chromium applies form-action to the redirects after a form too, and the log-out form is answered
  // with one to the identity provider, who may pass the browser on to a company's own.
  const formTargets = ["'self'", 'https:', (hostedDomain ?? issuer).origin]
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    `form-action ${formTargets.join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
