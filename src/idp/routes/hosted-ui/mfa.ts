// /mfa (the path is a GUESS): every page of the second factor, for somebody whose password was right. Which one it is
// says the step that the browser is at.
import type { FastifyReply } from 'fastify'
import { proofOf } from '../../domain/authentication.ts'
import { closeStep, currentStep, type Step } from '../../domain/continuations.ts'
import { leadTo, type Next, userOfStep } from '../../domain/login-steps.ts'
import {
  challengeStep,
  checkSentCode,
  checkSoftwareToken,
  chosenFactor,
  proveContact,
  proveSoftwareToken,
  setUp,
  startContactSetup,
} from '../../domain/second-factor.ts'
import { keyUri } from '../../domain/totp.ts'
import type { Trail } from '../../domain/trail.ts'
import type { Factor, User } from '../../domain/user.ts'
import { UserPoolException } from '../../domain/user-pool-exception.ts'
import {
  goOn,
  type HostedRequest,
  type HostedVisit,
  orProblem,
  ownForm,
  type PostedForm,
  stepIdOf,
  visitOf,
} from '../../plugins/hosted-forms.ts'
import { formFields } from '../../plugins/sign-in-page.ts'

const names = [
  'choose-factor',
  'software-token',
  'code',
  'choose-setup',
  'set-up-software-token',
  'set-up-contact',
  'prove-contact',
] as const

type FactorStep = Extract<Step, { readonly name: (typeof names)[number] }>

const stepOf = async (request: HostedRequest) => {
  const visit = visitOf(request)
  const at = await currentStep(visit.pool, visit.client, stepIdOf(request), names, request.exchange)
  return { visit, at, user: await userOfStep(visit, at.step, request.exchange) }
}

type At = Awaited<ReturnType<typeof stepOf>>

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  return show(request, reply, await stepOf(request))
}

export async function post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = ownForm(request)
  const here = await stepOf(request)
  const { visit, at, user } = here
  const next = await orProblem(take(visit, at.step, user, form, request.exchange))
  if (next instanceof UserPoolException) return show(request, reply, here, next.text)
  await closeStep(visit.pool, at, request.exchange)
  return goOn(request, reply, visit, next)
}

/** The code, whatever an existing test suite calls the field. */
const codeIn = (form: PostedForm): string =>
  form.text('code') || form.text('totpCode') || form.text('SOFTWARE_TOKEN_MFA_CODE')

/** Takes one step, and says which comes next. */
async function take(
  visit: HostedVisit,
  step: FactorStep,
  user: User,
  form: PostedForm,
  trail: Trail,
): Promise<Next> {
  const { pool } = visit
  switch (step.name) {
    case 'choose-factor': {
      const factor = chosenFactor(step.factors, form.text('mfa_method'), trail)
      return leadTo(visit, await challengeStep(visit, user, factor))
    }
    case 'choose-setup':
      return leadTo(visit, setUp(user.sub, chosenFactor(step.factors, form.text('mfa_method'), trail)))
    case 'software-token':
      await checkSoftwareToken(pool, user, codeIn(form), trail)
      return toApp(user, 'software-token')
    case 'code':
      await checkSentCode(pool, user.sub, codeIn(form), trail)
      return toApp(user, step.factor)
    case 'set-up-software-token':
      return toApp(await proveSoftwareToken(pool, user, step.secret, codeIn(form), trail), 'software-token')
    case 'set-up-contact':
      return leadTo(
        visit,
        await startContactSetup(visit, user, step.attribute, form.text('destination'), trail),
      )
    case 'prove-contact': {
      const { attribute, destination } = step
      const enrolled = await proveContact(pool, user, attribute, destination, codeIn(form), trail)
      return toApp(enrolled, attribute === 'email' ? 'email' : 'sms')
    }
  }
}

/** Nobody comes here without a password. */
const toApp = (user: User, factor: Factor): Next => ({ to: 'app', user, proofs: ['pwd', proofOf[factor]] })

async function show(
  request: HostedRequest,
  reply: FastifyReply,
  { visit, at: { step }, user }: At,
  problem?: string,
): Promise<FastifyReply> {
  const form = formFields(request, `/mfa${visit.search}`, problem)
  switch (step.name) {
    case 'choose-factor':
      return reply.page('chooseFactor', { ...form, factors: step.factors, isSetup: false })
    case 'choose-setup':
      return reply.page('chooseFactor', { ...form, factors: step.factors, isSetup: true })
    case 'software-token':
      return reply.page('softwareToken', form)
    case 'code':
    case 'prove-contact':
      return reply.page('code', { ...form, sent: step.sent })
    case 'set-up-contact':
      return reply.page('setUpContact', {
        ...form,
        attribute: step.attribute,
        value: user.attributes[step.attribute] ?? '',
      })
    case 'set-up-software-token': {
      const { secret } = step
      const uri = keyUri(visit.pool.name, user.username, secret)
      return reply.page('setUpSoftwareToken', { ...form, secret, qrCode: await qrCodeOf(uri) })
    }
  }
}

/** As the page draws it: one square of the path for each dark one of the code. */
async function qrCodeOf(text: string): Promise<{ size: number; path: string }> {
  const { generate } = await import('lean-qr')
  const code = generate(text)
  const path: string[] = []
  for (let y = 0; y < code.size; y++)
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path.push(`M${x} ${y}h1v1h-1z`)
  return { size: code.size, path: path.join('') }
}
