// `identity_provider` sends a browser straight to a provider of the client, and `idp_identifier` to one by
// another of its names. COGNITO is the sign-in page itself.
import { PageRefusal } from '../refusal.ts'
import { demand, type Trail } from '../trail.ts'
import { given, type Proven } from './request.ts'

const notYet = 'federated sign-in is not in this version of mocknito yet'

export function identityProvider({ parameters, client }: Proven, trail: Trail): void {
  const asked = given(parameters, 'identity_provider')
  const identifier = given(parameters, 'idp_identifier')
  if (asked === undefined && identifier === undefined) return
  const { identityProviders, name, id } = client
  const isThere = asked === 'COGNITO' && identityProviders.includes(asked)
  demand(trail, 'authorize.identity-provider', isThere, () => {
    const reason =
      asked === undefined
        ? `idp_identifier is ${identifier}: ${notYet}`
        : identityProviders.includes(asked)
          ? `identity_provider is ${asked}: ${notYet}`
          : `identity_provider is ${asked}; client ${name} has ${identityProviders.join(', ')}`
    return new PageRefusal('Login option is not available. Please try another one', reason, { clientId: id })
  })
}
