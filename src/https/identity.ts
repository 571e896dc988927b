// What a server, or a CA, shows and proves: a certificate and the private key that belongs to it.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

export interface Identity {
  readonly certificate: X509Certificate
  /** The certificate, and whatever is needed to get from it to a CA, in PEM form. */
  readonly chain: string
  /** In PEM form. */
  readonly key: string
}

/**
 * Reads an identity from PEM texts; the two may be the same one.
 *
 * @throws if there is no certificate, no key, or if they do not belong together
 */
export function readIdentity(chain: string, key: string): Identity {
  const certificate = new X509Certificate(chain)
  if (!certificate.checkPrivateKey(createPrivateKey(key)))
    throw new Error('the key is not that of the certificate')
  return { certificate, chain, key }
}

/** Whether a certificate is good for a host name or an address. */
export const isGoodFor = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined
