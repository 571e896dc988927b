// An app client of a pool, in the words of the domain. The fixture translates AWS's fields to this record.

/** AWS's `AllowedOAuthFlows`. */
export type OAuthFlow = 'code' | 'implicit' | 'client_credentials'

export interface Client {
  readonly id: string
  readonly name: string
  /** None for a public client; any one of them authenticates a confidential one. */
  readonly secrets: readonly string[]
  readonly callbackUrls: readonly string[]
  readonly defaultRedirectUri?: string
  readonly logoutUrls: readonly string[]
  readonly oauthFlows: readonly OAuthFlow[]
  readonly scopes: readonly string[]
  /** `SupportedIdentityProviders`, by name; COGNITO is the pool itself. */
  readonly identityProviders: readonly string[]
  /** Absent: every attribute. */
  readonly readAttributes?: readonly string[]
  /** Whether the scope `profile` lets out whatever the client can read (the switch profile-scope). */
  readonly profileShowsAll?: boolean
  /** Absent: every attribute that is not read-only. */
  readonly writeAttributes?: readonly string[]
  /** `AuthSessionValidity`: how long a login may stand still between two pages. */
  readonly authSessionSeconds: number
  /** `ALLOW_USER_AUTH`: managed login asks for the name first, then offers what the user can sign in with. */
  readonly choiceBased: boolean
  readonly accessTokenSeconds: number
  readonly idTokenSeconds: number
  readonly refreshTokenSeconds: number
  /** `EnableTokenRevocation`: refresh tokens can be revoked, and tokens carry `origin_jti` and `jti`. */
  readonly tokenRevocation: boolean
  /**
   * `RefreshTokenRotation`: a refresh token is replaced when it is used, and good for the grace period after
   * that.
   */
  readonly rotation?: { readonly graceSeconds: number }
  /** `PreventUserExistenceErrors`: ENABLED gives unknown users the text of a wrong password. */
  readonly preventUserExistenceErrors: boolean
}

/** Whether the client may see the attribute (AWS: attribute read permissions). `sub` is always readable. */
export const canRead = (client: Pick<Client, 'readAttributes'>, attribute: string): boolean =>
  client.readAttributes === undefined || attribute === 'sub' || client.readAttributes.includes(attribute)

/** AWS: as many callback URLs, and as many sign-out URLs, as a client can have. */
export const mostUrls = 100
