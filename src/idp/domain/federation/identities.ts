// The attribute `identities`: which providers know a user, and by which id. The pool keeps it as list-users prints it,
// text that is JSON; the ID token has it as a list (claims.ts).
import type { Instant } from '../clock.ts'
import type { User } from '../user.ts'
import { federatedUsername, type IdentityProvider } from './identity-provider.ts'

export interface Identity {
  readonly userId: string
  readonly providerName: string
  readonly providerType: string
  /** The entity id of a SAML provider; null for all others. */
  readonly issuer: string | null
  /** Whether the user came into being with it; one that was linked later is not. */
  readonly primary: boolean
  /** Milliseconds since the epoch. */
  readonly dateCreated: number
}

export function identitiesText(
  { name, type, entityId }: Pick<IdentityProvider, 'name' | 'type' | 'entityId'>,
  userId: string,
  dateCreated: Instant,
): string {
  const identity: Identity = {
    userId,
    providerName: name,
    providerType: type,
    issuer: entityId ?? null,
    primary: true,
    dateCreated: dateCreated.getTime(),
  }
  return JSON.stringify([identity])
}

/** Every identity that the text has; what is none is left out. `undefined` if it is no list at all. */
export function readIdentities(
  text: string,
): readonly Pick<Identity, 'userId' | 'providerName'>[] | undefined {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.filter(isIdentity) : undefined
  } catch {
    return undefined
  }
}

const isIdentity = (entry: unknown): entry is Identity =>
  typeof entry === 'object' &&
  entry !== null &&
  'userId' in entry &&
  typeof entry.userId === 'string' &&
  'providerName' in entry &&
  typeof entry.providerName === 'string'

/** By which id the provider knows the user, if it does. A federated user without the attribute has it in the name. */
export function subjectAt(
  { name }: Pick<IdentityProvider, 'name'>,
  { attributes, status, username }: Pick<User, 'attributes' | 'status' | 'username'>,
): string | undefined {
  const { identities } = attributes
  if (identities !== undefined)
    return readIdentities(identities)?.find(({ providerName }) => providerName === name)?.userId
  const prefix = federatedUsername({ name }, '', { caseSensitive: false })
  const isNamedSo = status === 'EXTERNAL_PROVIDER' && username.toLowerCase().startsWith(prefix)
  return isNamedSo ? username.slice(prefix.length) : undefined
}
