// On the way to an identity provider: what it is asked, and what stays here until the browser is back.

import { type AuthorizationRequest, given } from '../authorize/request.ts'
import { promptsOf } from '../authorize/use-session.ts'
import { openStep } from '../continuations.ts'
import type { IdentityProvider } from './identity-provider.ts'

export interface Departure {
  /** The request to the provider, as a query (SAML: its redirect binding, without the XML). */
  readonly parameters: readonly [name: string, value: string][]
  /** What the browser has to bring back in a cookie. */
  readonly csrf: string
}

/**
 * Keeps the app's request, and makes the one to the provider.
 *
 * @param origin what the server is called: where the provider sends the browser back to
 */
export async function leaveFor(
  provider: IdentityProvider,
  asked: AuthorizationRequest,
  origin: string,
): Promise<Departure> {
  const { pool, client, parameters } = asked
  const csrf = pool.ids.uuid()
  const { id } = await openStep(pool, client, {
    name: 'at-provider',
    provider: provider.name,
    csrf,
    query: String(parameters),
  })
  if (provider.type === 'SAML') return { parameters: [['RelayState', id]], csrf }
  return {
    parameters: [
      ...entry('client_id', provider.clientId),
      ['redirect_uri', `${origin}/oauth2/idpresponse`],
      ['response_type', 'code'],
      ...entry('scope', provider.scopes),
      ['state', id],
      ...forwarded(provider, asked),
    ],
    csrf,
  }
}

const entry = (name: string, value: string | undefined): [string, string][] =>
  value === undefined ? [] : [[name, value]]

/** DOC: login_hint goes to OIDC providers and Google, prompt to all of them, less `none`; under managed login alone. */
function forwarded({ type }: IdentityProvider, asked: AuthorizationRequest): [string, string][] {
  if (asked.pool.look !== 'managed') return []
  const prompts = promptsOf(asked).filter((prompt) => prompt !== 'none')
  const takesHint = type === 'OIDC' || type === 'Google'
  return [
    ...entry('prompt', prompts.join(' ') || undefined),
    ...entry('login_hint', takesHint ? given(asked.parameters, 'login_hint') : undefined),
  ]
}
