// The certificates of the HTTPS port before anybody connects: what is in them, how long they are good, and what is kept
// where.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Certificate } from 'pkijs'
import t from 'tap'
import { howToTrust } from '../../src/https/how-to-trust.ts'
import { isGoodFor } from '../../src/https/identity.ts'
import { localIdentity } from '../../src/https/local-authority.ts'
import { certificateName, isLoopbackName, loopbackNames } from '../../src/https/names.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const dayMilliseconds = 86_400_000
const today = new Date()
const inDays = (days: number) => new Date(today.getTime() + days * dayMilliseconds)

/** A way to be told of trouble when there must be none. */
const noTrouble = (sentence: string): never => {
  throw new Error(`trouble: ${sentence}`)
}

interface Wanted {
  readonly names?: readonly string[]
  readonly now?: Date
  readonly onTrouble?: (sentence: string) => void
}

/** What a start would show, and the CA behind it. */
async function identityIn(folder: string, { names = [], now = today, onTrouble = noTrouble }: Wanted = {}) {
  const { identity, trust } = await localIdentity({
    names: [...loopbackNames, ...names],
    folder,
    now,
    onTrouble,
  })
  return { ...identity, ...trust, authority: new X509Certificate(trust.ca) }
}

/** By object identifier, RFC 5280 §4.2.1. */
const extensionsOf = ({ raw }: X509Certificate) =>
  Object.fromEntries(
    (Certificate.fromBER(raw).extensions ?? []).map(({ extnID, critical, extnValue }) => [
      extnID,
      { critical, octets: Buffer.from(extnValue.getValue()).toString('hex') },
    ]),
  )

/** Where the first story leaves a CA for those that need one. */
const home = join(t.testdir(), 'deep', 'https')

t.test('the first start makes a CA and a certificate and keeps them; the second has the same', async (t) => {
  const first = await identityIn(home)
  t.strictSame(
    readdirSync(home).sort(),
    ['ca-and-key.pem', 'ca.pem', 'server.pem'],
    'and no drafts beside them',
  )
  for (const file of readdirSync(home)) t.equal(modeOf(join(home, file)), '600', file)
  t.equal(modeOf(home), '700')
  t.equal(modeOf(join(home, '..')), '700')
  t.equal(first.caFile, join(home, 'ca.pem'))
  t.equal(readFileSync(join(home, 'ca.pem'), 'utf8'), first.ca)
  t.notMatch(first.ca + first.chain, 'PRIVATE')

  const written = () => readdirSync(home).map((file) => statSync(join(home, file)).mtimeMs)
  const before = written()
  const second = await identityIn(home)
  t.equal(second.chain, first.chain)
  t.equal(second.ca, first.ca)
  t.strictSame(written(), before, 'the files are left alone')
})

t.test('the CA is one by every word of RFC 5280, and can vouch for this machine only', async (t) => {
  const { authority } = await identityIn(home)
  t.ok(authority.ca)
  t.match(authority.subject, /^CN=mocknito local CA \(.+\)$/)
  t.equal(authority.issuer, authority.subject)
  t.ok(authority.verify(authority.publicKey))
  t.match(extensionsOf(authority), {
    '2.5.29.19': { critical: true, octets: '30060101ff020100' },
    '2.5.29.15': { critical: true, octets: '03020106' },
    '2.5.29.37': { critical: false, octets: '300a06082b06010505070301' },
    '2.5.29.14': { critical: false },
    '2.5.29.30': { critical: true },
  })
  const permitted = extensionsOf(authority)['2.5.29.30']?.octets
  t.match(permitted, Buffer.from('localhost').toString('hex'))
  t.match(permitted, '87087f000000ff000000', '127.0.0.0/8')
  t.match(permitted, `8720${'00'.repeat(15)}01${'ff'.repeat(16)}`, '::1')
})

