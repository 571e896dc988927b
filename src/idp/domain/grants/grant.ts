// The shape that every grant has. A grant says who and what was authorised; the endpoint alone authenticates
// the client, mints and writes, so no grant can forget a shared step.
import type { Authorization } from '../claims.ts'
import type { OAuthFlow } from '../client.ts'
import type { Trail } from '../trail.ts'
import type { KnownClient } from '../user-pool.ts'

/** The parameters of a token request, each there at most once. */
export type TokenParameters = Readonly<Record<string, string | undefined>>

export interface Grant {
  /** RFC 6749: the value of grant_type. */
  readonly type: string
  /** The AllowedOAuthFlows of which the client needs one. */
  readonly flows: readonly OAuthFlow[]
  /** Parameters without which it cannot begin. */
  readonly parameters: readonly string[]
  /**
   * Redeems the parameters.
   *
   * @throws OAuthError whatever is wrong with the grant itself
   */
  redeem(known: KnownClient, parameters: TokenParameters, trail: Trail): Promise<Redeemed>
}

export interface Redeemed {
  readonly authorization: Authorization
  /** Whether the answer brings a new refresh token. */
  readonly refreshable: boolean
}
