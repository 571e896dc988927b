// /changePassword (the path is a GUESS): somebody who was given a temporary password chooses a new one, and adds the
// attributes that the pool requires by now.
import type { FastifyReply } from 'fastify'
import { closeStep, currentStep } from '../../domain/continuations.ts'
import { afterPassword, missingAttributes, setNewPassword, userOfStep } from '../../domain/login-steps.ts'
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
import { attributeFields, passwordFields } from './signup.ts'

const stepOf = async (request: HostedRequest) => {
  const visit = visitOf(request)
  const { exchange } = request
  const at = await currentStep(visit.pool, visit.client, stepIdOf(request), ['new-password'], exchange)
  return { visit, at, user: await userOfStep(visit, at.step, exchange) }
}

type At = Awaited<ReturnType<typeof stepOf>>

const show = (
  request: HostedRequest,
  reply: FastifyReply,
  { visit, user }: At,
  typed: Readonly<Record<string, string>> = {},
  problem?: string,
) =>
  reply.page('newPassword', {
    ...formFields(request, `/changePassword${visit.search}`, problem),
    ...passwordFields(visit.pool),
    attributes: attributeFields(missingAttributes(visit, user), typed),
  })

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  return show(request, reply, await stepOf(request))
}

export async function post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = ownForm(request)
  const here = await stepOf(request)
  const { visit, at, user } = here
  const { exchange } = request
  const chosen = {
    password: form.text('new_password'),
    repeated: form.text('confirm_password'),
    attributes: form.group('requiredAttributes'),
  }
  const changed = await orProblem(setNewPassword(visit, user, chosen, exchange))
  if (changed instanceof UserPoolException) return show(request, reply, here, chosen.attributes, changed.text)
  await closeStep(visit.pool, at, exchange)
  return goOn(request, reply, visit, await afterPassword(visit, changed, exchange))
}
