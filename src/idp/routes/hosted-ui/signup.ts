// /signup: somebody makes an account. Reached from the sign-in page, or straight away with the authorize parameters.
import type { FastifyReply } from 'fastify'
import { type AttributeDefinition, askedAtSignUp } from '../../domain/attributes.ts'
import { leadTo } from '../../domain/login-steps.ts'
import { activeRules } from '../../domain/password-policy.ts'
import { signUp } from '../../domain/sign-up.ts'
import type { UserPool } from '../../domain/user-pool.ts'
import { UserPoolException } from '../../domain/user-pool-exception.ts'
import {
  goOn,
  type HostedRequest,
  type HostedVisit,
  localVisitOf,
  orProblem,
  ownForm,
} from '../../plugins/hosted-forms.ts'
import type { AttributeField, NewPassword } from '../../plugins/page-fields.ts'
import { formFields, signInNameOf } from '../../plugins/sign-in-page.ts'

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  return show(request, reply, localVisitOf(request), { username: '', attributes: {} })
}

export async function post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = ownForm(request)
  const visit = localVisitOf(request)
  const registration = {
    username: form.text('username'),
    password: form.text('password'),
    attributes: form.group('requiredAttributes'),
  }
  const signedUp = await orProblem(signUp(visit, registration, request.exchange))
  if (signedUp instanceof UserPoolException) return show(request, reply, visit, registration, signedUp.text)
  // DOC: the user is there, and the page shows an error, because nothing could be sent.
  if (signedUp.sent === undefined) return show(request, reply, visit, registration, nothingSent)
  const { user, sent } = signedUp
  return goOn(request, reply, visit, await leadTo(visit, { name: 'confirm-sign-up', sub: user.sub, sent }))
}

/** GUESS: the text is that of another call of the API. */
const nothingSent = 'Cannot resend codes. Auto verification not turned on.'

interface Typed {
  readonly username: string
  readonly attributes: Readonly<Record<string, string>>
}

const show = (
  request: HostedRequest,
  reply: FastifyReply,
  { pool, client, search }: HostedVisit,
  { username, attributes }: Typed,
  problem?: string,
) =>
  reply.page('signUp', {
    ...formFields(request, `/signup${search}`, problem),
    username,
    asksFor: signInNameOf(pool),
    attributes: attributeFields(askedAtSignUp(pool, client), attributes),
    ...passwordFields(pool),
    signIn: `/login${search}`,
  })

export const passwordFields = ({ passwordPolicy }: Pick<UserPool, 'passwordPolicy'>): NewPassword => ({
  rules: activeRules(passwordPolicy),
  minimumLength: passwordPolicy.minimumLength,
})

const inputTypes: Readonly<Record<string, AttributeField['type']>> = {
  email: 'email',
  phone_number: 'tel',
  birthdate: 'date',
  picture: 'url',
  profile: 'url',
  website: 'url',
}

const placeholders: Readonly<Record<string, string>> = {
  email: 'name@host.com',
  phone_number: '+12065550100',
}

/** `given_name` and `custom:cost_center` as a label says them. */
const labelOf = (name: string): string => {
  const words = name.replace(/^(?:dev:)?custom:/, '').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export const attributeFields = (
  definitions: readonly AttributeDefinition[],
  values: Readonly<Record<string, string>>,
): AttributeField[] =>
  definitions.map(({ name, type, required }) => ({
    name,
    label: labelOf(name),
    type: inputTypes[name] ?? (type === 'Number' ? 'number' : 'text'),
    placeholder: placeholders[name] ?? labelOf(name),
    value: values[name] ?? '',
    required,
  }))
