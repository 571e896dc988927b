// The article's main argument: credentials change, and no client and no login in progress needs to know.
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { credentialsInFile, rotatingCredentials } from '../../src/bff/credentials.ts'
import { startIssuer } from '../support/issuer.ts'
import { Browser, bffFor, standingClock } from './browser.ts'

t.test('a secret rotates while people are in the midst of a login', async (t) => {
  await using issuer = await startIssuer()
  const { clientId, clientSecret } = issuer
  const credentials = rotatingCredentials({ clientId, clientSecret })
  const { app } = await bffFor(issuer, {}, { credentials })
  const [before, between, after] = [new Browser(app), new Browser(app), new Browser(app)]
  const callback = await before.fetchCallback()

  issuer.clientSecrets.push('the-new-one')
  const callbackBetween = await between.fetchCallback()
  credentials.rotate({ clientId, clientSecret: 'the-new-one' })
  issuer.clientSecrets.shift()
  t.equal((await before.get(callback)).statusCode, 303, 'begun before, ended after the old one was deleted')
  t.equal((await between.get(callbackBetween)).statusCode, 303)
  t.equal((await after.logIn()).statusCode, 303)
})

t.test('a BFF that knows the new secret before the provider does makes do with the old', async (t) => {
  await using issuer = await startIssuer()
  const { clientId, clientSecret } = issuer
  const credentials = rotatingCredentials({ clientId, clientSecret })
  credentials.rotate({ clientId, clientSecret: 'not-there-yet' })
  const clock = standingClock()
  for (const [BFF_TOKEN_AUTH, challenges] of [
    ['basic', false],
    ['basic', true],
    ['post', false],
  ] as const) {
    issuer.behaviour.challenges = challenges
    const { app } = await bffFor(issuer, { COGNITO_TOKEN_AUTH: BFF_TOKEN_AUTH }, { credentials, clock })
    const browser = new Browser(app)
    t.equal((await browser.logIn()).statusCode, 303)
    t.equal((await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })).statusCode, 204)
    const before = issuer.revoked.length
    await browser.logOut()
    t.equal(issuer.revoked.length, before + 1)
  }
})

t.test(
  'a code is sent once, also where there are two secrets and what comes after it is refused',
  async (t) => {
    await using issuer = await startIssuer()
    const { clientId, clientSecret } = issuer
    const credentials = rotatingCredentials({ clientId, clientSecret: 'retired' })
    credentials.rotate({ clientId, clientSecret })
    issuer.behaviour.userInfoRefuses = true
    const { app } = await bffFor(issuer, {}, { credentials })
    t.equal((await new Browser(app).logIn()).statusCode, 502)
    t.equal(issuer.seen.filter((path) => path === '/oauth2/token').length, 1)
  },
)

t.test('a client that is known no more cannot go on', async (t) => {
  await using issuer = await startIssuer()
  const { clientId, clientSecret } = issuer
  const known = rotatingCredentials({ clientId, clientSecret })
  let forgotten = false
  const credentials = { current: known.current, of: (id: string) => (forgotten ? [] : known.of(id)) }
  const { app, lines } = await bffFor(issuer, {}, { credentials })
  const [one, other] = [new Browser(app), new Browser(app)]
  await one.logIn()
  const callback = await other.fetchCallback()
  forgotten = true
  t.equal((await one.send('POST', '/auth/refresh', { 'x-csrf': '1' })).statusCode, 401)
  t.equal((await other.get(callback)).statusCode, 502)
  t.match(lines.join(''), `no credentials are known of client ${clientId}`)
})

t.test(
  'a BFF whose credentials are in a file takes up what is written there while people log in',
  async (t) => {
    await using issuer = await startIssuer({ clientId: 'a-client' })
    const { clientId } = issuer
    const file = join(t.testdir(), 'credentials')
    const write = (text: string, at: number) => {
      writeFileSync(file, text)
      utimesSync(file, at, at)
    }
    write(`${clientId} ${issuer.clientSecret}\n`, 1)
    const { app, lines } = await bffFor(issuer, {
      COGNITO_CLIENT_ID: undefined,
      COGNITO_CLIENT_SECRET: undefined,
      COGNITO_CREDENTIALS_FILE: file,
    })
    const browser = new Browser(app)
    const callback = await browser.fetchCallback()
    issuer.clientSecrets.splice(0, 1, 'the-new-one')
    write(`${clientId} the-new-one\n`, 2)
    t.equal(
      (await browser.get(callback)).statusCode,
      303,
      'begun with the old secret, ended with the new one',
    )

    write(`another-client s\n${clientId} the-new-one\n`, 3)
    const refreshed = await browser.send('POST', '/auth/refresh', { 'x-csrf': '1' })
    t.equal(refreshed.statusCode, 204, 'a session goes on with the client that it began with')
    const next = await app.inject('/auth/login')
    t.match(String(next.headers.location), 'client_id=another-client', 'a login that begins now does not')

    rmSync(file)
    mkdirSync(file)
    t.equal((await app.inject('/auth/login')).statusCode, 302)
    t.match(lines.join(''), 'the credentials are those of before')
  },
)

t.test('credentials in a file count as soon as they are written', async (t) => {
  await using issuer = await startIssuer()
  const path = join(t.testdir(), 'credentials')
  const write = (text: string, at: number) => {
    writeFileSync(path, text)
    utimesSync(path, at, at)
  }
  write('a-client old\n', 1)
  const complaints: string[] = []
  const source = credentialsInFile(path, (sentence) => complaints.push(sentence))
  t.strictSame(source.current(), { clientId: 'a-client', clientSecret: 'old' })
  write('another-client newest\na-client new\na-client old\npublic\n', 2)
  t.strictSame(source.current(), { clientId: 'another-client', clientSecret: 'newest' })
  t.strictSame(
    source.of('a-client').map(({ clientSecret }) => clientSecret),
    ['new', 'old'],
  )
  t.strictSame(source.of('public'), [{ clientId: 'public', clientSecret: undefined }])
  t.strictSame(source.of('nobody'), [])
  write('', 3)
  t.equal(source.current().clientSecret, 'newest', 'a file that is just being written')
  rmSync(path)
  t.equal(source.current().clientSecret, 'newest', 'or replaced')
  t.strictSame(complaints, [])
  mkdirSync(path)
  t.equal(source.current().clientSecret, 'newest', 'or unreadable')
  t.match(complaints, [/^the credentials are those of before, since they cannot be read: EISDIR/])
  rmSync(path, { recursive: true })

  write('\n\n', 4)
  t.throws(() => credentialsInFile(path, t.fail), {
    message: /has no line of the form: client-id client-secret$/,
  })
  await t.rejects(bffFor(issuer, { COGNITO_CLIENT_ID: undefined, COGNITO_CREDENTIALS_FILE: path }), {
    name: 'ConfigError',
    message: /COGNITO_CREDENTIALS_FILE cannot be used/,
  })
})
