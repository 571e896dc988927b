// The sign-in page: what /login shows, and what every other page falls back on.
import type { FastifyReply } from 'fastify'
import type { AuthorizationRequest } from '../domain/authorize/request.ts'
import { hasLocalUsers, providersFor } from '../domain/federation/identity-provider.ts'
import { emptyForm, type SignInPage } from '../domain/login-steps.ts'
import type { UserPool } from '../domain/user-pool.ts'
import type { HostedRequest, HostedVisit } from './hosted-forms.ts'
import { visitOf } from './hosted-forms.ts'
import type { Form, ProviderButtons, SignInName } from './page-fields.ts'

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

/** A button for each provider of the client, which sends the same request to /oauth2/authorize. */
function providerButtons({ pool, client, parameters }: AuthorizationRequest): ProviderButtons | undefined {
  const providers = providersFor(pool, client)
  if (providers.length === 0) return undefined
  return {
    providers,
    parameters: [...parameters]
      .filter(([name]) => !['identity_provider', 'idp_identifier'].includes(name))
      .map(([name, value]) => ({ name, value })),
  }
}

/** Shows name and password, or the name alone, and the ways to identity providers. */
export function showForm(
  request: HostedRequest,
  reply: FastifyReply,
  { pool, client, asked, search }: HostedVisit,
  { page, username }: Exclude<SignInPage, { page: 'knownUser' }>,
  problem?: string,
): FastifyReply {
  const elsewhere = providerButtons(asked)
  if (!hasLocalUsers(client) && elsewhere !== undefined) return reply.page('chooseProvider', { elsewhere })
  const fields = {
    ...formFields(request, `/login${search}`, problem),
    username,
    asksFor: signInNameOf(pool),
    ...(pool.selfSignUp && { signUp: `/signup${search}` }),
    ...(elsewhere && { elsewhere }),
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
