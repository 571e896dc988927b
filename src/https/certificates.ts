// X.509 certificates (RFC 5280), made and signed: that of a CA, and that of a server. Loaded only when one has to be
// made, because loading PKI.js takes longer than the rest of a start over TLS.
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  webcrypto,
  X509Certificate,
} from 'node:crypto'
import { isIP } from 'node:net'
import { BitString, Integer, OctetString, Utf8String } from 'asn1js'
import {
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
  GeneralNames,
  GeneralSubtree,
  NameConstraints,
  PublicKeyInfo,
  RelativeDistinguishedNames,
} from 'pkijs'
import { type Identity, readIdentity } from './identity.ts'

/** What a certificate says of whom it names, beside its extensions. */
export interface Particulars {
  readonly commonName: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** RFC 4519 §2.3, RFC 5280 §4.2.1. */
const commonNameId = '2.5.4.3'
const serverAuthId = '1.3.6.1.5.5.7.3.1'

/**
 * A CA that can vouch for servers of this machine and for those by the given names, and for nothing else in the world:
 * who steals its key cannot pass for anybody's bank.
 *
 * @param names as `certificateName` spells them; a host name stands for all below it, too
 */
export async function createAuthority(particulars: Particulars, names: readonly string[]): Promise<Identity> {
  const keys = createKeys()
  const permittedSubtrees = [
    generalName('localhost'),
    addressRange('127.0.0.0', 8),
    addressRange('::1'),
    ...names.map((name) => (isIP(name) === 0 ? generalName(name.replace('*.', '')) : addressRange(name))),
  ].map((base) => new GeneralSubtree({ base }))
  const certificate = describe(particulars, keys, [
    extension('2.5.29.19', new BasicConstraints({ cA: true, pathLenConstraint: 0 }).toSchema(), 'critical'),
    extension('2.5.29.15', bits(0b0000_0110, 1), 'critical'), // keyCertSign, cRLSign
    extension('2.5.29.37', new ExtKeyUsage({ keyPurposes: [serverAuthId] }).toSchema()),
    extension('2.5.29.30', new NameConstraints({ permittedSubtrees }).toSchema(), 'critical'),
  ])
  certificate.issuer = certificate.subject
  return sign(certificate, keys.privateKey, keys.privateKey)
}

/**
 * A certificate for a server that is called by these names.
 *
 * @param names as `certificateName` spells them, each of which the CA may vouch for
 */
export async function createServerCertificate(
  particulars: Particulars,
  names: readonly string[],
  authority: Identity,
): Promise<Identity> {
  const keys = createKeys()
  const issuer = Certificate.fromBER(authority.certificate.raw)
  const keyIdentifier = new OctetString({ valueHex: keyIdOf(issuer.subjectPublicKeyInfo) })
  const certificate = describe(particulars, keys, [
    extension('2.5.29.19', new BasicConstraints({ cA: false }).toSchema(), 'critical'),
    extension('2.5.29.15', bits(0b1000_0000, 7), 'critical'), // digitalSignature
    extension('2.5.29.37', new ExtKeyUsage({ keyPurposes: [serverAuthId] }).toSchema()),
    extension('2.5.29.17', new GeneralNames({ names: names.map(generalName) }).toSchema()),
    extension('2.5.29.35', new AuthorityKeyIdentifier({ keyIdentifier }).toSchema()),
  ])
  certificate.issuer = issuer.subject
  return sign(certificate, keys.privateKey, authority.key)
}

interface Keys {
  readonly publicKey: PublicKeyInfo
  /** In PEM form. */
  readonly privateKey: string
}

/** P-256: known to every client, and made in no time. */
function createKeys(): Keys {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { publicKey: PublicKeyInfo.fromBER(publicKey), privateKey }
}

/** RFC 7093 §2, method 1. */
const keyIdOf = ({ subjectPublicKey }: PublicKeyInfo): Buffer =>
  createHash('sha256').update(subjectPublicKey.valueBlock.valueHexView).digest().subarray(0, 20)

function describe(
  { commonName, notBefore, notAfter }: Particulars,
  { publicKey }: Keys,
  extensions: Extension[],
): Certificate {
  const certificate = new Certificate()
  certificate.version = 2
  certificate.serialNumber = new Integer({ valueHex: positive(randomBytes(16)) })
  certificate.subject = new RelativeDistinguishedNames({
    typesAndValues: [
      new AttributeTypeAndValue({ type: commonNameId, value: new Utf8String({ value: commonName }) }),
    ],
  })
  certificate.notBefore.value = notBefore
  certificate.notAfter.value = notAfter
  certificate.subjectPublicKeyInfo = publicKey
  const keyId = new OctetString({ valueHex: keyIdOf(publicKey) })
  certificate.extensions = [...extensions, extension('2.5.29.14', keyId)]
  return certificate
}

async function sign(certificate: Certificate, key: string, issuerKey: string): Promise<Identity> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const pkcs8 = createPrivateKey(issuerKey).export({ type: 'pkcs8', format: 'der' })
  const signer = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
  await certificate.sign(signer, 'SHA-256')
  const der = Buffer.from(certificate.toSchema().toBER())
  return readIdentity(new X509Certificate(der).toString(), key)
}

function extension(extnID: string, content: { toBER(): ArrayBuffer }, importance?: 'critical'): Extension {
  return new Extension({ extnID, critical: importance === 'critical', extnValue: content.toBER() })
}

const bits = (octet: number, unusedBits: number): BitString =>
  new BitString({ valueHex: Uint8Array.of(octet), unusedBits })

/** RFC 5280 §4.2.1.6: 2 is a host name, 7 an address. */
const generalName = (name: string): GeneralName =>
  isIP(name) === 0
    ? new GeneralName({ type: 2, value: name })
    : new GeneralName({ type: 7, value: new OctetString({ valueHex: octetsOf(name) }) })

/** RFC 5280 §4.2.1.10: an address and its mask, one after the other. */
function addressRange(address: string, prefixBits?: number): GeneralName {
  const octets = octetsOf(address)
  const mask = octets.map((_, index) => (prefixBits === undefined || index * 8 < prefixBits ? 255 : 0))
  return new GeneralName({ type: 7, value: new OctetString({ valueHex: Uint8Array.of(...octets, ...mask) }) })
}

function octetsOf(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.'), Number)
  const [front = [], back = []] = address.split('::').map((part) => part.split(':').filter(Boolean))
  const groups = [...front, ...Array(8 - front.length - back.length).fill('0'), ...back]
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  )
}

/** Two's complement: a serial number must not be negative, and must not begin with a zero that is not needed. */
function positive(octets: Uint8Array): Uint8Array {
  octets[0] = (Number(octets[0]) & 0x7f) | 0x40
  return octets
}
