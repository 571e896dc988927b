// GET /auth/login: sends the browser to the identity provider, or tells a script where to send it,
// so that no client needs to know the client id, the scopes or the redirect URI.
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Bff } from '../../parts.ts'
import { type AppHandoff, loginSeconds } from '../../pending.ts'
import { wantsJson } from '../../plugins/speak.ts'
import { appNotAllowed, prefetchRefused } from '../../problems.ts'
import { safeReturnTo } from '../../return-to.ts'
import { fingerprint } from '../../secrets.ts'

interface Query {
  readonly returnTo?: string
  readonly mode?: 'json'
  readonly client?: 'mobile'
  readonly app_redirect?: string
  readonly app_challenge?: string
  readonly prompt?: string
  readonly loginHint?: string
  readonly idp?: string
  readonly lang?: string
}

const text = { type: 'string', maxLength: 2048 }
const querystring = {
  type: 'object',
  properties: {
    returnTo: text,
    mode: { const: 'json' },
    client: { const: 'mobile' },
    app_redirect: text,
    app_challenge: { type: 'string', pattern: '^[\\w-]{43}$' },
    prompt: text,
    loginHint: text,
    idp: text,
    lang: text,
  },
}

type Needs = Pick<Bff, 'config' | 'cookies' | 'logins' | 'urls'>

export const login: FastifyPluginAsync<Needs> = async (app, { config, cookies, logins, urls }) => {
  app.get<{ Querystring: Query }>('/auth/login', { schema: { querystring } }, async (request, reply) => {
    if (isPrefetch(request)) throw prefetchRefused()
    const { query } = request
    const { callback, path, origin } = urls()
    const handoff = appHandoff(query)
    const asksForUrl = wantsJson(request)
    // An app's own HTTP client has other cookies than the browser that it will open: so that browser begins.
    if (handoff && asksForUrl)
      return { loginUrl: `${origin}${path('login')}?${browserQuery(query)}`, expiresIn: loginSeconds }

    const present = cookies.sessionOf(request)
    const wish = {
      callback,
      hints: hintsOf(query),
      returnTo:
        query.returnTo === undefined ? undefined : safeReturnTo(query.returnTo, path('').slice(0, -1)),
      app: handoff,
      replaces: present && !handoff ? fingerprint(present) : undefined,
    }
    const loginUrl = await logins.begin(wish, (state) => cookies.bindLogin(request, reply, state))
    return asksForUrl
      ? { loginUrl, expiresIn: loginSeconds }
      : reply.redirect(loginUrl, config.loginRedirectStatus)
  })

  function appHandoff({ client, app_redirect, app_challenge }: Query): AppHandoff | undefined {
    if (client === undefined && app_redirect === undefined) return undefined
    if (config.handoff !== 'code')
      throw appNotAllowed('hand-off codes are off: BFF_HANDOFF=code turns them on')
    if (app_redirect === undefined || !config.appRedirects.includes(app_redirect))
      throw appNotAllowed(`app_redirect is not one of: ${config.appRedirects.join(', ')}`)
    if (app_challenge === undefined) throw appNotAllowed('app_challenge is missing: the S256 of a verifier')
    return { redirect: app_redirect, challenge: app_challenge }
  }
}

/** What is passed on, in Cognito's words. */
const hintNames = {
  prompt: 'prompt',
  loginHint: 'login_hint',
  idp: 'identity_provider',
  lang: 'lang',
} as const

const hintsOf = (query: Query): Record<string, string> =>
  Object.fromEntries(
    Object.entries(hintNames).flatMap(([ours, theirs]) => {
      const value = query[ours as keyof typeof hintNames]
      return value === undefined ? [] : [[theirs, value]]
    }),
  )

const browserQuery = ({ mode: _, ...query }: Query): URLSearchParams =>
  new URLSearchParams(query as Record<string, string>)

/** A browser that only guesses that somebody may click. */
export const isPrefetch = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  /\bprefetch\b/.test(`${headers['sec-purpose']} ${headers.purpose}`)
