// POST /auth/logout: ends the session here, its tokens, and sends the browser to the identity provider to end the
// session there, since otherwise the next login would be silent. GET is for plain links, with a proof that only
// pages of ours get to know: an image on another site has none.
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { leave, leaveOthers, signOutEverywhere } from '../../leave.ts'
import type { Bff } from '../../parts.ts'
import { ignoreBodies } from '../../plugins/ignore-bodies.ts'
import { wantsJson } from '../../plugins/speak.ts'
import { crossSiteRequest } from '../../problems.ts'
import { safeReturnTo } from '../../return-to.ts'
import { demandOurPage, refusePrefetch } from '../../same-origin.ts'
import { type Fingerprint, fingerprint } from '../../secrets.ts'
import type { Session } from '../../sessions.ts'

const flag = { const: '1' }
const properties = {
  /** Only here: the provider's session stays, and the next login may be silent. */
  local: flag,
  /** All sessions of this person. */
  everywhere: flag,
  /** Where to continue after a local log-out. */
  returnTo: { type: 'string' },
  sid: { type: 'string' },
}
const querystring = { type: 'object', properties }
type Query = { readonly [Name in keyof typeof properties]?: string }

type Needs = Pick<Bff, 'config' | 'cookies' | 'failures' | 'provider' | 'sessions' | 'urls' | 'visitors'>
type Request = FastifyRequest<{ Querystring: Query }>

export const logout: FastifyPluginAsync<Needs> = async (app, bff) => {
  const { config, cookies, provider, urls, visitors } = bff

  await app.register(ignoreBodies)

  app.post<{ Querystring: Query }>('/auth/logout', { schema: { querystring } }, async (request, reply) => {
    demandOurPage(request, urls())
    return end(request, reply)
  })

  app.get<{ Querystring: Query }>('/auth/logout', { schema: { querystring } }, async (request, reply) => {
    refusePrefetch(request)
    const visitor = visitors.claimed(request)
    if (!visitor || request.query.sid !== logoutProof(visitor.id))
      throw crossSiteRequest('POST, or the sid that /auth/status gave to this session')
    return end(request, reply)
  })

  async function end(request: Request, reply: FastifyReply) {
    const { local, everywhere, returnTo } = request.query
    const { home, path, continueAt } = urls()
    const landing = continueAt(safeReturnTo(returnTo, path('')))
    const session = await visitors.sessionOf(request)
    const signedOut = session && everywhere && (await endAll(session, request))
    if (session) await leave(session, 'logout', bff, request.log)
    cookies.dropSession(reply)

    const isLocal = local || config.providerLogout === 'none'
    const logoutUrl = isLocal ? landing : await provider.logoutUrl(home)
    return wantsJson(request) ? { logoutUrl, ...signedOut } : reply.redirect(logoutUrl, 303)
  }

  async function endAll(session: Session, { log }: Request) {
    const outcome = config.globalSignOut && { globalSignOut: await signOutEverywhere(session, bff, log) }
    await leaveOthers(session, bff, log)
    return outcome
  }
}

/** Known to the pages of a session, since only they can read its status. */
export const logoutProof = (id: Fingerprint): string => fingerprint(`logout ${id}`)
