// GET /auth/login: sends the browser to the identity provider, or tells a script where to send it,
// so that no client needs to know the client id, the scopes or the redirect URI.
import type { FastifyPluginAsync } from 'fastify'
import { urlForBrowser, wantedHandoff } from '../../apps/handoff.ts'
import type { Bff } from '../../parts.ts'
import { loginSeconds } from '../../pending.ts'
import { wantsJson } from '../../plugins/speak.ts'
import { safeReturnTo } from '../../return-to.ts'
import { refusePrefetch } from '../../same-origin.ts'
import { fingerprint } from '../../secrets.ts'

const text = { type: 'string', maxLength: 2048 }
const properties = {
  returnTo: text,
  mode: { const: 'json' },
  client: { const: 'mobile' },
  app_redirect: text,
  app_challenge: { type: 'string', pattern: '^[\\w-]{43}$' },
  prompt: text,
  loginHint: text,
  idp: text,
  lang: text,
}
const querystring = { type: 'object', properties }
type Query = { readonly [Name in keyof typeof properties]?: string }

type Needs = Pick<Bff, 'config' | 'cookies' | 'logins' | 'urls'>

export const login: FastifyPluginAsync<Needs> = async (app, { config, cookies, logins, urls }) => {
  app.get<{ Querystring: Query }>('/auth/login', { schema: { querystring } }, async (request, reply) => {
    refusePrefetch(request)
    const { query } = request
    const { callback, path, origin } = urls()
    const handoff = wantedHandoff(query, config)
    const asksForUrl = wantsJson(request)
    if (handoff && asksForUrl)
      return { loginUrl: urlForBrowser(query, `${origin}${path('login')}`), expiresIn: loginSeconds }

    const present = cookies.sessionOf(request)
    const wish = {
      callback,
      hints: hintsOf(query),
      returnTo: safeReturnTo(query.returnTo, path('')),
      app: handoff,
      replaces: present && !handoff ? fingerprint(present) : undefined,
    }
    const loginUrl = await logins.begin(wish, (state) => cookies.bindLogin(request, reply, state))
    return asksForUrl
      ? { loginUrl, expiresIn: loginSeconds }
      : reply.redirect(loginUrl, config.loginRedirectStatus)
  })
}

/** What is passed on, in Cognito's words. */
const hintsOf = ({ prompt, loginHint, idp, lang }: Query): Record<string, string> => ({
  ...(prompt !== undefined && { prompt }),
  ...(loginHint !== undefined && { login_hint: loginHint }),
  ...(idp !== undefined && { identity_provider: idp }),
  ...(lang !== undefined && { lang }),
})
