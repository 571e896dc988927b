// /confirm: the code of a sign-up. Reached from /signup, and from /login by somebody who has not confirmed yet; the
// right code signs in.
import type { FastifyReply } from 'fastify'
import { type Continuation, closeStep, currentStep } from '../../domain/continuations.ts'
import { afterPassword, userOfStep } from '../../domain/login-steps.ts'
import { confirmSignUp, resendConfirmationCode } from '../../domain/sign-up.ts'
import { UserPoolException } from '../../domain/user-pool-exception.ts'
import {
  goOn,
  type HostedRequest,
  type HostedVisit,
  orProblem,
  ownForm,
  stepIdOf,
  visitOf,
} from '../../plugins/hosted-forms.ts'
import { formFields } from '../../plugins/sign-in-page.ts'

type ConfirmStep = Extract<Continuation['step'], { name: 'confirm-sign-up' }>

const stepOf = (request: HostedRequest, { pool, client }: HostedVisit) =>
  currentStep(pool, client, stepIdOf(request), ['confirm-sign-up'], request.exchange)

const show = (
  request: HostedRequest,
  reply: FastifyReply,
  { pool, search }: HostedVisit,
  { sent }: ConfirmStep,
  { problem, isResent = false }: { problem?: string; isResent?: boolean } = {},
) =>
  reply.page('confirm', {
    ...formFields(request, `/confirm${search}`, problem),
    resend: `/resendcode${search}`,
    ...(sent && { sent }),
    byLink: pool.messages.byLink && sent?.medium === 'EMAIL',
    isResent,
    signIn: `/login${search}`,
  })

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const visit = visitOf(request)
  return show(request, reply, visit, (await stepOf(request, visit)).step)
}

export async function post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = ownForm(request)
  const visit = visitOf(request)
  const at = await stepOf(request, visit)
  const { exchange } = request
  const confirmed = await orProblem(confirmSignUp(visit, at.step.sub, form.text('code'), exchange))
  if (confirmed instanceof UserPoolException)
    return show(request, reply, visit, at.step, { problem: confirmed.text })
  await closeStep(visit.pool, at, exchange)
  const user = await userOfStep(visit, at.step, exchange)
  return goOn(request, reply, visit, await afterPassword(visit, user, exchange))
}

/** POST /resendcode: another code, and the same page. */
export const resend = {
  async post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
    ownForm(request)
    const visit = visitOf(request)
    const { step } = await stepOf(request, visit)
    const sent = await orProblem(resendConfirmationCode(visit, step.sub, request.exchange))
    if (sent instanceof UserPoolException) return show(request, reply, visit, step, { problem: sent.text })
    return show(request, reply, visit, { ...step, sent }, { isResent: true })
  },
}
