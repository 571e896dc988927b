// Signing, RS256 in compact form (RFC 7515 §7.1). It is written out here rather than left to a library
// because it is the whole cost of the token endpoint: the header is encoded once for each key, the key is
// imported once, and `crypto.sign` with a callback works on libuv's threads, off the main one.
// docs/decisions/0005-signing.md has the numbers.
import { type KeyObject, sign } from 'node:crypto'

/** Turns claims into a signed JWT. The order of the claims is kept. */
export type Signer = (claims: object) => Promise<string>

/** A signer for one key. The header is `{"kid":…,"alg":"RS256"}`, without `typ`, as Cognito's. */
export function createSigner(kid: string, privateKey: KeyObject): Signer {
  const header = encode({ kid, alg: 'RS256' })
  return (claims) =>
    new Promise((resolve, reject) => {
      const signingInput = `${header}.${encode(claims)}`
      sign('sha256', Buffer.from(signingInput, 'latin1'), privateKey, (error, signature) => {
        /* c8 ignore next -- an imported RSA key does not fail to sign */
        if (error) return reject(error)
        resolve(`${signingInput}.${signature.toString('base64url')}`)
      })
    })
}

/**
 * A JWT that no issuer should have signed like that: whatever header, and a signature made by `signatureOf` from
 * what is to be signed. For tests of verifiers.
 *
 * @example
 * oddJwt({ alg: 'none' }, { sub: 'nobody' }, () => '')
 */
export function oddJwt(
  header: object,
  claims: object,
  signatureOf: (signingInput: string) => string,
): string {
  const signingInput = `${encode(header)}.${encode(claims)}`
  return `${signingInput}.${signatureOf(signingInput)}`
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
