// GET /oauth2/idpresponse and POST /saml2/idpresponse: the browser comes back from an identity provider, with a code, an
// assertion or an error, and goes on to the app.
import type { FastifyReply } from 'fastify'
import { redeemAnswer, takeWaiting, turnedAway, type Waiting } from '../../domain/federation/come-back.ts'
import { federatedUser, withFederatedNonce } from '../../domain/federation/federated-user.ts'
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
    return comeBack(request, reply, 'post', { state: field('RelayState'), key: field('SAMLResponse') })
  },
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
  const user = await userOf(visit, waiting, answer, request)
  return goOn(
    request,
    reply,
    { ...visit, asked: withFederatedNonce(visit.asked) },
    { to: 'app', user, proofs: ['fed'] },
  )
}

async function userOf(
  { asked }: HostedVisit,
  { provider }: Waiting,
  { key, error, description }: Answer,
  { exchange }: HostedRequest,
) {
  if (error !== undefined) throw turnedAway(asked, provider, { error, description }, exchange)
  const claims = await redeemAnswer(asked, provider, key, exchange)
  return federatedUser(asked, provider, claims, exchange)
}
