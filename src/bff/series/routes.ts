// The routes of the article's sample, so that its client works after changing one constant: paths, shapes and
// status codes as they are there. Two parts are unsafe by design and said so in the log: the login is not tied
// to a browser (no cookies across origins), and the session travels in a URL. Tokens are told here no more than elsewhere.
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { enter } from '../enter.ts'
import { leave } from '../leave.ts'
import { type CallbackQuery, callbackQuery } from '../login.ts'
import type { Bff } from '../parts.ts'
import { sayWhatWentWrong } from '../plugins/speak.ts'
import { loginNotStartedHere, notFound } from '../problems.ts'
import { fingerprint, newSecret } from '../secrets.ts'
import type { Session } from '../sessions.ts'
import { bearerOf } from '../visitor.ts'

/** The base path of the article's sample. */
export const seriesPath = '/apis/authentication'

/** Nothing ties this login to a browser: whoever opens its callback gets the session. */
const nobody = 'series'

export const series: FastifyPluginAsync<Bff> = async (app, bff) => {
  const { cookies, config, logins, refresher, sessions, urls, visitors } = bff
  const errorHandler = sayWhatWentWrong({ urls, jsonOnly: true })

  app.setErrorHandler(sayWhatWentWrong({ urls, isLast: true }))

  app.setNotFoundHandler(async ({ log, url }, reply) => {
    const { code, reason, status } = notFound().facts
    log.warn({ code }, `refused: ${reason}`)
    return reply
      .code(status)
      .type('text/plain')
      .send(`Resource not found: ${url.split('?', 1)[0]}`)
  })

  app.get('/login', async (_request, reply) => {
    const callback = new URL(`${app.prefix}/exchange`, urls().origin)
    return reply.type('text/plain').send(await logins.begin({ callback }, () => nobody))
  })

  const schema = { querystring: callbackQuery }
  app.get<{ Querystring: CallbackQuery }>('/exchange', { schema }, async (request, reply) => {
    if (!request.query.code && !request.query.error)
      return reply.code(400).type('text/plain').send('Missing code parameter')
    const completed = await logins.complete(request.query, nobody)
    if (!completed) throw loginNotStartedHere()
    const id = newSecret()
    const device = request.headers['user-agent']
    const transport = config.handoff === 'query' ? 'bearer' : 'cookie'
    await enter(fingerprint(id), completed.login, { transport, device }, bff, request.log)
    const home = new URL(urls().home)
    if (transport === 'bearer') home.searchParams.set('session', id)
    else cookies.giveSession(reply, id)
    return reply.redirect(home.href, 307)
  })

  app.get('/status', async (request) => {
    const session = await visitors.sessionOf(request)
    return session ? recordOf(session, bearerOf(request)) : {}
  })

  app.get('/resource', async (request, reply) => {
    const session = await visitors.sessionOf(request)
    if (!session) return reply.code(401).send()
    await sessions.touch(session)
    return reply.type('text/plain').send('Protected Resource Retrieved from DB.')
  })

  app.get('/refresh', { errorHandler }, async (request, reply) => {
    const session = await visitors.sessionOf(request)
    const fresh = session && (await refresher.fresh(session.id, session.tokens.accessToken))
    if (!fresh) return reply.code(400).send({ error: 'No session' })
    return { expirationTime: (await sessions.touch(fresh))?.expiresAt }
  })

  app.get('/logout', async (request: FastifyRequest, reply: FastifyReply) => {
    const session = await visitors.sessionOf(request)
    if (session) await leave(session, 'logout', bff, request.log)
    return reply.code(200).send()
  })
}

/** As the sample's client sees it, without the tokens; the id is told to who has just said it. */
const recordOf = ({ user, expiresAt }: Session, id: string | undefined) => ({
  ...user,
  id,
  expirationTime: expiresAt,
})
