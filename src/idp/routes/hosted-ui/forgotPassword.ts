// /forgotPassword: asks for the name, and sends a code to whoever has it.
import type { FastifyReply } from 'fastify'
import { forgotPassword } from '../../domain/forgot-password.ts'
import { leadTo } from '../../domain/login-steps.ts'
import { UserPoolException } from '../../domain/user-pool-exception.ts'
import {
  goOn,
  type HostedRequest,
  type HostedVisit,
  localVisitOf,
  orProblem,
  ownForm,
} from '../../plugins/hosted-forms.ts'
import { formFields, signInNameOf } from '../../plugins/sign-in-page.ts'

const show = (
  request: HostedRequest,
  reply: FastifyReply,
  { pool, search }: HostedVisit,
  username: string,
  problem?: string,
) =>
  reply.page('forgotPassword', {
    ...formFields(request, `/forgotPassword${search}`, problem),
    username,
    asksFor: signInNameOf(pool),
    signIn: `/login${search}`,
  })

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  return show(request, reply, localVisitOf(request), '')
}

export async function post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = ownForm(request)
  const visit = localVisitOf(request)
  const username = form.text('username')
  const recovery = await orProblem(forgotPassword(visit, username, request.exchange))
  if (recovery instanceof UserPoolException) return show(request, reply, visit, username, recovery.text)
  return goOn(request, reply, visit, await leadTo(visit, { name: 'reset-password', ...recovery }))
}
