// What a provider can answer: who it is, an error in the redirect, or trouble when Cognito calls it. And what the app is
// told of the latter two (AWS: managed login, federation errors).
import type { Claims, IdentityProvider, ProviderType } from './identity-provider.ts'

/** What a provider says in the end of a visit. */
export type ProviderAnswer =
  | { readonly claims: Claims }
  | { readonly error: string; readonly description?: string }
  | { readonly failure: BackChannelFailure }

/** A call of Cognito to the provider that goes wrong. */
export interface Failure {
  /** What happens, for the person who chooses it. */
  readonly sentence: string
  /** `error_description` at the app. */
  readonly told: (provider: Pick<IdentityProvider, 'name' | 'type'>) => string
  /** Providers without a signed ID token have no keys that could be asked for. */
  readonly needsKeys?: true
}

export const failures = {
  'token-error': {
    sentence: 'Its token endpoint answers 400',
    told: ({ name, type }) =>
      type === 'Google' ? 'Google Error - 400 invalid_grant' : `${name} Error - 400 error getting token`,
  },
  'token-timeout': {
    sentence: 'Its token endpoint does not answer in time',
    told: () => 'Timeout occurred in calling IdP token endpoint',
  },
  'jwks-timeout': {
    sentence: 'Its keys do not come in time',
    // The doubled key is AWS's.
    told: () => 'error_description=Timeout in calling jwks uri',
    needsKeys: true,
  },
  'connection-reset': { sentence: 'It resets the connection', told: () => 'Connection reset' },
  'read-timeout': { sentence: 'It stops in the middle of an answer', told: () => 'Read timed out' },
} as const satisfies Record<string, Failure>

export type BackChannelFailure = keyof typeof failures

const withKeys: readonly ProviderType[] = ['Google', 'SignInWithApple', 'OIDC']

/** The calls to a provider of that type that can go wrong; a SAML provider is never called. */
export function failuresOf(type: ProviderType): [BackChannelFailure, Failure][] {
  if (type === 'SAML') return []
  const all = Object.entries(failures) as [BackChannelFailure, Failure][]
  return all.filter(([, { needsKeys }]) => !needsKeys || withKeys.includes(type))
}
