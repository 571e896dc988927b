// /confirmForgotPassword (AWS writes confirmforgotPassword as well): the code and a new password, twice; then back to
// the sign-in page (AWS).
import type { FastifyReply } from 'fastify'
import { closeStep, currentStep } from '../../domain/continuations.ts'
import { confirmForgotPassword } from '../../domain/forgot-password.ts'
import { UserPoolException } from '../../domain/user-pool-exception.ts'
import { expiredCookie } from '../../plugins/cognito-headers.ts'
import { type HostedRequest, orProblem, ownForm, stepIdOf, visitOf } from '../../plugins/hosted-forms.ts'
import { formFields } from '../../plugins/sign-in-page.ts'
import { passwordFields } from './signup.ts'

const stepOf = async (request: HostedRequest) => {
  const visit = visitOf(request)
  const id = stepIdOf(request)
  return { visit, at: await currentStep(visit.pool, visit.client, id, ['reset-password'], request.exchange) }
}

type At = Awaited<ReturnType<typeof stepOf>>

const show = (request: HostedRequest, reply: FastifyReply, { visit, at }: At, problem?: string) =>
  reply.page('resetPassword', {
    ...formFields(request, `/confirmForgotPassword${visit.search}`, problem),
    ...passwordFields(visit.pool),
    sent: at.step.sent,
    signIn: `/login${visit.search}`,
  })

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  return show(request, reply, await stepOf(request))
}

export async function post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = ownForm(request)
  const here = await stepOf(request)
  const { visit, at } = here
  const typed = {
    code: form.text('code'),
    password: form.text('new_password'),
    repeated: form.text('confirm_password'),
  }
  const changed = await orProblem(confirmForgotPassword(visit, at.step.sub, typed, request.exchange))
  if (changed instanceof UserPoolException) return show(request, reply, here, changed.text)
  await closeStep(visit.pool, at, request.exchange)
  reply.header('set-cookie', expiredCookie(request, 'page-data'))
  return reply.redirect(`/login${visit.search}`)
}
