// The whole server on one page: three scopes, each with its own body parser and its own voice, and the routes
// of each. Handlers throw; the scope speaks.
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { createClock } from './domain/clock.ts'
import { parseForm } from './domain/token-request.ts'
import type { Verdict } from './domain/trail.ts'
import { cognitoHeaders } from './plugins/cognito-headers.ts'
import { cors } from './plugins/cors.ts'
import { type DressOptions, dress } from './plugins/dress.ts'
import { faults } from './plugins/faults.ts'
import { type Idp, idp } from './plugins/idp.ts'
import { lazily } from './plugins/lazily.ts'
import { type PagesOptions, pages } from './plugins/pages.ts'
import { recorder } from './plugins/recorder.ts'
import { refuseUnread } from './plugins/unread-requests.ts'
import { hostedPagesVoice } from './plugins/voices/hosted-pages.ts'
import { metadataVoice } from './plugins/voices/metadata.ts'
import { oauthVoice } from './plugins/voices/oauth.ts'
import { assets } from './routes/control/assets.ts'
import { control, type MountOptions } from './routes/control/mount.ts'
import { error } from './routes/hosted-ui/error.ts'
import { login } from './routes/hosted-ui/login.ts'
import { logout } from './routes/hosted-ui/logout.ts'
import { nothingHere } from './routes/nothing-here.ts'
import { authorize } from './routes/oauth2/authorize.ts'
import { revoke } from './routes/oauth2/revoke.ts'
import { token } from './routes/oauth2/token.ts'
import { userInfo } from './routes/oauth2/userInfo.ts'
import { jwks } from './routes/user-pool/jwks.ts'
import { noDomain } from './routes/user-pool/no-domain.ts'
import { openidConfiguration } from './routes/user-pool/openid-configuration.ts'

/** No form of ours, and no token request, comes near this. */
const bodyLimitBytes = 128 * 1024

/**
 * No route has a schema, and loading Fastify's compilers for them (ajv and its kin) is a fifth of a start.
 */
const noSchemas = {
  /* c8 ignore next 2 -- no route has a schema, so neither is ever called */
  buildValidator: (() => () => () => true) as never,
  buildSerializer: (() => () => JSON.stringify) as never,
}

/** Builds the server; it does not listen. */
export async function createApp(
  mock: Idp,
  mount?: MountOptions,
  { hasRibbon = true, reloads = true }: Pick<PagesOptions, 'hasRibbon'> & DressOptions = {},
): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    schemaController: { compilersFactory: noSchemas },
    frameworkErrors: (error, request, reply) => {
      refuseUnreadableUrl(mock, error, request, reply as FastifyReply)
    },
    clientErrorHandler: refuseUnread(mock.journal) as never,
    routerOptions: { querystringParser: (query) => new URLSearchParams(query) as never },
  })
  app.removeAllContentTypeParsers()
  await app.register(idp, mock)
  await app.register(recorder)
  await app.register(faults)
  await app.register(pages, { look: 'classic', hasRibbon })
  // For what belongs to none of the scopes below, each of which has a voice of its own.
  await app.register(hostedPagesVoice)

  // What a browser shows: HTML and redirects.
  await app.register(async (browser) => {
    await browser.register(cookie)
    await browser.register(formbody, { parser: parseForm })
    await browser.register(cognitoHeaders)
    await browser.register(dress, { reloads })
    await browser.register(hostedPagesVoice)
    await browser.register(authorize)
    await browser.register(login)
    await browser.register(logout)
    await browser.register(error)
    furtherPages(browser)
    await browser.register(assets)
  })

  // What a back end, or a page by fetch, asks for: JSON, from any origin.
  await app.register(async (backChannel) => {
    await backChannel.register(formbody, { parser: parseForm })
    await backChannel.register(cognitoHeaders)
    await backChannel.register(cors)
    await backChannel.register(oauthVoice)
    await backChannel.register(token)
    await backChannel.register(userInfo)
    await backChannel.register(revoke)
  })

  // What a verifier reads: the documents of the issuer.
  await app.register(async (issuer) => {
    await issuer.register(cors)
    await issuer.register(metadataVoice)
    await issuer.register(jwks)
    await issuer.register(openidConfiguration)
    await issuer.register(noDomain)
  })

  // What a test or a person at the mock asks for; nothing of it is on one of Cognito's paths.
  if (mount !== undefined) await app.register(control, mount)

  await app.register(nothingHere)
  return app
}

