// Logins that nobody asked for: a SAML provider sends somebody who began there (SAML 2.0 Profiles §4.1.5; AWS: IdP-initiated
// sign-in). The authorize parameters come in RelayState, and are judged as on every other way in.
import { askedProvider } from '../authorize/identity-provider.ts'
import type { AuthorizationRequest } from '../authorize/request.ts'
import { PageRefusal } from '../refusal.ts'
import { demand, type Trail } from '../trail.ts'
import type { IdentityProvider } from './identity-provider.ts'

/** A state of ours has no such sign in it. */
export const isAuthorizeQuery = (relayState: string): boolean => relayState.includes('=')

/**
 * The provider that the login says it comes from, if that may begin one.
 *
 * @throws PageRefusal
 */
export function providerThatBegan(asked: AuthorizationRequest, trail: Trail): IdentityProvider {
  const provider = askedProvider(asked)
  demand(trail, 'federation.begun-there', provider?.beginsLogins === true, () => {
    const reason =
      provider === undefined
        ? 'RelayState names no identity_provider: who begins a login has to say who it is'
        : `${provider.name} begins no logins: only SAML providers do, with "IDPInit": "true" in their ProviderDetails`
    return new PageRefusal('Invalid samlResponse or relayState from identity provider', reason)
  })
  return provider as IdentityProvider
}
