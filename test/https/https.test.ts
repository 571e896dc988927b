// HTTPS beside HTTP, over real sockets and with clients that verify everything: by which names, with which origin, with
// whose certificate; what is said to those who cannot connect; and that nothing stays open.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, createServer as createSecureServer, get } from 'node:https'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { connect as connectSecurely } from 'node:tls'
import { promisify } from 'node:util'
import * as openid from 'openid-client'
import t, { type Test } from 'tap'
import { createAuthority, createServerCertificate } from '../../src/https/certificates.ts'
import type { Identity } from '../../src/https/identity.ts'
import type { HttpsOptions, SecurePort } from '../../src/https/index.ts'
import { createUrls } from '../../src/idp/urls.ts'
import { type StartedMocknito, type StartOptions, startMocknito } from '../../src/start.ts'
import { alice, createBrowser } from '../support/browser.ts'
import { authorizeUrl, claimsOf, exchange } from '../support/oauth.ts'
import { trusting } from '../support/tls.ts'
import { lastReason, startWorld } from '../support/world.ts'

const run = promisify(execFile)

type SecureWorld = StartedMocknito & { readonly https: SecurePort }

/** A mock that speaks TLS as well. */
const startSecureWorld = async (t: Test, options: StartOptions = {}): Promise<SecureWorld> =>
  (await startWorld(t, { https: true, ...options })) as SecureWorld

const discoveryPath = '/us-east-1_LocalPool/.well-known/openid-configuration'
const at = ({ https }: SecureWorld, name: string) => `https://${name}:${https.port}`

/** What discovery says to someone who trusts the CA of the mock, and calls it by a name. */
async function metadataAt(mock: SecureWorld, name: string): Promise<Record<string, string>> {
  return (await (await trusting(mock.https.ca)(at(mock, name) + discoveryPath)).json()) as Record<
    string,
    string
  >
}

const now = Date.now()
const validity = { notBefore: new Date(now - 60_000), notAfter: new Date(now + 86_400_000) }
const companyCa = await createAuthority({ commonName: 'a CA of a company', ...validity }, ['login.test'])

/** A certificate for a server, from the company's CA. */
const certify = (names: readonly string[]): Promise<Identity> =>
  createServerCertificate({ commonName: 'a server', ...validity }, names, companyCa)

