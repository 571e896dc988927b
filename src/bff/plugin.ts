// The reference backend for frontend as a Fastify plugin, with its whole route table. It keeps the tokens so that
// the browser need not, and minds its own paths: errors, headers and cookies of the app around it are not touched.
import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { session } from './apps/session.ts'
import { type BffOptions, environmentOf, readConfig } from './config.ts'
import { problemStyle } from './pages.ts'
import { assemble, type Bff, type BffParts } from './parts.ts'
import { armour } from './plugins/armour.ts'
import { cors } from './plugins/cors.ts'
import { sayWhatWentWrong, speak } from './plugins/speak.ts'
import { notFound } from './problems.ts'
import { api } from './routes/api.ts'
import { callback } from './routes/auth/callback.ts'
import { login } from './routes/auth/login.ts'
import { logout } from './routes/auth/logout.ts'
import { refresh } from './routes/auth/refresh.ts'
import { sessions } from './routes/auth/sessions.ts'
import { status } from './routes/auth/status.ts'
import { series, seriesPath } from './series/routes.ts'
import { unsafeParts } from './unsafe-parts.ts'

/** The settings and what takes the place of the defaults; or a BFF that is put together already. */
export type BffPluginOptions = (BffOptions & BffParts) | { readonly assembled: Bff }

/**
 * The BFF below the prefix it is registered with.
 *
 * @throws {ConfigError} if the settings cannot be used
 * @example
 * const app = Fastify()
 * await app.register(bff, {
 *   issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example',
 *   clientId: '1example23456789',
 *   clientSecret: process.env.CLIENT_SECRET,
 *   publicUrl: 'https://app.example.com',
 *   proxies: { '/api': 'https://api.example.com' },
 * })
 */
export const bff: FastifyPluginAsync<BffPluginOptions> = async (app, options) => {
  const parts = 'assembled' in options ? options.assembled : await assembleFor(app, options)
  const { config, urls } = parts
  for (const unsafe of unsafeParts(config)) app.log.warn(unsafe)

  // Fastify adds a HEAD to each GET: it would begin a login, use up a callback, log out.
  app.addHook('onRoute', (route) => {
    if (route.method === 'HEAD') route.handler = nothingThere
  })
  await app.register(armour, config)
  await app.register(speak, { urls })
  if (!app.hasRequestDecorator('cookies')) await app.register(cookie)
  if (config.allowedOrigins.length > 0) {
    const ours = ['/auth/*', `${seriesPath}/*`, ...[...config.proxies.keys()].map((prefix) => `${prefix}/*`)]
    await app.register(cors, { allowedOrigins: config.allowedOrigins, paths: ours })
  }

  await app.register(login, parts) //    GET    /auth/login
  await app.register(callback, parts) // GET    /auth/callback
  await app.register(logout, parts) //   POST   /auth/logout, GET with proof
  await app.register(async (scripts) => {
    scripts.setErrorHandler(sayWhatWentWrong({ urls, jsonOnly: true }))
    await scripts.register(status, parts) //   GET    /auth/status
    await scripts.register(refresh, parts) //  POST   /auth/refresh
    await scripts.register(sessions, parts) // GET, DELETE /auth/sessions
    if (config.handoff === 'code') await scripts.register(session, parts) // POST /auth/session
    if (config.proxies.size > 0) await scripts.register(api, parts) //       ANY  /api/*
  })
  if (config.profile === 'series') await app.register(series, { ...parts, prefix: seriesPath })

  app.get('/auth/problem.css', async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(problemStyle),
  )
}

const nothingThere = () => {
  throw notFound()
}

/** What takes the place of a default, and what Fastify itself is told. */
const notSettings = ['clock', 'store', 'credentials', 'prefix', 'logLevel', 'logSerializers']

const assembleFor = (app: FastifyInstance, options: BffOptions & BffParts): Promise<Bff> =>
  assemble(readConfig(environmentOf(options, notSettings)), options, app, app.prefix)
