// `identity_provider` sends a browser straight to a provider of the client. COGNITO is the sign-in page
// itself.
import { PageRefusal } from '../refusal.ts'
import { demand, type Trail } from '../trail.ts'
import { given, type Proven } from './request.ts'

export function identityProvider({ parameters, client }: Proven, trail: Trail): void {
  const asked = given(parameters, 'identity_provider')
  if (asked === undefined) return
  const isThere = asked === 'COGNITO' && client.identityProviders.includes(asked)
  demand(trail, 'authorize.identity-provider', isThere, () => {
    const reason = client.identityProviders.includes(asked)
      ? `identity_provider is ${asked}: federated sign-in is not in this version of mocknito yet`
      : `identity_provider is ${asked}; client ${client.name} has ${client.identityProviders.join(', ')}`
    return new PageRefusal('Login option is not available. Please try another one', reason, {
      clientId: client.id,
    })
  })
}
