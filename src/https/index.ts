// HTTPS beside HTTP: what a start needs of this folder. It settles which certificate the second port shows, one that
// somebody brought along or one of this machine's own CA, before anything listens.
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { createClock } from '../idp/domain/clock.ts'
import { StartError } from '../start-error.ts'
import { isGoodFor } from './identity.ts'
import { localIdentity, type Trust } from './local-authority.ts'
import { certificateName, loopbackNames } from './names.ts'
import { ownIdentity } from './own-certificate.ts'
import { securePort } from './secure-port.ts'

export interface HttpsOptions {
  /** Default: 0, a free port. */
  readonly port?: number
  /** Further host names and addresses that the certificate is to be good for; loopback names are in it anyway. */
  readonly names?: readonly string[]
  /**
   * A certificate of your own, with those that lead to its CA: a file in PEM form. Default: one that is signed by a CA
   * of this machine.
   */
  readonly cert?: string
  /** The private key of `cert`: a file in PEM form. */
  readonly key?: string
}

/** The port of a mock that speaks TLS. With a certificate of your own there is nothing about a CA. */
export interface SecurePort extends Partial<Trust> {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string
  readonly port: number
}

export interface Surroundings {
  /** The host in URLs of the server. */
  readonly host: string
  /** By which it is called as well. */
  readonly names: readonly string[]
  /** Where private keys are kept between starts. */
  readonly keyFolder: string
  readonly log: (line: string) => void
}

export interface PreparedHttps {
  /** Whether the certificate is good for a host name or an address. */
  isCertified(name: string): boolean
  /** Ties the port to an application that does not listen yet: they end together. The result begins to listen. */
  beside(app: FastifyInstance): (host: string) => Promise<SecurePort>
}

/**
 * @throws StartError if a name or a file cannot be used
 * @example
 * const https = await prepareHttps({ names: ['cognito.test'] }, surroundings)
 * const listenSecurely = https.beside(app)
 * await app.listen({ host: '127.0.0.1' })
 * const { url, caFile } = await listenSecurely('127.0.0.1')
 */
export async function prepareHttps(
  options: HttpsOptions,
  { host, names, keyFolder, log }: Surroundings,
): Promise<PreparedHttps> {
  const { identity, trust } =
    (await broughtAlong(options)) ??
    (await localIdentity({
      names: [...new Set([...loopbackNames, host, ...names, ...(options.names ?? [])].map(certificateName))],
      folder: join(keyFolder, 'https'),
      now: createClock().now(),
      onTrouble: log,
    }))
  return {
    isCertified: (name) => isGoodFor(identity.certificate, name),
    beside(app) {
      const listen = securePort(app, identity, log)
      return async (address) => {
        const port = await listen({ host: address, port: options.port ?? 0 })
        return { url: `https://${host}:${port}`, port, ...trust }
      }
    },
  }
}

async function broughtAlong({ cert, key, names }: HttpsOptions) {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined)
    throw new StartError(
      `a certificate and its key (--cert and --key) are given together; ${cert ?? key} came alone`,
    )
  if (names !== undefined)
    throw new StartError(
      `${cert} has the names that it has: further ones (--https-name) need a certificate that is made here`,
    )
  return { identity: await ownIdentity(cert, key), trust: {} }
}
