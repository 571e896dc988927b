// /_mock/providers/<poolId>/<ProviderName>: stands where the identity provider would be. Somebody says who signs in there:
// one of the people whom it knows, somebody new, nobody, or that it fails. It never looks at what Cognito makes of that:
// it only sends the browser back, as a provider of its type does.
import type { FastifyReply } from 'fastify'
import { failuresOf, type ProviderAnswer } from '../../domain/federation/answer.ts'
import { keepAnswer } from '../../domain/federation/come-back.ts'
import { type IdentityProvider, subjectClaim } from '../../domain/federation/identity-provider.ts'
import { claimNames, claimsOf, type Person, peopleAt } from '../../domain/federation/people.ts'
import { signOutResponse } from '../../domain/federation/single-logout.ts'
import type { UserPool } from '../../domain/user-pool.ts'
import { type HostedRequest, ownForm, type PostedForm } from '../../plugins/hosted-forms.ts'
import type { Pages } from '../../plugins/page-fields.ts'
import { formFields } from '../../plugins/sign-in-page.ts'

interface StandIn {
  readonly pool: UserPool
  readonly provider: IdentityProvider
  /** What the browser brought, and takes back. */
  readonly state: string
}

function standInOf(request: HostedRequest): StandIn | undefined {
  const params = request.params as Readonly<Record<'pool' | 'provider', string>>
  const pool = request.world.pool(params.pool)
  const provider = pool?.identityProviders.get(params.provider)
  if (pool === undefined || provider === undefined) return undefined
  request.exchange.poolId = pool.id
  const state = request.query.get(provider.type === 'SAML' ? 'RelayState' : 'state') ?? ''
  return { pool, provider, state }
}

export async function get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const here = standInOf(request)
  if (here === undefined) return nobodyHere(reply)
  return show(request, reply, here)
}

export async function post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const here = standInOf(request)
  if (here === undefined) return nobodyHere(reply)
  const { exchange, cookies, body } = request
  // Not dressed for managed login, whose script sends JSON strings.
  const form = ownForm({ exchange, cookies, body, look: 'classic' })
  const answer = await answerOf(here, form)
  if (answer === undefined) return show(request, reply, here, 'There is nobody with this id.')
  return sendBack(request, reply, here, answer)
}

/** Where a SAML provider signs people out: it answers to whoever the pool has signed a request for. */
export const logout = {
  async get(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
    const here = standInOf(request)
    if (here === undefined) return nobodyHere(reply)
    const { pool, provider, state } = here
    const response = await signOutResponse(pool, provider, request.url.replace(/^[^?]*\??/, ''))
    if (response === undefined)
      return reply.code(400).page('error', { detail: 'The user pool has not signed this sign-out request.' })
    return reply.page('assertion', {
      provider: provider.name,
      action: `${request.announcedOrigin}/saml2/logout`,
      relayState: state,
      response,
    })
  },
}

const nobodyHere = (reply: FastifyReply): FastifyReply =>
  reply.code(404).page('error', { detail: 'No user pool here has this identity provider.' })

/** What the form says; nothing if it names somebody whom the provider does not know. */
async function answerOf({ pool, provider }: StandIn, form: PostedForm): Promise<ProviderAnswer | undefined> {
  switch (form.text('answer')) {
    case 'cancel':
      return { error: 'access_denied' }
    case 'new':
      return { claims: form.group('claims') }
    case 'fail': {
      const chosen = failuresOf(provider.type).find(([name]) => name === form.text('failure'))
      return chosen === undefined ? { error: 'server_error' } : { failure: chosen[0] }
    }
    default: {
      const person = (await peopleAt(pool, provider)).find(({ subject }) => subject === form.text('person'))
      return person && { claims: claimsOf(provider, person) }
    }
  }
}

/** Back to Cognito: by a redirect with a code or an error, or by a page that posts the assertion. */
async function sendBack(
  { announcedOrigin }: HostedRequest,
  reply: FastifyReply,
  { pool, provider, state }: StandIn,
  answer: ProviderAnswer,
): Promise<FastifyReply> {
  if (provider.type === 'SAML')
    return reply.page('assertion', {
      provider: provider.name,
      action: `${announcedOrigin}/saml2/idpresponse`,
      relayState: state,
      response: await keepAnswer(pool, provider, answer),
    })
  const told =
    'error' in answer ? { error: answer.error } : { code: await keepAnswer(pool, provider, answer) }
  return reply.redirect(`${announcedOrigin}/oauth2/idpresponse?${new URLSearchParams({ ...told, state })}`)
}

/** As many people as a page can show. */
const mostPeople = 30

async function show(
  request: HostedRequest,
  reply: FastifyReply,
  { pool, provider }: StandIn,
  problem?: string,
): Promise<FastifyReply> {
  const { query, exchange } = request
  const hint = query.get('login_hint') ?? ''
  const people = (await peopleAt(pool, provider)).map((person) => ({
    person,
    isHinted: isMeant(person, hint),
  }))
  people.sort((one, other) => Number(other.isHinted) - Number(one.isHinted))
  return reply.page('standIn', {
    ...formFields(request, `${exchange.path}?${query}`, problem),
    provider: provider.name,
    type: provider.type,
    pool: pool.name,
    people: people.slice(0, mostPeople).map(({ person, isHinted }) => ({
      subject: person.subject,
      username: person.user.username,
      name: nameOf(person),
      isHinted,
    })),
    more: Math.max(0, people.length - mostPeople),
    claims: claimFields(pool, provider, people.some(({ isHinted }) => isHinted) ? '' : hint),
    forwarded: ['prompt', 'login_hint'].flatMap((name) => {
      const value = query.get(name)
      return value === null ? [] : [{ name, value }]
    }),
    failures: [
      { name: 'server_error', sentence: 'It answers error=server_error' },
      ...failuresOf(provider.type).map(([name, { sentence }]) => ({ name, sentence })),
    ],
  })
}

/** A provider takes a hint for whatever its people call themselves. */
const isMeant = ({ subject, user }: Person, hint: string): boolean =>
  hint !== '' && [subject, user.username, user.attributes.email].includes(hint)

const nameOf = ({ user: { attributes } }: Person): string =>
  attributes.name ??
  attributes.email ??
  [attributes.given_name, attributes.family_name].filter((part) => part !== undefined).join(' ')

/** Somebody new has an id already, and the address that was hinted at. */
function claimFields(
  { ids }: Pick<UserPool, 'ids'>,
  provider: IdentityProvider,
  hint: string,
): Pages['standIn']['claims'] {
  const subject = subjectClaim(provider)
  return claimNames(provider).map((name) => {
    // A SAML attribute is named by a URI.
    const label = name.replace(/^.*[/#:](?=.)/, '')
    const isAddress = /^e-?mail(?:address)?$/i.test(label)
    const value = name === subject ? ids.digits(12) : isAddress && hint.includes('@') ? hint : ''
    return { name, label, type: isAddress ? 'email' : 'text', value, required: name === subject }
  })
}
