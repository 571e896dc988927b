// Authorization codes (RFC 6749 §4.1.2): what a code stands for, and the store that gives it out once.

import type { Proof } from './authentication.ts'
import type { OpenIdRequest } from './authorize/request.ts'
import type { Clock, Instant } from './clock.ts'
import { millisecondsBefore, secondsAfter } from './clock.ts'
import type { Ids } from './ids.ts'
import type { Kept } from './kept.ts'
import type { TokenOverrides } from './pre-token-generation/overrides.ts'

/** AWS: the code expires after five minutes. */
export const codeSeconds = 5 * 60

export interface AuthorizationCode extends OpenIdRequest {
  readonly code: string
  readonly clientId: string
  readonly redirectUri: string
  readonly sub: string
  /** When the user last proved who they are; a silent sign-in keeps the time of the interactive one. */
  readonly authTime: Instant
  readonly proofs?: readonly Proof[] | undefined
  /** The issuer at the time of the login; a token call over another host name does not change it. */
  readonly issuer: string
  /** What the pre-token-generation hook changes in the tokens of this login. */
  readonly overrides?: TokenOverrides | undefined
  readonly expiresAt: Instant
}

/** What became of a code that somebody presents. */
export type TakenCode =
  | { readonly outcome: 'taken'; readonly code: AuthorizationCode }
  | { readonly outcome: 'used'; readonly usedAt: Instant; readonly usedBy: string }
  | { readonly outcome: 'unknown' }

/** Who presents the code, and when. */
export interface Presentation {
  readonly at: Instant
  readonly clientId: string
}

/** A code as it is kept: it stays for a while after it was used, so that a refusal can say what became of it. */
export interface KeptCode {
  readonly code: AuthorizationCode
  readonly used?: { readonly usedAt: Instant; readonly usedBy: string }
}

export interface Codes extends Kept<KeptCode> {
  issue(code: AuthorizationCode): Promise<void>
  /**
   * Gives the code out, at most once and atomically: of two parallel calls one gets it and the other learns
   * that it is used. A code past its time is still given out; whoever takes it judges it by the clock.
   */
  take(code: string, by: Presentation): Promise<TakenCode>
  /** Undoes a take, so that the code can be taken again; does nothing for a code that is unknown. */
  giveBack(code: string): Promise<void>
}

/** The code as if it had been issued (and used) that much earlier. */
export const agedCode = ({ code, used }: KeptCode, milliseconds: number): KeptCode => ({
  code: {
    ...code,
    authTime: millisecondsBefore(code.authTime, milliseconds),
    expiresAt: millisecondsBefore(code.expiresAt, milliseconds),
  },
  ...(used && { used: { ...used, usedAt: millisecondsBefore(used.usedAt, milliseconds) } }),
})

/** Makes the record of a new code, five minutes long. */
export const newCode = (
  { clock, ids }: { clock: Clock; ids: Ids },
  granted: Omit<AuthorizationCode, 'code' | 'expiresAt'>,
): AuthorizationCode => ({ ...granted, code: ids.uuid(), expiresAt: secondsAfter(clock.now(), codeSeconds) })
