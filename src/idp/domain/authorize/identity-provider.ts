// `identity_provider` sends a browser straight to a provider of the client, and `idp_identifier` to one by
// another of its names. COGNITO is the sign-in page itself.
import type { Client } from '../client.ts'
import { hasLocalUsers, type IdentityProvider, providersFor } from '../federation/identity-provider.ts'
import { PageRefusal } from '../refusal.ts'
import { demand, type Trail } from '../trail.ts'
import { given, type Proven } from './request.ts'

/** Where both say something, the name counts. */
export function identityProvider(proven: Proven, trail: Trail): void {
  const { parameters, client } = proven
  const asked = given(parameters, 'identity_provider')
  const identifier = given(parameters, 'idp_identifier')
  if (asked === undefined && identifier === undefined) return
  const { identityProviders, name, id } = client
  const isThere =
    askedProvider(proven) !== undefined || (asked === 'COGNITO' && identityProviders.includes(asked))
  demand(trail, 'authorize.identity-provider', isThere, () => {
    const identifiers = providersFor(proven.pool, client).flatMap((provider) => provider.identifiers)
    const reason =
      asked === undefined
        ? `idp_identifier is ${identifier}; the providers of client ${name} have ${identifiers.join(', ') || 'none'}`
        : `identity_provider is ${asked}; client ${name} has ${identityProviders.join(', ')}`
    return notAvailable(id, reason)
  })
}

const notAvailable = (clientId: string, reason: string): PageRefusal =>
  new PageRefusal('Login option is not available. Please try another one', reason, { clientId })

/**
 * That people sign in at the client who have a password at the pool.
 *
 * @throws PageRefusal
 */
export function localUsers({ id, name, identityProviders }: Client, trail: Trail): void {
  demand(trail, 'login.local-users', hasLocalUsers({ identityProviders }), () =>
    notAvailable(
      id,
      `client ${name} has ${identityProviders.join(', ') || 'no identity provider'}, and not COGNITO`,
    ),
  )
}

/** The provider that a request goes straight to, if it names one of the client's; COGNITO is none. */
export function askedProvider({ pool, client, parameters }: Proven): IdentityProvider | undefined {
  const asked = given(parameters, 'identity_provider')
  const identifier = given(parameters, 'idp_identifier')
  return providersFor(pool, client).find(({ name, identifiers }) =>
    asked === undefined ? identifiers.includes(identifier ?? '') : name === asked,
  )
}
