// Refresh tokens: what one stands for, and the store, which knows tokens only by their SHA-256.

import { hash } from 'node:crypto'
import type { Instant } from './clock.ts'

export interface RefreshToken {
  /** SHA-256 of the token, base64url. The token itself is not kept. */
  readonly hash: string
  readonly clientId: string
  readonly sub: string
  readonly scopes: readonly string[]
  readonly authTime: Instant
  readonly issuer: string
  /** `origin_jti` of every token of this login: what revocation revokes. */
  readonly family: string
  readonly expiresAt: Instant
}

export interface RefreshTokens {
  issue(token: RefreshToken): Promise<void>
  /** The record of a live or expired token; nothing for an unknown or revoked one. */
  find(hash: string): Promise<RefreshToken | undefined>
  /** Ends every token of the login. */
  revokeFamily(family: string): Promise<void>
}

export const refreshTokenHash = (token: string): string => hash('sha256', token, 'base64url')