t.test('the certificate of the server is signed by it, for every name, for less than 398 days', async (t) => {
  const { certificate, authority, key } = await identityIn(home)
  t.ok(certificate.checkIssued(authority))
  t.ok(certificate.verify(authority.publicKey))
  t.ok(certificate.checkPrivateKey(createPrivateKey(key)))
  t.notOk(certificate.ca)
  t.strictSame(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'serverAuth')
  t.equal(
    certificate.subjectAltName,
    'DNS:localhost, DNS:*.localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  )
  const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / dayMilliseconds
  t.ok(days > 300 && days < 398, `${days} days`)
  t.ok(Date.parse(certificate.validFrom) < Date.now() - dayMilliseconds / 2, 'a clock may be behind')
  t.ok(Date.parse(authority.validTo) > Date.parse(certificate.validTo), 'the CA outlives it')
  t.not(certificate.serialNumber, authority.serialNumber)
})

t.test('a host name or an address is good or not, as clients will find', async (t) => {
  const { certificate } = await identityIn(home)
  for (const name of [...loopbackNames, 'LOCALHOST']) t.ok(isGoodFor(certificate, name), name)
  for (const name of ['mocknito.localhost', '127.0.0.2', '::2', 'localhost.example', 'a b', ''])
    t.notOk(isGoodFor(certificate, name), name)
})

t.test(
  'a name that is missing means another certificate of the same CA; one too many does not',
  async (t) => {
    const folder = t.testdir()
    const without = await identityIn(folder)
    const withIt = await identityIn(folder, { names: ['mocknito.localhost', '127.0.0.2'] })
    t.not(withIt.chain, without.chain)
    t.equal(withIt.ca, without.ca)
    t.match(withIt.certificate.subjectAltName, 'DNS:mocknito.localhost, IP Address:127.0.0.2')
    t.equal((await identityIn(folder)).chain, withIt.chain)
  },
)

t.test('names that lie elsewhere get a CA of their own, whatever their order', async (t) => {
  const folder = t.testdir()
  const here = await identityIn(folder)
  const names = ['cognito.test', '*.apps.test', '192.168.1.5', 'fe80::a:1']
  const elsewhere = await identityIn(folder, { names })
  t.not(elsewhere.ca, here.ca)
  t.not(elsewhere.caFile, here.caFile)
  for (const name of [...loopbackNames, ...names]) t.ok(isGoodFor(elsewhere.certificate, name), name)
  t.ok(elsewhere.certificate.verify(elsewhere.authority.publicKey))
  const permitted = extensionsOf(elsewhere.authority)['2.5.29.30']?.octets
  for (const base of [
    Buffer.from('cognito.test').toString('hex'),
    `8209${Buffer.from('apps.test').toString('hex')}`,
    '8708c0a80105ffffffff',
    `8720fe80${'00'.repeat(10)}000a0001${'ff'.repeat(16)}`,
  ])
    t.match(permitted, base)
  t.match(elsewhere.authority.subject, '192.168.1.5')

  t.equal((await identityIn(folder, { names: names.toReversed() })).ca, elsewhere.ca)
  t.not((await identityIn(folder, { names: names.slice(1) })).ca, elsewhere.ca)
  t.equal((await identityIn(folder)).chain, here.chain, 'the one for this machine is as it was')
})

t.test('a certificate is made again a month before its end, a CA when it cannot outlive one', async (t) => {
  const folder = t.testdir()
  const first = await identityIn(folder)
  const soon = await identityIn(folder, { now: inDays(359) })
  t.equal(soon.chain, first.chain)
  const late = await identityIn(folder, { now: inDays(361) })
  t.not(late.chain, first.chain)
  t.equal(late.ca, first.ca)
  t.ok(Date.parse(late.certificate.validTo) > inDays(740).getTime())

  const yearsLater = await identityIn(folder, { now: inDays(3259) })
  t.equal(yearsLater.ca, first.ca)
  const atTheEnd = await identityIn(folder, { now: inDays(3261) })
  t.not(atTheEnd.ca, first.ca)
  t.ok(atTheEnd.certificate.verify(atTheEnd.authority.publicKey))
  t.equal(readFileSync(join(folder, 'ca.pem'), 'utf8'), atTheEnd.ca)
})

t.test('whatever is damaged is made again', async (t) => {
  const folder = t.testdir()
  const file = (name: string) => join(folder, name)
  const first = await identityIn(folder)
  const text = readFileSync(file('server.pem'), 'utf8')

  writeFileSync(file('server.pem'), text.slice(0, 300))
  const cutOff = await identityIn(folder)
  t.ok(cutOff.certificate.verify(first.authority.publicKey))
  writeFileSync(file('server.pem'), first.key + cutOff.chain)
  const mixedUp = await identityIn(folder)
  t.ok(mixedUp.certificate.checkPrivateKey(createPrivateKey(mixedUp.key)))

  writeFileSync(file('ca.pem'), 'nothing')
  t.equal((await identityIn(folder)).ca, first.ca)
  t.equal(readFileSync(file('ca.pem'), 'utf8'), first.ca)

  writeFileSync(file('ca-and-key.pem'), '')
  const another = await identityIn(folder)
  t.not(another.ca, first.ca)
  t.ok(another.certificate.verify(another.authority.publicKey), 'the certificate is of the new CA')
  t.equal((await identityIn(folder)).chain, another.chain)
  t.equal(readdirSync(folder).length, 3)
})

t.test('first starts at once agree on one CA', async (t) => {
  const folder = join(t.testdir(), 'https')
  const starts = await Promise.all([1, 2, 3].map(() => identityIn(folder)))
  for (const { ca, certificate, authority } of starts) {
    t.equal(ca, starts[0]?.ca)
    t.ok(certificate.verify(authority.publicKey))
  }
  t.equal(readFileSync(join(folder, 'ca.pem'), 'utf8'), starts[0]?.ca)
  t.equal(readdirSync(folder).length, 3)
})

t.test('where a CA cannot be kept it works all the same, and says so in one sentence', async (t) => {
  const file = join(t.testdir({ file: 'not a folder' }), 'file')
  const said: string[] = []
  const onTrouble = (sentence: string) => void said.push(sentence)
  const lost = await identityIn(join(file, 'https'), { onTrouble })
  t.ok(lost.certificate.verify(lost.authority.publicKey))
  t.notOk('caFile' in lost)
  t.equal(said.length, 1)
  t.match(
    said[0],
    `the local CA could not be kept in ${join(file, 'https')}, so the next start makes another`,
  )
  t.match(said[0], 'ENOTDIR')

  const folder = t.testdir()
  mkdirSync(join(folder, 'ca.pem'))
  const unpublished = await identityIn(folder, { onTrouble })
  t.notOk('caFile' in unpublished)
  t.match(said[1], /could not be kept in .*EISDIR/)
  t.equal(said.length, 2)
  t.strictSame(readdirSync(folder).sort(), ['ca-and-key.pem', 'ca.pem', 'server.pem'])
})

t.test('a name has one way to be spelled', async (t) => {
  for (const [text, name] of [
    ['localhost', 'localhost'],
    ['Cognito.Test', 'cognito.test'],
    ['*.Apps.test', '*.apps.test'],
    ['my_service', 'my_service'],
    ['bücher.test', 'xn--bcher-kva.test'],
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['FE80::000A:1', 'fe80::a:1'],
  ] as const)
    t.equal(certificateName(text), name, text)
  for (const text of [
    '',
    '*',
    'a b',
    'a..b',
    'cognito.test.',
    'cognito.test:9443',
    'https://cognito.test',
    'cognito.test/login',
    'a.*.test',
    '-a.test',
    `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(127)}test`,
    'fe80::1%eth0',
    '[cognito.test',
  ])
    t.throws(
      () => certificateName(text),
      { name: 'StartError', message: `the https name ${text} is neither a host name nor an IP address` },
      text,
    )
})

t.test('some names lead to this machine, whoever asks', async (t) => {
  for (const name of [...loopbackNames, 'mocknito.localhost', '*.a.localhost', '127.1.2.3'])
    t.ok(isLoopbackName(name), name)
  for (const name of [
    'cognito.test',
    '*.test',
    'notlocalhost',
    'localhost.test',
    '128.0.0.1',
    '::2',
    'fe80::1',
  ])
    t.notOk(isLoopbackName(name), name)
})

t.test('each system has its own command to trust a CA', async (t) => {
  t.match(howToTrust('/a b/ca.pem', 'darwin'), /^security add-trusted-cert .*"\/a b\/ca\.pem"$/)
  t.match(howToTrust('C:\\ca.pem', 'win32'), /^certutil -user -addstore Root "C:\\ca\.pem"$/)
  t.match(howToTrust('/ca.pem', 'linux'), /^certutil -d sql:\$HOME\/\.pki\/nssdb .*-i "\/ca\.pem"$/)
})
