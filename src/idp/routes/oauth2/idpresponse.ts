// GET /oauth2/idpresponse and POST /saml2/idpresponse: the browser comes back from an identity provider, with a code, an
// assertion or an error, and goes on to the app.
import type { FastifyReply } from 'fastify'
import { redeemAnswer, takeWaiting, turnedAway } from '../../domain/federation/come-back.ts'
import { isAuthorizeQuery, providerThatBegan } from '../../domain/federation/come-unasked.ts'
import { federatedUser, withFederatedNonce } from '../../domain/federation/federated-user.ts'
import type { IdentityProvider } from '../../domain/federation/identity-provider.ts'
import { goOn, type HostedRequest, type HostedVisit, visitFor } from '../../plugins/hosted-forms.ts'
import { csrfStatesOf, forgetVisit } from '../../plugins/identity-providers.ts'

/** What the provider sends the browser back with. */
interface Answer {
  readonly state: string
  /** The code or the assertion. */
  readonly key: string
  readonly error?: string | undefined
  readonly description?: string | undefined
}

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { query } = request
  return comeBack(request, reply, 'redirect', {
    state: query.get('state') ?? '',
    key: query.get('code') ?? '',
    error: query.get('error') || undefined,
    description: query.get('error_description') || undefined,
  })
}

/** The assertion consumer service. The post comes from another site, so what proves it is the cookie, not a CSRF field. */
export const saml = {
  async post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
    const field = (name: string) => String(request.body?.[name] ?? '')
    const answer = { state: field('RelayState'), key: field('SAMLResponse') }
    return isAuthorizeQuery(answer.state)
      ? comeUnasked(request, reply, answer)
      : comeBack(request, reply, 'post', answer)
  },
}

/** Logins that a provider begins bring the app's request along. */
async function comeUnasked(
  request: HostedRequest,
  reply: FastifyReply,
  answer: Answer,
): Promise<FastifyReply> {
  const visit = visitFor(new URLSearchParams(answer.state), request)
  const provider = providerThatBegan(visit.asked, request.exchange)
  return comeIn(request, reply, visit, provider, answer)
}

async function comeBack(
  request: HostedRequest,
  reply: FastifyReply,
  binding: 'redirect' | 'post',
  answer: Answer,
): Promise<FastifyReply> {
  const { world, exchange } = request
  const cookies = csrfStatesOf(request)
  const waiting = await takeWaiting(world, answer.state, binding, cookies, exchange)
  forgetVisit(request, reply)
  const visit = visitFor(waiting.parameters, request)
  return comeIn(request, reply, visit, waiting.provider, answer)
}

async function comeIn(
  request: HostedRequest,
  reply: FastifyReply,
  visit: HostedVisit,
  provider: IdentityProvider,
  answer: Answer,
): Promise<FastifyReply> {
  const user = await userOf(visit, provider, answer, request)
  const asked = withFederatedNonce(visit.asked)
  const next = { to: 'app', user, proofs: ['fed'], provider: provider.name } as const
  return goOn(request, reply, { ...visit, asked }, next)
}

async function userOf(
  { asked }: HostedVisit,
  provider: IdentityProvider,
  { key, error, description }: Answer,
  { exchange }: HostedRequest,
) {
  if (error !== undefined) throw turnedAway(asked, provider, { error, description }, exchange)
  const claims = await redeemAnswer(asked, provider, key, exchange)
  return federatedUser(asked, provider, claims, exchange)
}