t.test('the same server, verified, by every name that the certificate has', async (t) => {
  const mock = await startSecureWorld(t)
  const { https } = mock
  t.equal(https.url, `https://127.0.0.1:${https.port}`)
  t.not(https.port, mock.port)
  t.match(mock.url, /^http:/)
  for (const name of ['localhost', '127.0.0.1', 'mocknito.localhost']) {
    const { issuer, ...metadata } = await metadataAt(mock, name)
    t.equal(issuer, `${at(mock, name)}/us-east-1_LocalPool`)
    const urls = Object.values(metadata).filter((value) => /^https?:/.test(value))
    t.equal(urls.length, 6)
    for (const url of urls) t.ok(url.startsWith(`${at(mock, name)}/`), url)
  }
  const tooLong = await trusting(https.ca)(`${https.url}/login?state=${'x'.repeat(20_000)}`)
  t.equal(tooLong.status, 431)
  t.match(lastReason(mock), /^http\.head-size: /, 'what the parser gives up on is in the log')
  const { issuer } = (await (await fetch(mock.url + discoveryPath)).json()) as { issuer: string }
  t.equal(issuer, mock.pool.issuer, 'http is http')

  await t.rejects(metadataAt(mock, 'other.localhost'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  const distrustful = trusting(undefined)
  await t.rejects(distrustful(https.url + discoveryPath), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
})

t.test('without the option there is no such port', async (t) => {
  t.equal((await startWorld(t)).https, undefined)
  t.equal((await startWorld(t, { https: false })).https, undefined)
})

t.test('a login over https: Secure cookies, and an issuer that no other name changes', async (t) => {
  const mock = await startSecureWorld(t)
  const browser = createBrowser(trusting(mock.https.ca))
  const authorize = authorizeUrl(mock).replace(mock.url, mock.https.url)
  const page = await browser.get(authorize)
  t.equal(page.location?.origin, mock.https.url)
  for (const cookie of page.headers.getSetCookie()) t.match(cookie, /; Secure$/)

  const callback = await browser.signIn(authorize, alice)
  t.ok(browser.cookie(mock.https.url, 'cognito'))
  const again = await browser.get(authorize)
  t.equal(again.location?.searchParams.get('state'), 'some-state', 'the session is there')

  const { body } = await exchange(mock, String(callback.searchParams.get('code')))
  const issuer = `${mock.https.url}/us-east-1_LocalPool`
  t.equal(claimsOf(String(body.id_token)).iss, issuer, 'though the code was exchanged over http')
  t.equal(claimsOf(String(body.access_token)).iss, issuer)
  const headers = { authorization: `Bearer ${body.access_token}` }
  t.equal((await fetch(`${mock.url}/oauth2/userInfo`, { headers })).status, 200)
  const secureUserInfo = await trusting(mock.https.ca)(`${mock.https.url}/oauth2/userInfo`, { headers })
  t.match(await secureUserInfo.json(), { username: 'alice' })
})

t.test('openid-client, which insists on https, logs in as anywhere', async (t) => {
  const mock = await startSecureWorld(t)
  const { id, callbackUrls } = mock.pool.client('spa')
  const issuer = `${at(mock, 'localhost')}/${mock.pool.id}`
  const ask = trusting(mock.https.ca)
  const provider = await openid.discovery(new URL(issuer), id, undefined, openid.None(), {
    [openid.customFetch]: (url, options) => ask(url, options as RequestInit),
    execute: [openid.enableNonRepudiationChecks],
  })
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const authorize = openid.buildAuthorizationUrl(provider, {
    redirect_uri: String(callbackUrls[0]),
    scope: 'openid email',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const callback = await createBrowser(ask).signIn(authorize, alice)
  const tokens = await openid.authorizationCodeGrant(provider, callback, { pkceCodeVerifier })
  t.match(tokens.claims(), { iss: issuer, 'cognito:username': 'alice' })
  const user = await openid.fetchUserInfo(provider, tokens.access_token, String(tokens.claims()?.sub))
  t.equal(user.username, 'alice')
})

t.test(
  'a process that is told about the CA by its environment trusts the port, and no other does',
  async (t) => {
    const mock = await startSecureWorld(t)
    const script = `fetch('${at(mock, 'localhost')}${discoveryPath}').then(
    async (answer) => console.log((await answer.json()).issuer),
    ({ cause }) => console.log(cause.code))`
    const told = async (NODE_EXTRA_CA_CERTS: string | undefined) =>
      (await run(process.execPath, ['-e', script], { env: { NODE_EXTRA_CA_CERTS } })).stdout.trim()
    t.equal(await told(mock.https.caFile), `${at(mock, 'localhost')}/us-east-1_LocalPool`)
    t.equal(await told(undefined), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  },
)

t.test('further names are names of the server over https, and only there', async (t) => {
  const mock = await startSecureWorld(t, { https: { names: ['Cognito.test', 'my_service'] } })
  for (const name of ['cognito.test', 'my_service', 'localhost'])
    t.match(await metadataAt(mock, name), { issuer: `${at(mock, name)}/us-east-1_LocalPool` })

  const asked = (server: string) =>
    trusting(mock.https.ca)(server + discoveryPath, { headers: { host: 'stranger.test' } })
  t.equal((await asked(mock.https.url)).status, 421)
  t.match(lastReason(mock), /^host\.named: the request came for Host stranger\.test/)
  const overHttp = connect(mock.port, '127.0.0.1')
  overHttp.end(`GET ${discoveryPath} HTTP/1.1\r\nHost: cognito.test\r\nConnection: close\r\n\r\n`)
  t.match(await text(overHttp), /^HTTP\/1\.1 421 /)

  const browser = createBrowser(trusting(mock.https.ca))
  const authorize = authorizeUrl(mock).replace(mock.url, at(mock, 'cognito.test'))
  const callback = await browser.signIn(authorize, alice)
  const { body } = await exchange(mock, String(callback.searchParams.get('code')))
  t.equal(claimsOf(String(body.access_token)).iss, `${at(mock, 'cognito.test')}/us-east-1_LocalPool`)
  const headers = { authorization: `Bearer ${body.access_token}` }
  t.equal((await fetch(`${mock.url}/oauth2/userInfo`, { headers })).status, 200)
})

t.test('what the server does not call itself is no issuer of its own', (t) => {
  const pool = { id: 'us-east-1_LocalPool', region: 'us-east-1', issuerType: 'original' as const }
  const urls = createUrls({
    issuer: 'local',
    isCertified: (name) => name === 'cognito.test' || name === 'fe80::1',
  })
  for (const origin of [
    'http://localhost:1',
    'https://localhost',
    'https://cognito.test:1',
    'https://[fe80::1]:1',
  ])
    t.ok(urls.announces(pool, `${origin}/${pool.id}`), origin)
  for (const origin of [
    'http://cognito.test:1',
    'https://other.test',
    'https://cognito.test/a',
    'ftp://localhost',
    '',
  ])
    t.notOk(urls.announces(pool, `${origin}/${pool.id}`), origin)
  t.notOk(urls.announces(pool, 'https://localhost/us-east-1_Other'))
  const withoutHttps = createUrls({ issuer: 'local' })
  t.notOk(withoutHttps.announces(pool, `https://cognito.test:1/${pool.id}`))
  t.end()
})

t.test('a public URL is what browsers say, so the certificate is good for it', async (t) => {
  const mock = await startSecureWorld(t, { publicUrl: 'https://login.test:8443' })
  const metadata = await metadataAt(mock, 'login.test')
  t.equal(metadata.issuer, 'https://login.test:8443/us-east-1_LocalPool')
  t.equal(mock.pool.issuer, metadata.issuer)
  const plain = await startSecureWorld(t, { publicUrl: 'http://login.test:8080' })
  await t.rejects(metadataAt(plain, 'login.test'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

t.test('a proxy in front may speak https to it', async (t) => {
  const mock = await startSecureWorld(t, { trustProxy: true })
  const issuerFor = async (headers: Record<string, string>) => {
    const answer = await trusting(mock.https.ca)(mock.https.url + discoveryPath, { headers })
    return ((await answer.json()) as { issuer: string }).issuer.replace(`/${mock.pool.id}`, '')
  }
  t.equal(await issuerFor({ 'x-forwarded-host': 'login.example.com' }), 'https://login.example.com')
  t.equal(
    await issuerFor({ 'x-forwarded-host': 'login.example.com', 'x-forwarded-proto': 'http' }),
    'http://login.example.com',
  )
})

t.test(
  'a certificate that somebody brought along is shown, and its names are those of the server',
  async (t) => {
    const { chain, key } = await certify(['login.test', 'localhost'])
    const folder = t.testdir({ 'cert.pem': chain + companyCa.chain, 'key.pem': key })
    const https = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
    const mock = await startSecureWorld(t, { https })
    t.strictSame(Object.keys(mock.https).sort(), ['port', 'url'], 'nobody is told to trust a CA')
    const ofCompany = { ...mock, https: { ...mock.https, ca: companyCa.chain } }
    for (const name of ['login.test', 'localhost'])
      t.match(await metadataAt(ofCompany, name), { issuer: `${at(mock, name)}/us-east-1_LocalPool` })
    await t.rejects(metadataAt(ofCompany, '127.0.0.1'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  },
)

t.test('what cannot be used is said before anything listens', async (t) => {
  const { chain, key } = await certify(['localhost'])
  const other = await certify(['localhost'])
  const folder = t.testdir({ 'cert.pem': chain, 'key.pem': key, 'other.pem': other.key, 'empty.pem': '' })
  const file = (name: string) => join(folder, name)
  writeFileSync(file('der.pem'), companyCa.certificate.raw)
  const listening = countListening()
  const refused = (https: HttpsOptions, message: RegExp | string) =>
    t.rejects(startMocknito({ https }), { name: 'StartError', message }, String(message))

  await refused({ names: ['a b'] }, 'the https name a b is neither a host name nor an IP address')
  await refused({ cert: file('cert.pem') }, /^a certificate and its key .*; .*cert\.pem came alone$/)
  await refused({ key: file('key.pem') }, /^a certificate and its key .*; .*key\.pem came alone$/)
  await refused({ cert: file('none.pem'), key: file('key.pem') }, /^\S*none\.pem cannot be read: ENOENT/)
  await refused({ cert: file('cert.pem'), key: folder }, `${folder} cannot be read: EISDIR`)
  for (const name of ['empty.pem', 'key.pem', 'der.pem'])
    await refused({ cert: file(name), key: file('key.pem') }, /\.pem holds no certificate in PEM form$/)
  for (const name of ['empty.pem', 'cert.pem'])
    await refused(
      { cert: file('cert.pem'), key: file(name) },
      /\.pem holds no private key in PEM form that needs/,
    )
  await refused(
    { cert: file('cert.pem'), key: file('other.pem') },
    `the key in ${file('other.pem')} is not that of the certificate in ${file('cert.pem')}`,
  )
  await refused(
    { cert: file('cert.pem'), key: file('key.pem'), names: ['cognito.test'] },
    /cert\.pem has the names that it has: further ones/,
  )
  t.equal(await untilListening(listening), listening)
})

const countListening = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPServerWrap').length

/** Resolves when so many sockets listen: one that is closed goes within the next turns of the event loop. */
async function untilListening(count: number): Promise<number> {
  for (let turns = 0; turns < 20 && countListening() !== count; turns++) await setImmediate()
  return countListening()
}

t.test('a port that is taken is an error, and the other one is let go of', async (t) => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  t.teardown(() => squatter.close())
  const { port } = squatter.address() as AddressInfo
  const listening = countListening()
  await t.rejects(startMocknito({ https: { port } }), { code: 'EADDRINUSE', port })
  await t.rejects(startMocknito({ port, https: true }), { code: 'EADDRINUSE', port })
  t.equal(await untilListening(listening), listening)
})

t.test('IPv6 addresses stand in brackets', async (t) => {
  const probe = createServer().listen(0, '::1')
  const hasIpv6 = await Promise.race([
    once(probe, 'listening').then(() => true),
    once(probe, 'error').then(() => false),
  ])
  probe.close()
  if (!hasIpv6) return t.pass('this machine has no IPv6')
  const mock = await startSecureWorld(t, { host: '::1' })
  t.match(mock.https.url, /^https:\/\/\[::1\]:\d+$/)
  const asked = get(mock.https.url + discoveryPath, { ca: mock.https.ca, agent: false })
  const [answer] = await once(asked, 'response')
  t.match(JSON.parse(await text(answer)), { issuer: `${mock.https.url}/us-east-1_LocalPool` })
})

t.test('closing lets go of secure connections, whatever they are at, at once', async (t) => {
  const mock = (await startMocknito({ https: true })) as SecureWorld
  const { port, ca, url } = mock.https
  const keptAlive = new Agent({ keepAlive: true, ca })
  const [answer] = await once(get(url + discoveryPath, { agent: keptAlive }), 'response')
  const { socket } = answer
  await text(answer)
  const silent = connect(port, '127.0.0.1')
  await once(silent, 'connect')
  const halfSaid = connectSecurely({ port, host: '127.0.0.1', ca })
  await once(halfSaid, 'secureConnect')
  halfSaid.write('POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n')
  const ended = [socket, silent, halfSaid].map(
    (each: Socket) =>
      new Promise((resolve) =>
        each
          .on('error', () => {})
          .on('close', resolve)
          .resume(),
      ),
  )
  const begun = performance.now()
  await mock.close()
  await Promise.all(ended)
  t.ok(performance.now() - begun < 3000, 'no time-out was waited for')
  await t.rejects(trusting(ca)(url), { code: 'ECONNREFUSED' })
  await mock.close()
})

t.test('a kept connection lives as long as over http', async (t) => {
  const mock = await startSecureWorld(t)
  const [secure] = await once(
    get(mock.https.url + discoveryPath, {
      agent: false,
      ca: mock.https.ca,
      headers: { connection: 'keep-alive' },
    }),
    'response',
  )
  secure.resume()
  const plain = await fetch(mock.url + discoveryPath)
  t.match(secure.headers['keep-alive'], /^timeout=\d+$/)
  t.equal(secure.headers['keep-alive'], plain.headers.get('keep-alive'))
})

t.test('who cannot connect is told why in the log, once', async (t) => {
  const lines: string[] = []
  const mock = await startSecureWorld(t, { log: (line) => lines.push(line) })
  /** Says something before the handshake, and waits until the server hangs up. */
  const say = async (bytes: string) => {
    const socket = connect(mock.https.port, '127.0.0.1')
    socket.on('error', () => {}).write(bytes)
    await new Promise((resolve) => socket.on('close', resolve).resume())
  }
  await say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  t.strictSame(lines, ['somebody speaks http to the https port: say https:// there'])
  const curl = async () => (await run('curl', ['-sS', mock.https.url]).catch((error) => error)).stderr
  for (const _ of ['once', 'again']) t.match(await curl(), 'SSL certificate problem')
  t.match(lines, [
    /^somebody/,
    /^a client refuses the certificate of the https port: it does not trust the CA/,
  ])
  await say('neither of them\r\n\r\n')
  await say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  t.equal(lines.length, 2)
})

t.test('a CA cannot vouch for a name that is none of its own', async (t) => {
  const { chain, key } = await certify(['bank.example', 'localhost'])
  const server = createSecureServer({ cert: chain, key }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  for (const name of ['bank.example', 'localhost'])
    await t.rejects(trusting(companyCa.chain)(`https://${name}:${port}`), /permitted subtree violation/)
})