const both = ['GET', 'POST'] as const

/** The pages that most logins never come to. */
function furtherPages(app: FastifyInstance): void {
  lazily(app, both, '/verifyPassword', () => import('./routes/hosted-ui/verifyPassword.ts'))
  lazily(app, both, '/signup', () => import('./routes/hosted-ui/signup.ts'))
  lazily(app, both, '/confirm', () => import('./routes/hosted-ui/confirm.ts'))
  lazily(app, ['POST'], '/resendcode', async () => (await import('./routes/hosted-ui/confirm.ts')).resend)
  lazily(app, ['GET'], '/confirmUser', () => import('./routes/hosted-ui/confirmUser.ts'))
  lazily(app, both, '/forgotPassword', () => import('./routes/hosted-ui/forgotPassword.ts'))
  // AWS writes the one, and its pages have been seen to go to the other.
  for (const path of ['/confirmForgotPassword', '/confirmforgotPassword'])
    lazily(app, both, path, () => import('./routes/hosted-ui/confirmForgotPassword.ts'))
  lazily(app, both, '/changePassword', () => import('./routes/hosted-ui/changePassword.ts'))
  lazily(app, both, '/mfa', () => import('./routes/hosted-ui/mfa.ts'))
  lazily(app, ['GET'], '/passkeys/add', () => import('./routes/hosted-ui/unfinished.ts'))
  lazily(app, ['GET'], '/oauth2/idpresponse', () => import('./routes/oauth2/idpresponse.ts'))
  lazily(
    app,
    ['POST'],
    '/saml2/idpresponse',
    async () => (await import('./routes/oauth2/idpresponse.ts')).saml,
  )
  lazily(app, ['POST'], '/saml2/logout', () => import('./routes/saml2/logout.ts'))
  lazily(
    app,
    ['GET'],
    '/_mock/providers/:pool/:provider/logout',
    async () => (await import('./routes/control/stand-in.ts')).logout,
  )
  lazily(app, both, '/_mock/providers/:pool/:provider', () => import('./routes/control/stand-in.ts'))
  lazily(
    app,
    ['GET'],
    '/_mock/brand/:clientId/style.css',
    async () => (await import('./routes/control/brand.ts')).stylesheet,
  )
  lazily(
    app,
    ['GET'],
    '/_mock/brand/:clientId/changes',
    async () => (await import('./routes/control/brand.ts')).changes,
  )
  lazily(
    app,
    ['GET'],
    '/_mock/brand/:clientId/:picture',
    async () => (await import('./routes/control/brand.ts')).picture,
  )
  for (const path of ['/_mock/inbox', '/_mock/inbox.json'])
    lazily(app, ['GET'], path, () => import('./routes/control/inbox.ts'))
  lazily(app, ['GET'], '/_mock/inbox/events', async () => (await import('./routes/control/inbox.ts')).events)
}

/** A path that is no URL reaches no hook and no scope; it gets a bare answer, and its line in the journal. */
function refuseUnreadableUrl(
  { journal }: Idp,
  { statusCode: status = 400, message }: FastifyError,
  { method, url }: Pick<FastifyRequest, 'method' | 'url'>,
  reply: FastifyReply,
): void {
  const path = url.replace(/\?.*/s, '')
  // It quotes the URL; without the query, which may hold a code or a secret.
  const reason = message.replace(/\?.*(?=')/s, '')
  const verdicts: Verdict[] = [{ rule: 'url.readable', holds: false, reason }]
  journal.append({ at: createClock().now(), method, path, status, verdicts })
  reply.code(status).header('x-content-type-options', 'nosniff')
  if (path.startsWith('/_mock/v1/')) {
    const problem = { title: 'Bad Request', status, detail: reason }
    reply.type('application/problem+json').send(JSON.stringify(problem))
  } else reply.type('text/plain').send(reason)
}
