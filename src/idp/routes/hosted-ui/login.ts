// /login: the sign-in page, and the post of its form. It is an entry point of its own with all of the
// authorize parameters, and it makes all of the authorize checks, both times.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { authorizationRequest } from '../../domain/authorize/index.ts'
import type { AuthorizationRequest } from '../../domain/authorize/request.ts'
import { respond } from '../../domain/authorize/respond.ts'
import { recentSession } from '../../domain/authorize/use-session.ts'
import { sameText } from '../../domain/pkce.ts'
import { ForgedPost } from '../../domain/refusal.ts'
import { openSession } from '../../domain/sessions.ts'
import { type NextStep, signIn } from '../../domain/sign-in.ts'
import { demand } from '../../domain/trail.ts'
import { sessionIdOf, signBrowserIn } from '../../plugins/browser-session.ts'
import { hostedCookie } from '../../plugins/cognito-headers.ts'

type Fields = Readonly<Record<string, unknown>>
type LoginRequest = FastifyRequest<{ Querystring: URLSearchParams; Body: Fields | undefined }>

export async function login(app: FastifyInstance): Promise<void> {
  const { urls } = app.idp

  app.get('/login', async (request: LoginRequest, reply) => {
    const asked = authorizationRequest(request.query, request.world, request.exchange)
    if (asked.pool.look === 'classic') {
      const session = await recentSession(asked, sessionIdOf(request), request.exchange)
      if (session !== undefined) return showKnownUser(request, reply, asked)
      return showForm(request, reply, asked, '')
    }
    rememberLanguage(request, reply)
    return showForm(request, reply, asked, request.query.get('login_hint') ?? '')
  })

  app.post('/login', async (request: LoginRequest, reply) => {
    const { exchange, announcedOrigin } = request
    const fields = request.body ?? {}
    demandOwnForm(request, fields)
    const asked = authorizationRequest(request.query, request.world, exchange)
    const { pool, client } = asked
    const credentials = { username: text(fields.username), password: text(fields.password) }
    const result = await signIn(pool, client, credentials, exchange)
    if (result.outcome === 'refused')
      return showForm(request, reply, asked, credentials.username, result.message)
    if (result.outcome === 'unfinished')
      return reply.page('unfinished', { ...nextPage[result.next], back: `/login?${request.query}` })

    const session = await openSession(pool, result.user.sub)
    const location = await respond(asked, session, urls.issuer(pool, announcedOrigin), exchange)
    // Only now: whom the pre-token-generation hook refuses is not signed in.
    signBrowserIn(request, reply, session, pool.ids.uuid())
    return reply.redirect(location)
  })
}

/**
 * Double submit, without a memory on the server: whoever sends the same value twice is believed (observed).
 */
function demandOwnForm({ exchange, cookies }: LoginRequest, fields: Fields): void {
  const posted = text(fields._csrf ?? fields.csrf)
  const cookie = cookies['XSRF-TOKEN'] ?? ''
  demand(exchange, 'login.csrf', posted !== '' && sameText(posted, cookie), () => {
    const what =
      posted === ''
        ? 'the form has no _csrf'
        : cookie === ''
          ? 'there is no XSRF-TOKEN cookie'
          : 'they differ'
    return new ForgedPost(
      `The form was not sent by the sign-in page (_csrf must equal the XSRF-TOKEN cookie: ${what}).`,
    )
  })
}

/** A field that is there twice, or not at all, counts as empty. */
const text = (field: unknown): string => (typeof field === 'string' ? field : '')

function showForm(
  { query, csrfToken }: LoginRequest,
  reply: FastifyReply,
  { pool }: AuthorizationRequest,
  username: string,
  problem?: string,
) {
  const search = `?${query}`
  return reply.page('login', {
    action: `/login${search}`,
    csrf: csrfToken,
    username,
    asksFor: pool.signInOptions.usernameAttributes.includes('email') ? 'email' : 'username',
    ...(problem !== undefined && { problem }),
    forgotPassword: `/forgotPassword${search}`,
    signUp: `/signup${search}`,
  })
}

/** The classic pages know who is there, and ask; `/oauth2/authorize` never does. */
function showKnownUser(
  { query, exchange }: LoginRequest,
  reply: FastifyReply,
  { redirectUri, responseType }: AuthorizationRequest,
) {
  const again = new URLSearchParams(query)
  again.set('redirect_uri', redirectUri)
  again.set('response_type', responseType)
  return reply.page('knownUser', {
    username: exchange.username as string,
    parameters: [...query].map(([name, value]) => ({ name, value })),
    someoneElse: `/logout?${again}`,
  })
}

/** AWS: managed login keeps the language that was last asked for. */
const languages = ['de', 'en', 'es', 'fr', 'id', 'it', 'ja', 'ko', 'pt-BR', 'zh-CN', 'zh-TW']

function rememberLanguage(request: LoginRequest, reply: FastifyReply): void {
  const asked = request.query.get('lang') ?? ''
  if (languages.includes(asked)) reply.header('set-cookie', hostedCookie(request, 'lang', asked))
}

/** What the page says where Cognito has one that mocknito does not have yet. */
const nextPage: Readonly<Record<NextStep, { heading: string; explanation: string }>> = {
  confirm: {
    heading: 'Confirm your account',
    explanation:
      'The password is right, but this user is UNCONFIRMED: Cognito would ask for the confirmation code now. Nobody is signed in.',
  },
  'new-password': {
    heading: 'Change your password',
    explanation:
      'The temporary password is right, and this user has to choose a new one now (FORCE_CHANGE_PASSWORD). Nobody is signed in.',
  },
  'reset-password': {
    heading: 'Reset your password',
    explanation: 'This user has to reset the password now (RESET_REQUIRED). Nobody is signed in.',
  },
  'software-token': {
    heading: 'Enter the code of your authenticator app',
    explanation:
      'The password is right, and this user has an authenticator app: Cognito would ask for its code now. Nobody is signed in.',
  },
}
