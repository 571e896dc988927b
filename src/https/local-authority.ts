// A CA of this machine, and the certificate that it signs for the HTTPS port, both kept between starts, so that who has
// trusted the CA once need not do it again. It can vouch for this machine only. Names that lie elsewhere get a CA of
// their own, which can vouch for them as well, and has to be trusted separately.
import { createHash, X509Certificate } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { kept, replaceFile } from '../idp/stores/kept-file.ts'
import type { Particulars } from './certificates.ts'
import { type Identity, isGoodFor, readIdentity } from './identity.ts'
import { isLoopbackName } from './names.ts'

const dayMilliseconds = 86_400_000

/** Browsers refuse certificates of servers that are good for more than 398 days, and clocks differ. */
const validDays = { authority: 3650, server: 390, before: 1 } as const

/** A server that runs for long should not be surprised by the end of its certificate. */
const leastDaysLeft = { authority: validDays.server, server: 30 } as const

/** The CA that clients have to trust. */
export interface Trust {
  /** Its certificate, in PEM form. */
  readonly ca: string
  /** The file that holds the certificate, as NODE_EXTRA_CA_CERTS wants it. Absent if it could not be kept. */
  readonly caFile?: string
}

export interface LocalIdentityWanted {
  /** As `certificateName` spells them. */
  readonly names: readonly string[]
  /** Where the CA is, or will be; made if it is not there. */
  readonly folder: string
  readonly now: Date
  /** Told, in a sentence, if a new CA could not be kept: it then lasts as long as the process. */
  readonly onTrouble: (sentence: string) => void
}

/** A certificate for these names from the CA of this machine, and its key. */
export async function localIdentity(
  wanted: LocalIdentityWanted,
): Promise<{ readonly identity: Identity; readonly trust: Trust }> {
  const { names, folder, now } = wanted
  const elsewhere = names.filter((name) => !isLoopbackName(name)).sort()
  const mark = elsewhere.length === 0 ? '' : `-${shortHash(elsewhere.join(' '))}`
  const caFile = join(folder, `ca${mark}.pem`)
  let isKept = true
  const onTrouble = (why: string) => {
    isKept = false
    wanted.onTrouble(
      `the local CA could not be kept in ${folder}, so the next start makes another that nobody trusts yet: ${why}`,
    )
  }

  const authority = await kept({
    file: join(folder, `ca${mark}-and-key.pem`),
    read: (text) => usable(text, (ca) => daysLeft(ca, now) > leastDaysLeft.authority),
    async make() {
      const { createAuthority } = await import('./certificates.ts')
      const commonName = `mocknito local CA (${[hostname(), ...elsewhere].join(', ')})`
      return asText(await createAuthority(particulars(commonName, validDays.authority, now), elsewhere))
    },
    onTrouble,
  })
  const identity = await kept({
    file: join(folder, `server${mark}.pem`),
    read: (text) =>
      usable(
        text,
        (certificate) =>
          certificate.verify(authority.certificate.publicKey) &&
          daysLeft(certificate, now) > leastDaysLeft.server &&
          names.every((name) => isGoodFor(certificate, name)),
      ),
    async make() {
      const { createServerCertificate } = await import('./certificates.ts')
      return asText(
        await createServerCertificate(particulars('mocknito', validDays.server, now), names, authority),
      )
    },
    // Whoever could not keep the CA has been told; this one is made again, and nobody sees a difference.
    onTrouble: () => {},
  })

  const ca = authority.certificate.toString()
  if (isKept) await replaceFile(caFile, ca).catch(({ message }: Error) => onTrouble(message))
  return { identity, trust: { ca, ...(isKept && { caFile }) } }
}

const asText = ({ key, chain }: Identity): string => key + chain

function usable(text: string, isStillGood: (certificate: X509Certificate) => boolean): Identity | undefined {
  const certificate = new X509Certificate(text)
  return isStillGood(certificate) ? readIdentity(certificate.toString(), text) : undefined
}

/** X.520 allows 64 characters. */
function particulars(commonName: string, days: number, now: Date): Particulars {
  const inDays = (count: number) => new Date(now.getTime() + count * dayMilliseconds)
  return { commonName: commonName.slice(0, 64), notBefore: inDays(-validDays.before), notAfter: inDays(days) }
}

const daysLeft = ({ validTo }: X509Certificate, now: Date): number =>
  (Date.parse(validTo) - now.getTime()) / dayMilliseconds

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)
