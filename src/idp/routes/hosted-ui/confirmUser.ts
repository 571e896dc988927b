// GET /confirmUser: the link in the message of a sign-up. Its parameters are a GUESS; it says whether it worked, and
// signs nobody in.
import type { FastifyReply } from 'fastify'
import { knownClient } from '../../domain/authorize/known-client.ts'
import { confirmSignUp } from '../../domain/sign-up.ts'
import { UserPoolException } from '../../domain/user-pool-exception.ts'
import { type HostedRequest, orProblem } from '../../plugins/hosted-forms.ts'

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { query, world, exchange } = request
  const named = knownClient(query, world, exchange)
  const username = query.get('user_name') ?? ''
  const code = query.get('confirmation_code') ?? ''
  const confirmed = await orProblem(confirmSignUp(named, username, code, exchange))
  return reply.page('confirmed', confirmed instanceof UserPoolException ? { problem: confirmed.text } : {})
}
