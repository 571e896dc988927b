// Keys that outlive a start: where they are, who may read them, and what happens where they cannot be kept.
import { type ChildProcess, spawn } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { PoolKeys } from '../../../src/idp/domain/keys.ts'
import { cachedKeys, defaultKeyFolder } from '../../../src/idp/stores/key-cache.ts'

const pool = 'us-east-1_KeyCache'
const kids = ({ id, access }: PoolKeys) => [id.kid, access.kid]
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

/** A way to be told of trouble when there must be none. */
const noTrouble = (sentence: string): never => {
  throw new Error(`trouble: ${sentence}`)
}

/** Where the first story leaves keys for those that need some. */
const home = join(t.testdir(), 'deep', 'keys')

t.test('the folder is in the cache of the user', async (t) => {
  t.equal(defaultKeyFolder({ XDG_CACHE_HOME: '/somewhere' }), join('/somewhere', 'mocknito', 'keys'))
  t.equal(defaultKeyFolder({}), join(homedir(), '.cache', 'mocknito', 'keys'))
  t.equal(defaultKeyFolder({ XDG_CACHE_HOME: '' }), join(homedir(), '.cache', 'mocknito', 'keys'))
})

t.test('the first start makes keys and keeps them; the second has the same', async (t) => {
  const folder = home
  const first = await cachedKeys(pool, folder, noTrouble)
  t.not(first.id.kid, first.access.kid, 'two keys, as Cognito has')
  t.match(first.id.kid, /^[A-Za-z0-9+/]{43}=$/)
  t.strictSame(readdirSync(folder), [`${pool}.json`], 'and no draft beside it')
  t.equal(modeOf(join(folder, `${pool}.json`)), '600')
  t.equal(modeOf(folder), '700')
  t.equal(modeOf(join(folder, '..')), '700')

  const text = readFileSync(join(folder, `${pool}.json`), 'utf8')
  const second = await cachedKeys(pool, folder, noTrouble)
  t.strictSame(kids(second), kids(first))
  t.equal(readFileSync(join(folder, `${pool}.json`), 'utf8'), text, 'the file is left alone')

  const token = await first.access.sign({ hello: 'world' })
  const [header, payload, signature] = token.split('.')
  const published = second.jwks.keys.find(({ kid }) => kid === first.access.kid)
  const key = createPublicKey({ key: published as never, format: 'jwk' })
  t.ok(
    verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(String(signature), 'base64url')),
  )
})

t.test('pools do not share keys', async (t) => {
  const one = await cachedKeys(pool, home, noTrouble)
  const other = await cachedKeys('us-east-1_Other', home, noTrouble)
  t.equal(new Set([...kids(one), ...kids(other)]).size, 4)
})

t.test('nothing private is published', async (t) => {
  const { jwks } = await cachedKeys(pool, home, noTrouble)
  for (const key of jwks.keys) t.strictSame(Object.keys(key), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  const material: Record<string, Record<string, string>> = JSON.parse(
    readFileSync(join(home, `${pool}.json`), 'utf8'),
  )
  const published = JSON.stringify(jwks)
  for (const [name, jwk] of Object.entries(material))
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
      t.notOk(published.includes(String(jwk[member])), `${member} of ${name}`)
  t.notOk(
    published.includes(String(material.refresh?.n)),
    'the key of refresh tokens is not published at all',
  )
})

t.test('first starts at once agree on one file', async (t) => {
  const folder = join(t.testdir(), 'keys')
  const starts = await Promise.all([1, 2].map(() => cachedKeys(pool, folder, noTrouble)))
  t.equal(new Set(starts.map((keys) => kids(keys).join())).size, 1)
  t.strictSame(readdirSync(folder), [`${pool}.json`])
})

t.test('first starts in two processes agree too', async (t) => {
  const folder = join(t.testdir(), 'keys')
  const script = fileURLToPath(new URL('first-start.ts', import.meta.url))
  const start = () => spawn(process.execPath, [...process.execArgv, script, pool, folder], { stdio: 'pipe' })
  const [one, other] = await Promise.all([start(), start()].map(whatItSays))
  t.equal(one, other)
  t.strictSame(kids(await cachedKeys(pool, folder, noTrouble)), JSON.parse(String(one)))
  t.strictSame(readdirSync(folder), [`${pool}.json`])
})

async function whatItSays(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  child.stderr?.pipe(process.stderr)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the process ended with ${code}`)
  return text
}

t.test('a damaged file is replaced, and the next start has the new keys', async (t) => {
  const material = JSON.parse(readFileSync(join(home, `${pool}.json`), 'utf8'))
  const damages = {
    'cut off': JSON.stringify(material).slice(0, 1000),
    'one key short': JSON.stringify({ ...material, refresh: undefined }),
    'public halves only': JSON.stringify({ ...material, id: { ...material.id, d: undefined } }),
  }
  for (const [damage, text] of Object.entries(damages)) {
    const folder = t.testdir()
    const file = join(folder, `${pool}.json`)
    writeFileSync(file, text, { mode: 0o644 })
    const made = await cachedKeys(pool, folder, noTrouble)
    t.strictSame(kids(await cachedKeys(pool, folder, noTrouble)), kids(made), damage)
    t.strictSame(readdirSync(folder), [`${pool}.json`], damage)
    t.equal(modeOf(file), '600', damage)
  }
})

t.test('where keys cannot be kept it works all the same, and says so in one sentence', async (t) => {
  const file = join(t.testdir({ file: 'not a folder' }), 'file')
  const folder = join(file, 'keys')
  const said: string[] = []
  const keys = await cachedKeys(pool, folder, (sentence) => said.push(sentence))
  t.equal(keys.byKid(keys.id.kid), keys.id)
  t.match(await keys.id.sign({}), /^[\w-]+\.[\w-]+\.[\w-]+$/)
  t.equal(said.length, 1)
  t.match(
    said[0],
    `the keys of ${pool} could not be kept in ${folder}, so the next start makes others: ENOTDIR`,
  )
  t.notMatch(said[0], /\n/)
  t.notOk(existsSync(folder))
})

t.test('a folder where the file should be is trouble, and leaves no draft behind', async (t) => {
  const folder = t.testdir()
  mkdirSync(join(folder, `${pool}.json`))
  const said: string[] = []
  const keys = await cachedKeys(pool, folder, (sentence) => said.push(sentence))
  t.equal(keys.jwks.keys.length, 2)
  t.match(said, [/could not be kept in .*, so the next start makes others: EISDIR/])
  t.strictSame(readdirSync(folder), [`${pool}.json`])
})
