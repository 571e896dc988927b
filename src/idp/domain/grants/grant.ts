// The shape that every grant has. A grant says who and what was authorised; the endpoint alone authenticates
// the client, mints and writes, so no grant can forget a shared step.
import type { Authorization, MachineAuthorization } from '../claims.ts'
import type { Client, OAuthFlow } from '../client.ts'
import type { Instant } from '../clock.ts'
import type { Trail } from '../trail.ts'
import type { KnownClient } from '../user-pool.ts'

/** The parameters of a token request, each there at most once. */
export type TokenParameters = Readonly<Record<string, string | undefined>>

/** Who asks, and what for. */
export interface TokenRequest extends KnownClient {
  readonly parameters: TokenParameters
  /** The issuer by the name that this request used; logins have pinned theirs already. */
  readonly issuer: string
}

export interface Grant {
  /** RFC 6749: the value of grant_type. */
  readonly type: string
  /** The AllowedOAuthFlows of which the client needs one. */
  readonly flows: readonly OAuthFlow[]
  /**
   * What the grant asks of a client before the endpoint looks at the client's flows.
   *
   * @throws OAuthError
   */
  admit?(client: Client, trail: Trail): void
  /** Parameters without which it cannot begin. */
  readonly parameters: readonly string[]
  /**
   * Redeems the parameters.
   *
   * @throws OAuthError whatever is wrong with the grant itself
   */
  redeem(request: TokenRequest, trail: Trail): Promise<Redeemed>
}

/** What a grant turned out to stand for: a user's login, or a machine. */
export type Redeemed =
  | {
      readonly login: Authorization
      /** When the new refresh token expires; absent: the answer brings none. */
      readonly refreshUntil: Instant | undefined
    }
  | { readonly machine: MachineAuthorization }
