// The BFF as a server of its own: the plugin, a home page and health. It listens to nobody until start.ts says so.
import type { Writable } from 'node:stream'
import cookie from '@fastify/cookie'
import { type FastifyInstance, type FastifyPluginAsync, fastify } from 'fastify'
import type { BffConfig } from './config.ts'
import { assemble, type Bff, type BffParts } from './parts.ts'
import { bff } from './plugin.ts'
import { armour, wearArmour, withoutQuery } from './plugins/armour.ts'
import { sayWhatWentWrong, speak } from './plugins/speak.ts'
import { notFound } from './problems.ts'
import { health } from './routes/health.ts'
import { home } from './routes/home.ts'

/** What may take the place of the defaults: real time, the store of the settings, silence. */
export interface ServerParts extends BffParts {
  /** Where the log goes, one JSON object a line. */
  readonly log?: Writable
  /** Further routes, such as those of the demo. */
  readonly extra?: FastifyPluginAsync<Bff>
}

/**
 * Builds the BFF without listening.
 *
 * @example
 * const app = await createBff(readConfig(process.env))
 * const answer = await app.inject('/auth/status')
 * answer.json() // { loggedIn: false }
 */
export async function createBff(config: BffConfig, parts: ServerParts = {}): Promise<FastifyInstance> {
  const voice = { urls: () => assembled.urls() }
  const say = sayWhatWentWrong(voice)
  const app = fastify({
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    exposeHeadRoutes: false, // HEAD must not begin a login, nor use up a callback
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => void say(error, request, wearArmour(reply, config)),
    logger: parts.log ? { stream: parts.log, serializers: { req: withoutQuery } } : false,
  })
  const assembled = await assemble(config, parts, app, '')

  app.register(armour, config)
  app.register(cookie) // for further routes that ask who is there
  app.register(speak, voice)
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  app.register(bff, { assembled }) //    /auth/*, /api/*
  app.register(home, assembled) //       GET /, /warnings
  app.register(health, assembled) //     GET /health, /ready
  if (parts.extra) app.register(parts.extra, assembled)
  return app
}
