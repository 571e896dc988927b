// /verifyPassword: the second page of managed login where clients let people choose how to sign in; the name was given
// on the first.
import type { FastifyReply } from 'fastify'
import { closeStep, currentStep } from '../../domain/continuations.ts'
import { afterPassword } from '../../domain/login-steps.ts'
import { signIn } from '../../domain/sign-in.ts'
import { UserPoolException } from '../../domain/user-pool-exception.ts'
import {
  goOn,
  type HostedRequest,
  orProblem,
  ownForm,
  stepIdOf,
  visitOf,
} from '../../plugins/hosted-forms.ts'
import { formFields } from '../../plugins/sign-in-page.ts'

const stepOf = async (request: HostedRequest) => {
  const visit = visitOf(request)
  const id = stepIdOf(request)
  return { visit, at: await currentStep(visit.pool, visit.client, id, ['password'], request.exchange) }
}

type At = Awaited<ReturnType<typeof stepOf>>

const show = (request: HostedRequest, reply: FastifyReply, { visit, at }: At, problem?: string) =>
  reply.page('password', {
    ...formFields(request, `/verifyPassword${visit.search}`, problem),
    username: at.step.username,
    forgotPassword: `/forgotPassword${visit.search}`,
    back: `/login${visit.search}`,
  })

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  return show(request, reply, await stepOf(request))
}

export async function post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = ownForm(request)
  const here = await stepOf(request)
  const { visit, at } = here
  const { exchange } = request
  const credentials = { username: at.step.username, password: form.text('password') }
  const user = await orProblem(signIn(visit.pool, visit.client, credentials, exchange))
  if (user instanceof UserPoolException) return show(request, reply, here, user.text)
  await closeStep(visit.pool, at, exchange)
  return goOn(request, reply, visit, await afterPassword(visit, user, exchange))
}
