// A certificate that somebody brought along, with its key: files in PEM form, as mkcert, certbot or a company's CA write
// them. What is wrong with them is said before anything listens.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { StartError } from '../start-error.ts'
import { type Identity, readIdentity } from './identity.ts'

/**
 * @param certFile the certificate, and after it those that lead to its CA, if any
 * @param keyFile its private key, without a passphrase
 * @throws StartError that names the file
 */
export async function ownIdentity(certFile: string, keyFile: string): Promise<Identity> {
  const chain = await textOf(certFile)
  const key = await textOf(keyFile)
  check(() => new X509Certificate(chain), `${certFile} holds no certificate in PEM form`)
  check(() => createPrivateKey(key), `${keyFile} holds no private key in PEM form that needs no passphrase`)
  return check(
    () => readIdentity(chain, key),
    `the key in ${keyFile} is not that of the certificate in ${certFile}`,
  )
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new StartError(`${file} cannot be read: ${(cause as Error).message}`)
  }
}

function check<T>(read: () => T, complaint: string): T {
  try {
    return read()
  } catch {
    throw new StartError(complaint)
  }
}
