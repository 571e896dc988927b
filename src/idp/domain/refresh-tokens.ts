// Refresh tokens: what one stands for, and the store, which knows tokens only by their SHA-256.

import { hash } from 'node:crypto'
import type { Proof } from './authentication.ts'
import { type Instant, millisecondsBefore } from './clock.ts'
import type { Kept } from './kept.ts'

export interface RefreshToken {
  /** SHA-256 of the token, base64url. The token itself is not kept. */
  readonly hash: string
  readonly clientId: string
  readonly sub: string
  readonly scopes: readonly string[]
  readonly authTime: Instant
  readonly proofs?: readonly Proof[] | undefined
  readonly issuer: string
  /** `origin_jti` of every token of this login: what revocation revokes. */
  readonly family: string
  /** The resource that the login was bound to (RFC 8707): `aud` of its access tokens. */
  readonly resource: string | undefined
  readonly expiresAt: Instant
}

/** Whether a token that is being replaced may still be used: once, and within the grace period after that. */
export type Retirement =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'too-late'; readonly retiredAt: Instant }

/** The refresh tokens of one login, as they are kept. */
export interface RefreshFamily {
  readonly family: string
  readonly tokens: readonly (RefreshToken & {
    /** When it was replaced (RefreshTokenRotation). */
    readonly retiredAt?: Instant
  })[]
  /** The login is revoked, which is remembered until then. */
  readonly revokedUntil?: Instant
}

/** The family as if its tokens had been issued (and replaced) that much earlier. */
export const agedFamily = (family: RefreshFamily, milliseconds: number): RefreshFamily => ({
  ...family,
  tokens: family.tokens.map((token) => ({
    ...token,
    authTime: millisecondsBefore(token.authTime, milliseconds),
    expiresAt: millisecondsBefore(token.expiresAt, milliseconds),
    ...(token.retiredAt && { retiredAt: millisecondsBefore(token.retiredAt, milliseconds) }),
  })),
})

export interface RefreshTokens extends Kept<RefreshFamily> {
  issue(token: RefreshToken): Promise<void>
  /** The record of a live or expired token; nothing for an unknown or revoked one. */
  find(hash: string): Promise<RefreshToken | undefined>
  /**
   * Marks a token as replaced, atomically: the first call retires it, further ones are accepted for as long
   * as the grace period lasts.
   */
  retire(hash: string, at: Instant, graceSeconds: number): Promise<Retirement>
  /** Ends every token of the login, and remembers it for as long as access tokens of the login may live. */
  revokeFamily(family: string, until: Instant): Promise<void>
  /** Whether the login has been revoked. */
  isRevoked(family: string): Promise<boolean>
}

export const refreshTokenHash = (token: string): string => hash('sha256', token, 'base64url')
