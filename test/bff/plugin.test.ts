// The BFF in somebody else's app, and told by options instead of an environment.
import { readdirSync, readFileSync } from 'node:fs'
import cookie from '@fastify/cookie'
import { fastify } from 'fastify'
import t from 'tap'
import { bff, ConfigError } from '../../src/bff/index.ts'
import { startIssuer } from '../support/issuer.ts'
import { Browser, visit } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)

const options = {
  issuer: issuer.url,
  clientId: issuer.clientId,
  clientSecret: issuer.clientSecret,
  publicUrl: 'https://app.example',
}

t.test('it minds its own paths', async (t) => {
  const app = fastify()
  app.get('/', async () => 'home of the app')
  app.get('/broken', async () => {
    throw new Error('of the app')
  })
  await app.register(bff, options)
  const browser = new Browser(app)
  t.equal((await browser.logIn()).statusCode, 303)
  t.equal((await browser.status()).user.username, 'alice')

  const home = await browser.get('/')
  t.equal(home.body, 'home of the app')
  t.equal(home.headers['content-security-policy'], undefined)
  t.match((await browser.get('/broken')).json(), { message: 'of the app' })
  t.match((await browser.get('/nothing')).json(), { error: 'Not Found' })

  const problem = await app.inject('/auth/callback')
  t.match(problem.body, 'This log-in cannot be completed')
  const style = await browser.get(String(/href="([^"]+\.css)"/.exec(problem.body)?.[1]))
  t.equal(style.statusCode, 200)
  t.match(style.headers['content-type'], 'text/css')
})

t.test('it lives with the cookies of the app, and below a prefix', async (t) => {
  const app = fastify()
  await app.register(cookie)
  const proxies = { '/api': 'http://127.0.0.1:9' }
  await app.register(bff, { ...options, prefix: '/account', proxies })
  const browser = new Browser(app)
  const away = await browser.get('/account/auth/login?returnTo=/orders')
  const { location } = await visit(String(away.headers.location))
  t.equal(location.origin + location.pathname, 'https://app.example/account/auth/callback')
  t.equal((await browser.get(location.pathname + location.search)).headers.location, '/orders')
  t.equal((await browser.get('/account/api/x')).json().error, 'api_unavailable')
  t.equal((await browser.get('/%61%63count/api/x')).json().error, 'unsafe_path', 'begins elsewhere')
  const { logoutUrl } = (await browser.get('/account/auth/status')).json()
  t.match(logoutUrl, '/account/auth/logout?sid=')
  t.equal((await browser.get(logoutUrl)).statusCode, 303)
  t.equal((await browser.get('/account/auth/login?returnTo=/account/auth/login')).statusCode, 400)
  const problem = await app.inject('/account/auth/callback')
  t.match(problem.body, 'href="/account/auth/login?')
  t.match(problem.body, 'href="/account/auth/problem.css"')
})

t.test('in the log of the app, too, a callback keeps its code to itself', async (t) => {
  const lines: string[] = []
  const app = fastify({ logger: { stream: { write: (line: string) => lines.push(line) } } })
  app.get('/of-the-app', async () => 'as it likes')
  await app.register(bff, options)
  await app.inject('/of-the-app?page=2')
  const browser = new Browser(app)
  const { location } = await visit(String((await browser.get('/auth/login')).headers.location))
  t.equal((await browser.get(location.pathname + location.search)).statusCode, 303)
  const logged = lines.join('')
  t.match(logged, '"path":"/auth/callback"')
  for (const secret of [location.searchParams.get('code'), location.searchParams.get('state'), browser.sid])
    t.notOk(logged.includes(String(secret)))
  t.match(logged, '/of-the-app?page=2', 'what is not ours is logged as ever')
})

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const filesIn = (folder: string) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map((path) => folder + path)

t.test('it is as long to read as its page says', async (t) => {
  const linesOf = (path: string) =>
    read(path)
      .split('\n')
      .filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length
  const count = (paths: readonly string[]) => paths.reduce((sum, path) => sum + linesOf(path), 0)

  const [, reading = ''] = /## Where to begin reading(.*?)## Routes/s.exec(read('docs/bff.md')) ?? []
  const [prose = ''] = reading.split('```')
  const named = [...prose.matchAll(/`(?:src\/bff\/)?([\w/]+\.ts)`/g)].map(([, path]) => `src/bff/${path}`)
  t.equal(named.length, 10)
  t.match(prose, `in ${count(named)} lines of code`)

  const all = filesIn('src/bff/').filter((path) => path.endsWith('.ts'))
  const [apps, series] = ['apps', 'series'].map((part) => all.filter((path) => path.includes(`/${part}/`)))
  const aside = /\/(stores|apps|series)\/|bff\/(pages|app|start|program|main)\.ts|routes\/(home|health)\.ts/
  t.match(prose, `has ${count(all.filter((path) => !aside.test(path)))}.`)
  t.match(prose, new RegExp(`\`apps\`.* has ${count(apps ?? [])},`, 's'))
  t.match(prose, new RegExp(`\`series\`.* ${count(series ?? [])}\\.`, 's'))
})

t.test('every requirement has a row, and the code and the tests that it names are there', async (t) => {
  const rows = [...read('docs/bff.md').matchAll(/^\| ([AP]-\d\d) \|.*\|([^|]*)\|([^|]*)\|$/gm)]
  const numbered = (letter: string, most: number) =>
    Array.from({ length: most }, (_, index) => `${letter}-${String(index + 1).padStart(2, '0')}`)
  t.strictSame(
    rows.map(([, id]) => id),
    [...numbered('A', 23), ...numbered('P', 35)],
  )

  const quoted = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => String(name))
  const there = ['src/', 'views/', 'docs/'].flatMap(filesIn)
  const tests = filesIn('test/')
  for (const [, id, code, proof] of rows) {
    for (const name of quoted(code))
      t.ok(
        there.some((path) => `/${path}/`.includes(`/${name.replace(/\/$/, '')}/`)),
        `${id}: ${name}`,
      )
    const named = quoted(proof)
    t.ok(named.length > 0, `${id} is tested`)
    for (const name of named)
      t.ok(
        tests.some((path) => [`test/${name}`, `test/${name}.ts`, `test/${name}.test.ts`].includes(path)),
        `${id}: test/${name}`,
      )
  }
})

t.test('options that cannot be used stop the start', async (t) => {
  const app = fastify()
  await t.rejects(async () => await app.register(bff, { clientId: 'x' }), ConfigError)
  const misspelt = { ...options, cookieSamesite: 'Lax' }
  await t.rejects(async () => await fastify().register(bff, misspelt), /cookieSamesite is not an option/)
})
