// What the hosted pages have in common on the wire: who is asking for what (the authorize parameters, checked on every
// page), whether the form is ours, what its fields say, and the cookie that names the step of a login.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { askedLevels } from '../domain/authentication.ts'
import { localUsers } from '../domain/authorize/identity-provider.ts'
import { authorizationRequest } from '../domain/authorize/index.ts'
import type { AuthorizationRequest } from '../domain/authorize/request.ts'
import { respond } from '../domain/authorize/respond.ts'
import { demandStyle } from '../domain/brand.ts'
import { LoginOver, type StepName } from '../domain/continuations.ts'
import type { Visit } from '../domain/delivery.ts'
import type { Next } from '../domain/login-steps.ts'
import { sameText } from '../domain/pkce.ts'
import { ForgedPost } from '../domain/refusal.ts'
import { openSession } from '../domain/sessions.ts'
import { demand, note } from '../domain/trail.ts'
import { UserPoolException } from '../domain/user-pool-exception.ts'
import { signBrowserIn } from './browser-session.ts'
import { expiredCookie, hostedCookie } from './cognito-headers.ts'
import { forgetVisit } from './identity-providers.ts'

type Fields = Readonly<Record<string, unknown>>
export type HostedRequest = FastifyRequest<{ Querystring: URLSearchParams; Body: Fields | undefined }>

/** A page of a login: the app's request has been judged, as on every page. */
export interface HostedVisit extends Visit {
  readonly asked: AuthorizationRequest
  /** `?` and the authorize parameters, as they came: every link and form carries them on. */
  readonly search: string
}

/**
 * Judges the authorize parameters that every page carries.
 *
 * @throws PageRefusal or CallbackRefusal, as /oauth2/authorize does; PagesUnavailable
 */
export function visitOf(request: HostedRequest): HostedVisit {
  const visit = visitFor(request.query, request)
  demandStyle(visit, request.exchange)
  return visit
}

/**
 * The same for authorize parameters that the request itself does not have: it comes from an identity provider, and sees no
 * page.
 *
 * @throws PageRefusal or CallbackRefusal
 */
export function visitFor(
  parameters: URLSearchParams,
  { world, exchange, announcedOrigin }: Pick<HostedRequest, 'world' | 'exchange' | 'announcedOrigin'>,
): HostedVisit {
  const asked = authorizationRequest(parameters, world, exchange)
  const { pool, client } = asked
  return {
    asked,
    pool,
    client,
    origin: announcedOrigin,
    askedLevels: askedLevels(pool, parameters),
    search: `?${parameters}`,
  }
}

/**
 * The same where only people with a password, or with one to be, have any business.
 *
 * @throws PageRefusal if the client has other people only
 */
export function localVisitOf(request: HostedRequest): HostedVisit {
  const visit = visitOf(request)
  localUsers(visit.client, request.exchange)
  return visit
}

/** The fields of a form that our own page sent. */
export interface PostedForm {
  /** A field that is there twice, or not at all, is empty. */
  text(name: string): string
  /** Every field whose name is `<prefix>[<name>]`, by that name. */
  group(prefix: string): Record<string, string>
}

/**
 * Double submit, without a memory on the server: whoever sends the same value twice is believed (observed).
 *
 * @throws ForgedPost
 */
export function ownForm({
  exchange,
  cookies,
  body,
  look,
}: Pick<HostedRequest, 'exchange' | 'cookies' | 'body' | 'look'>): PostedForm {
  note(exchange, 'login.form-type', true)
  const fields = body ?? {}
  const text = (name: string): string => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (typeof value !== 'string') return ''
    return look === 'managed' ? withoutJsonQuotes(value) : value
  }
  const posted = text('_csrf') || text('csrf')
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
  return {
    text,
    group: (prefix) =>
      Object.fromEntries(
        Object.keys(fields).flatMap((name) =>
          name.startsWith(`${prefix}[`) && name.endsWith(']') && text(name) !== ''
            ? [[name.slice(prefix.length + 1, -1), text(name)]]
            : [],
        ),
      ),
  }
}

/** Observed: the script of managed login sends JSON strings, quotes and all. */
function withoutJsonQuotes(value: string): string {
  if (!/^".*"$/s.test(value)) return value
  try {
    return String(JSON.parse(value))
  } catch {
    return value
  }
}

/** What was refused, for the page to say; anything else is thrown on. */
export const orProblem = <T>(work: Promise<T>): Promise<T | UserPoolException> =>
  work.catch((refusal) => {
    if (refusal instanceof UserPoolException && !(refusal instanceof LoginOver)) return refusal
    throw refusal
  })

const stepCookie = 'page-data'

export const stepIdOf = ({ cookies }: HostedRequest): string | undefined => cookies[stepCookie]

const pathOf: Readonly<Record<StepName, string>> = {
  password: '/verifyPassword',
  'confirm-sign-up': '/confirm',
  'reset-password': '/confirmForgotPassword',
  'new-password': '/changePassword',
  'choose-factor': '/mfa',
  'software-token': '/mfa',
  code: '/mfa',
  'choose-setup': '/mfa',
  'set-up-software-token': '/mfa',
  'set-up-contact': '/mfa',
  'prove-contact': '/mfa',
}

/** Sends the browser on: to the app, signed in, or to the next page. */
export async function goOn(
  request: HostedRequest,
  reply: FastifyReply,
  { asked, pool, search, origin }: HostedVisit,
  next: Next,
): Promise<FastifyReply> {
  if (next.to === 'page') {
    const { id, step, expiresAt } = next.continuation
    const seconds = Math.ceil((expiresAt.getTime() - pool.clock.now().getTime()) / 1000)
    reply.header('set-cookie', hostedCookie(request, stepCookie, id, `Max-Age=${seconds}`))
    return reply.redirect(`${pathOf[step.name]}${search}`)
  }
  const { proofs, provider } = next
  const session = await openSession(pool, next.user.sub, { proofs, ...(provider && { provider }) })
  const { urls } = request.server.idp
  const location = await respond(asked, session, urls.issuer(pool, origin), request.exchange)
  // Only now: whom the pre-token-generation hook refuses is not signed in.
  signBrowserIn(request, reply, session, pool.ids.uuid())
  if (stepIdOf(request) !== undefined) reply.header('set-cookie', expiredCookie(request, stepCookie))
  forgetVisit(request, reply)
  return reply.redirect(location)
}
