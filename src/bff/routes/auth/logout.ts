// POST /auth/logout: ends the session here, and sends the browser to the identity provider to end
// the one there, since otherwise the next login would be silent. Never by GET: an image could do that.
import type { FastifyPluginAsync } from 'fastify'
import type { Bff } from '../../bff.ts'
import { wantsJson } from '../../plugins/speak.ts'
import { crossSiteRequest } from '../../problems.ts'
import { isSameOrigin } from '../../same-origin.ts'

type Needs = Pick<Bff, 'cookies' | 'provider' | 'sessions' | 'urls'>

export const logout: FastifyPluginAsync<Needs> = async (app, { cookies, provider, sessions, urls }) => {
  // The form has no fields: a body of whatever type is accepted, up to the usual size, and ignored.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined)

  app.post('/auth/logout', async (request, reply) => {
    const { origin, home } = urls()
    if (!isSameOrigin(request.headers, origin)) throw crossSiteRequest(origin)

    const id = cookies.sessionOf(request)
    if (id) await sessions.end(id)
    cookies.dropSession(reply)

    const logoutUrl = await provider.logoutUrl(home)
    return wantsJson(request) ? { logoutUrl } : reply.redirect(logoutUrl, 303)
  })
}
