// Proof Key for Code Exchange. RFC 7636; Cognito knows S256 only, and asks for it only where the app did.
import { hash, timingSafeEqual } from 'node:crypto'
import { OAuthError } from './refusal.ts'
import { demand, type Trail } from './trail.ts'
import type { UserPool } from './user-pool.ts'

/** RFC 7636 §4.2: BASE64URL(SHA256(ASCII(code_verifier))). */
export const challengeFor = (verifier: string): string => hash('sha256', verifier, 'base64url')

/** RFC 7636 §4.6. A verifier without a challenge is ignored. */
export function provePossession(
  { codeChallenge }: { readonly codeChallenge: string | undefined },
  verifier: string | undefined,
  { choices }: Pick<UserPool, 'choices'>,
  trail: Trail,
): void {
  if (codeChallenge === undefined) return
  const refusal = (reason: string) => new OAuthError(choices['pkce-failure'], reason)
  demand(trail, 'pkce.verifier', verifier !== undefined, () =>
    refusal('code_verifier is missing, and the authorize request had a code_challenge'),
  )
  demand(trail, 'pkce.verifier', sameText(challengeFor(verifier), codeChallenge), () =>
    refusal(
      `code_verifier does not fit: its S256 is ${challengeFor(verifier)}, the code_challenge of the authorize request was ${codeChallenge}`,
    ),
  )
}

/** Equality in constant time, for whatever an attacker may try to guess letter by letter. */
export function sameText(one: string, other: string): boolean {
  const left = Buffer.from(one)
  const right = Buffer.from(other)
  return left.length === right.length && timingSafeEqual(left, right)
}
