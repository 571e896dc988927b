// The event of the pre-token-generation trigger, in AWS's own JSON: what Cognito sends in its three versions, and
// the response that a function may put into it (AWS: pre token generation Lambda trigger). Captured events of hosted
// logins, of all three versions, have no clientMetadata: nobody can give any there.
import { rolesOf } from '../claims.ts'
import type { User } from '../user.ts'
import type { Group, UserPool } from '../user-pool.ts'

/** `LambdaVersion` of the trigger: which event the pool sends, and so what a function may change. */
export type LambdaVersion = 'V1_0' | 'V2_0' | 'V3_0'

/** Why tokens are made. */
export type TriggerSource =
  | 'TokenGeneration_HostedAuth'
  | 'TokenGeneration_RefreshTokens'
  | 'TokenGeneration_ClientCredentials'

export interface GroupConfiguration {
  groupsToOverride?: string[] | null
  iamRolesToOverride?: string[] | null
  preferredRole?: string | null
}

/** What a function changes in one token. Version 1 knows strings only as values. */
export interface ClaimsToken {
  claimsToAddOrOverride?: Record<string, unknown> | null
  claimsToSuppress?: string[] | null
}

/** The response of version 1. */
export interface ClaimsOverrideDetails extends ClaimsToken {
  groupOverrideDetails?: GroupConfiguration | null
}

/** The response of versions 2 and 3. */
export interface ClaimsAndScopeOverrideDetails {
  idTokenGeneration?: ClaimsToken | null
  accessTokenGeneration?:
    | (ClaimsToken & { scopesToAdd?: string[] | null; scopesToSuppress?: string[] | null })
    | null
  groupOverrideDetails?: GroupConfiguration | null
}

/** What the function is given, and gives back with the response filled in. */
export interface PreTokenGenerationEvent {
  version: '1' | '2' | '3'
  triggerSource: TriggerSource
  region: string
  userPoolId: string
  userName: string
  callerContext: { awsSdkVersion: string; clientId: string }
  request: {
    userAttributes: Record<string, string>
    groupConfiguration: GroupConfiguration | null
    /** Of the access token; from version 2 on. */
    scopes?: string[]
    clientMetadata?: Record<string, string>
  }
  response: {
    claimsOverrideDetails?: ClaimsOverrideDetails | null
    claimsAndScopeOverrideDetails?: ClaimsAndScopeOverrideDetails | null
  }
}

type NamedPool = Pick<UserPool, 'id' | 'region'>

/** Who is about to get tokens. */
export interface TokensOfUser {
  readonly client: { readonly id: string }
  readonly user: User
  readonly groups: readonly Group[]
  readonly scopes: readonly string[]
}

/** The event for a user's tokens. */
export function userEvent(
  version: LambdaVersion,
  triggerSource: TriggerSource,
  pool: NamedPool,
  { client, user, groups, scopes }: TokensOfUser,
): PreTokenGenerationEvent {
  const { roles, preferredRole } = rolesOf(groups)
  return event(version, triggerSource, pool, user.username, client.id, {
    userAttributes: { sub: user.sub, 'cognito:user_status': user.status, ...user.attributes },
    groupConfiguration: {
      groupsToOverride: groups.map(({ name }) => name),
      iamRolesToOverride: roles,
      preferredRole: preferredRole ?? null,
    },
    ...(version !== 'V1_0' && { scopes: [...scopes] }),
  })
}

/** The event for a machine's token, which there is in version 3 only. */
export const machineEvent = (
  pool: NamedPool,
  clientId: string,
  scopes: readonly string[],
  clientMetadata: Readonly<Record<string, string>> | undefined,
): PreTokenGenerationEvent =>
  event('V3_0', 'TokenGeneration_ClientCredentials', pool, 'ClientCredentials', clientId, {
    userAttributes: {},
    groupConfiguration: null,
    scopes: [...scopes],
    ...(clientMetadata !== undefined && { clientMetadata: { ...clientMetadata } }),
  })

const event = (
  version: LambdaVersion,
  triggerSource: TriggerSource,
  { id, region }: NamedPool,
  userName: string,
  clientId: string,
  request: PreTokenGenerationEvent['request'],
): PreTokenGenerationEvent => ({
  version: version.charAt(1) as PreTokenGenerationEvent['version'],
  triggerSource,
  region,
  userPoolId: id,
  userName,
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
  request,
  response: version === 'V1_0' ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null },
})
