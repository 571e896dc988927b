// A browser holds a secret; the server keeps only its fingerprint. Whoever copies a store therefore
// holds nothing that opens a session, and the type keeps a raw secret from reaching a store at all.
import { createHash } from 'node:crypto'
import { nanoid } from 'nanoid'

/** The SHA-256 of a secret: the only form in which a store may know it. */
export type Fingerprint = string & { readonly madeBy: 'fingerprint' }

/**
 * A new unguessable secret of 258 bits, safe in URLs and cookies.
 *
 * @example
 * newSecret().length // 43
 */
export const newSecret = (): string => nanoid(43)

/**
 * What a store may know of a secret.
 *
 * @example
 * fingerprint('abc') // 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'
 */
export const fingerprint = (secret: string): Fingerprint =>
  createHash('sha256').update(secret).digest('base64url') as Fingerprint
