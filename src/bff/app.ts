// The reference backend for frontend, put together: what it is made of, and its whole route table.
// It keeps the tokens so that the browser need not; it listens to nobody until start.ts says so.
import type { Writable } from 'node:stream'
import cookie from '@fastify/cookie'
import { type FastifyInstance, fastify } from 'fastify'
import type { Bff } from './bff.ts'
import { type Clock, systemClock } from './clock.ts'
import type { BffConfig } from './config.ts'
import { cookiesOf } from './cookies.ts'
import { identityProvider } from './identity-provider.ts'
import { armour, wearArmour } from './plugins/armour.ts'
import { sayWhatWentWrong, speak } from './plugins/speak.ts'
import { callback } from './routes/auth/callback.ts'
import { login } from './routes/auth/login.ts'
import { logout } from './routes/auth/logout.ts'
import { status } from './routes/auth/status.ts'
import { health } from './routes/health.ts'
import { home } from './routes/home.ts'
import { type Sessions, sessionsInMemory } from './sessions.ts'
import { type Transactions, transactionsInMemory } from './transactions.ts'
import { urlsOf } from './urls.ts'

/** What may take the place of the defaults: real time, memory, silence. */
export interface BffParts {
  readonly clock?: Clock
  readonly sessions?: Sessions
  readonly transactions?: Transactions
  /** Where the log goes, one JSON object a line. */
  readonly log?: Writable
}

/**
 * Builds the BFF without listening.
 *
 * @example
 * const app = createBff(readConfig(process.env))
 * const answer = await app.inject('/auth/status')
 * answer.json() // { loggedIn: false }
 */
export function createBff(config: BffConfig, parts: BffParts = {}): FastifyInstance {
  const app = fastify({
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    exposeHeadRoutes: false, // HEAD must not begin a login, nor use up a callback
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => {
      sayWhatWentWrong(error, request, wearArmour(reply, config))
    },
    logger: parts.log ? { stream: parts.log, serializers: { req: withoutQuery } } : false,
  })

  const clock = parts.clock ?? systemClock
  const bff: Bff = {
    clock,
    config,
    cookies: cookiesOf(config, clock),
    provider: identityProvider(config),
    sessions: parts.sessions ?? sessionsInMemory(clock, config),
    transactions: parts.transactions ?? transactionsInMemory(clock),
    urls: urlsOf(config, app.server),
  }

  app.register(armour, config)
  app.register(speak)
  app.register(cookie)

  app.register(home, bff) //     GET  /
  app.register(health) //        GET  /health
  app.register(login, bff) //    GET  /auth/login
  app.register(callback, bff) // GET  /auth/callback
  app.register(status, bff) //   GET  /auth/status
  app.register(logout, bff) //   POST /auth/logout

  return app
}

/** The query of a callback holds a code, which has no business in a log. */
const withoutQuery = ({ method, url }: { method: string; url: string }) => ({
  method,
  path: url.split('?', 1)[0],
})
