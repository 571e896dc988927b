// An identity provider of a pool (AWS: describe-identity-provider): somebody else who says who a person is. Where the
// real one would be, a stand-in is (routes/control/stand-in.ts); what the pool makes of its word is in this folder.
import type { Client } from '../client.ts'
import { foldCase, type SignInOptions } from '../user.ts'
import type { UserPool } from '../user-pool.ts'

/** AWS's own. The first four can be in a pool once each, under the name of their type. */
export const providerTypes = [
  'Google',
  'Facebook',
  'LoginWithAmazon',
  'SignInWithApple',
  'OIDC',
  'SAML',
] as const

export type ProviderType = (typeof providerTypes)[number]

export interface IdentityProvider {
  /** `ProviderName` */
  readonly name: string
  readonly type: ProviderType
  /** `IdpIdentifiers`: other names for it, in `idp_identifier`. */
  readonly identifiers: readonly string[]
  /** `AttributeMapping`: for each attribute of a user, the claim of the provider that it is taken from. */
  readonly mapping: Readonly<Record<string, string>>
  /** How the pool calls itself there: `ProviderDetails.client_id`. */
  readonly clientId?: string
  /** What the pool asks it for: `ProviderDetails.authorize_scopes`. */
  readonly scopes?: string
  /** The entity id of a SAML provider, as its metadata has it. */
  readonly entityId?: string
  /** Whether a SAML provider may begin logins itself: `ProviderDetails.IDPInit`. */
  readonly beginsLogins: boolean
  /** Whether a SAML provider is told of the end of a session: `ProviderDetails.IDPSignout`. */
  readonly signsOut: boolean
}

/** What a provider says of a person: claims, or the attributes of an assertion, as text. */
export type Claims = Readonly<Record<string, string>>

const subjectClaims: Readonly<Record<ProviderType, string>> = {
  Google: 'sub',
  Facebook: 'id',
  LoginWithAmazon: 'user_id',
  SignInWithApple: 'sub',
  OIDC: 'sub',
  SAML: 'NameID',
}

/** The claim by which the provider tells people apart. */
export const subjectClaim = ({ type, mapping }: Pick<IdentityProvider, 'type' | 'mapping'>): string =>
  mapping.username ?? subjectClaims[type]

/** The username of a federated user; in small letters where the pool ignores case, as documented. */
export const federatedUsername = (
  { name }: Pick<IdentityProvider, 'name'>,
  subject: string,
  options: Pick<SignInOptions, 'caseSensitive'>,
): string => foldCase(`${name}_${subject}`, options)

/** The group that everybody is in who comes from the provider. */
export const groupOf = (poolId: string, { name }: Pick<IdentityProvider, 'name'>): string =>
  `${poolId}_${name}`

/** The providers that the client lets people choose from, in its own order; COGNITO is none of them. */
export const providersFor = (
  { identityProviders }: Pick<UserPool, 'identityProviders'>,
  client: Pick<Client, 'identityProviders'>,
): IdentityProvider[] => client.identityProviders.flatMap((name) => identityProviders.get(name) ?? [])

/** Whether the client lets people in who have a password at the pool. */
export const hasLocalUsers = ({ identityProviders }: Pick<Client, 'identityProviders'>): boolean =>
  identityProviders.includes('COGNITO')

/** The one provider of a client that has no other and no local users. */
export function onlyProvider(
  pool: Pick<UserPool, 'identityProviders'>,
  client: Pick<Client, 'identityProviders'>,
): IdentityProvider | undefined {
  const [only, another] = providersFor(pool, client)
  return another === undefined && !hasLocalUsers(client) ? only : undefined
}
