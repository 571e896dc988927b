// The sign-in page: what /login shows, and what every other page falls back on.
import type { FastifyReply } from 'fastify'
import { emptyForm, type SignInPage } from '../domain/login-steps.ts'
import type { UserPool } from '../domain/user-pool.ts'
import type { HostedRequest, HostedVisit } from './hosted-forms.ts'
import { visitOf } from './hosted-forms.ts'
import type { Form, SignInName } from './page-fields.ts'

/** What the pool lets people call themselves on its pages. */
export function signInNameOf({ signInOptions }: Pick<UserPool, 'signInOptions'>): SignInName {
  const [only, another] = signInOptions.usernameAttributes
  if (only === undefined) return 'username'
  if (another !== undefined) return 'email_or_phone'
  return only === 'email' ? 'email' : 'phone_number'
}

/** What every form has. */
export const formFields = (
  { csrfToken }: Pick<HostedRequest, 'csrfToken'>,
  action: string,
  problem: string | undefined,
): Form => ({ action, csrf: csrfToken, ...(problem !== undefined && { problem }) })

/** Shows name and password, or the name alone. */
export function showForm(
  request: HostedRequest,
  reply: FastifyReply,
  { pool, search }: Pick<HostedVisit, 'pool' | 'search'>,
  { page, username }: Exclude<SignInPage, { page: 'knownUser' }>,
  problem?: string,
): FastifyReply {
  const fields = {
    ...formFields(request, `/login${search}`, problem),
    username,
    asksFor: signInNameOf(pool),
    ...(pool.selfSignUp && { signUp: `/signup${search}` }),
  }
  return page === 'username'
    ? reply.page('username', fields)
    : reply.page('login', { ...fields, forgotPassword: `/forgotPassword${search}` })
}

/** Back to the beginning, with the reason. */
export function showSignIn(request: HostedRequest, reply: FastifyReply, problem: string): FastifyReply {
  const visit = visitOf(request)
  return showForm(request, reply, visit, emptyForm(visit), problem)
}
