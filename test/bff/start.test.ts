import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Environment } from '../../src/bff/config.ts'
import { runBff, type Surroundings } from '../../src/bff/program.ts'
import { startBff } from '../../src/bff/start.ts'
import { startIssuer } from '../support/issuer.ts'
import { Browser, bffFor, environmentFor } from './browser.ts'

t.test('the BFF starts without its identity provider, says so, and recovers with it', async (t) => {
  const first = await startIssuer()
  const { app, lines } = await bffFor(first)
  await first.close()

  const page = await app.inject('/auth/login')
  t.equal(page.statusCode, 503)
  t.match(page.body, 'The identity provider cannot be reached')
  const tried = `${first.url}/.well-known/openid-configuration`
  const json = await app.inject({ url: '/auth/login', headers: { accept: 'application/json' } })
  t.equal(json.statusCode, 503)
  t.equal(json.json().error, 'identity_provider_unavailable')
  t.match(json.json().message, `Tried ${tried};`)
  t.notMatch(json.body, 'ECONNREFUSED', 'what is behind it is nobody’s business')
  t.match(lines.join(''), `${tried}: fetch failed (connect ECONNREFUSED`)
  t.match(lines.join(''), tried)
  t.equal((await app.inject('/auth/status')).statusCode, 200)
  t.strictSame((await app.inject('/health')).json(), {
    status: 'ok',
    failures: { revocation: 0, globalSignOut: 0 },
  })
  t.equal((await app.inject({ method: 'HEAD', url: '/health' })).statusCode, 200)
  const logout = await new Browser(app).logOut()
  t.equal(logout.statusCode, 503, 'the session here is over, the one there cannot be reached')
  t.ok(logout.headers['set-cookie'])

  const { port } = new URL(first.origin)
  await using second = await startIssuer({ port: Number(port) })
  const browser = new Browser(app)
  t.equal((await browser.logIn()).statusCode, 303)
  await browser.logIn()
  const lookups = second.seen.filter((path) => path.endsWith('openid-configuration'))
  t.equal(lookups.length, 1, 'found once, remembered for good')
})

t.test('logins that come at once share one look-up', async (t) => {
  await using issuer = await startIssuer()
  const { app } = await bffFor(issuer)
  await Promise.all([1, 2, 3, 4].map(() => app.inject('/auth/login')))
  t.equal(issuer.seen.length, 1)
})

t.test('an issuer that is not one is told apart from one that is down', async (t) => {
  await using issuer = await startIssuer()
  for (const [COGNITO_ISSUER, reason] of [
    [`${issuer.origin}/nothing`, 'unexpected HTTP response status code 404'],
    [issuer.url.replace('127.0.0.1', 'localhost'), 'does not match the expected issuer'],
  ] as const) {
    const { app, lines } = await bffFor(issuer, { COGNITO_ISSUER })
    t.equal((await app.inject('/auth/login')).statusCode, 503)
    t.match(lines.join(''), reason)
  }
})

t.test('an issuer on https is spoken to on https', async (t) => {
  await using issuer = await startIssuer()
  const { app } = await bffFor(issuer, { COGNITO_ISSUER: issuer.url.replace('http:', 'https:') })
  t.match((await app.inject('/auth/login')).body, 'Tried https://127.0.0.1')
  t.strictSame(issuer.seen, [])
})

t.test('a provider that goes away in the middle of a login', async (t) => {
  await using issuer = await startIssuer()
  issuer.behaviour.dead = ['/oauth2/token']
  const { app } = await bffFor(issuer)
  const answer = await new Browser(app).logIn('/auth/login?returnTo=/orders')
  t.equal(answer.statusCode, 503)
  t.match(answer.body, `${issuer.origin}/oauth2/token`)
  t.match(answer.body, '%2Forders', 'the next try leads to the same place')
})

t.test('on port 0 the public URL follows the real port', async (t) => {
  await using issuer = await startIssuer()
  await using bff = await startBff(environmentFor(issuer), { port: 0 })
  t.equal(bff.url, `http://localhost:${bff.port}`)
  const answer = await fetch(`${bff.url}/auth/login`, { headers: { accept: 'application/json' } })
  const { loginUrl } = (await answer.json()) as { loginUrl: string }
  t.equal(new URL(loginUrl).searchParams.get('redirect_uri'), `${bff.url}/auth/callback`)
})

t.test('the home page is whole, and holds neither inline script nor inline style', async (t) => {
  await using issuer = await startIssuer()
  await using bff = await startBff({ ...environmentFor(issuer), BFF_PORT: '0' })
  const page = await (await fetch(bff.url)).text()
  t.match(page, 'Log in')
  t.notMatch(page, /<script>|<style|\sstyle=|\son\w+=/)
  for (const [, path] of page.matchAll(/(?:href|src)="(\/[^"]*\.\w+)"/g)) {
    const answer = await fetch(bff.url + path)
    t.equal(answer.status, 200, String(path))
    await answer.arrayBuffer()
  }
})

t.test('as a program it prints its URL, and ends cleanly on a signal', async (t) => {
  await using issuer = await startIssuer()
  const main = fileURLToPath(new URL('../../src/bff/main.ts', import.meta.url))
  const env = { ...process.env, ...environmentFor(issuer), BFF_PORT: '0' }
  const child = spawn(process.execPath, [...process.execArgv, main], { env })
  const ended = once(child, 'close')
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })

  const [said] = await once(child.stdout, 'data')
  t.match(String(said), /^http:\/\/localhost:\d+\n$/)
  const answer = await fetch(`${String(said).trim()}/auth/status`)
  t.strictSame(await answer.json(), { loggedIn: false })
  child.kill('SIGTERM')
  t.strictSame(await ended, [0, null])
  t.match(log, '"path":"/auth/status"')
})

/** What the program says, run in surroundings that have only this environment. */
async function saidIn(env: Environment) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const surroundings = Object.assign(new EventEmitter(), { env, stdout, stderr })
  const exitCode = await runBff(surroundings as unknown as Surroundings)
  surroundings.emit('SIGINT')
  return { exitCode, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

t.test('a program that cannot start says in plain words why', async (t) => {
  await using issuer = await startIssuer()
  const env = environmentFor(issuer)
  t.match(await saidIn({}), {
    exitCode: 1,
    stdout: /^$/,
    stderr: /COGNITO_ISSUER is missing.*COGNITO_CLIENT_ID is missing/s,
  })

  const squatter = createServer().listen(0, 'localhost')
  await once(squatter, 'listening')
  const { port } = squatter.address() as AddressInfo
  t.match(await saidIn({ ...env, BFF_PORT: String(port) }), {
    exitCode: 1,
    stderr: 'The port of the BFF is already in use: set BFF_PORT to another one.',
  })
  squatter.close()

  t.match(await saidIn({ ...env, BFF_PORT: '0', BFF_HOST: '192.0.2.1' }), {
    exitCode: 1,
    stderr: /^The BFF cannot start: .*EADDRNOTAVAIL/,
  })
  t.match(await saidIn({ ...env, BFF_PORT: '0' }), { exitCode: 0, stdout: /^http:/ })
})
