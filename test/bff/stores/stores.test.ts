// The stores: one suite for all, and what is particular to each.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t from 'tap'
import { type Fingerprint, fingerprint } from '../../../src/bff/secrets.ts'
import { fileStore } from '../../../src/bff/stores/file.ts'
import { memoryStore } from '../../../src/bff/stores/memory.ts'
import type { SessionRecord, Store } from '../../../src/bff/stores/store.ts'
import { sweptStore } from '../../../src/bff/stores/swept.ts'
import { readRecipe } from '../../support/recipe.ts'
import { storeConformance } from './conformance.ts'
import { tableInMemory } from './table.ts'

t.test('memory', async (t) => {
  await storeConformance(t, memoryStore())
})

t.test('a folder, and the same folder as another process sees it', async (t) => {
  const folder = t.testdir()
  await storeConformance(t, await fileStore(folder), await fileStore(folder))
})

t.test('the recipe for DynamoDB, on a stand-in for the table', async (t) => {
  const path = join(t.testdir(), 'dynamo-store.mjs')
  await writeFile(path, readRecipe('bff-on-dynamodb', 'dynamo-store.mjs'))
  const { dynamoStore } = (await import(pathToFileURL(path).href)) as {
    dynamoStore(db: unknown, tableName: string): Store
  }
  const table = tableInMemory()
  const seenBy = (): Store => ({
    ...dynamoStore(table, 'sessions'),
    sweep: async (now) => table.expire(now), // there the table itself does it
  })
  await storeConformance(t, seenBy(), seenBy())

  await dynamoStore(table, 'sessions').sweep(0)
  const broken = { put: () => Promise.reject(new Error('no network')) }
  await t.rejects(dynamoStore(broken, 'sessions').replaceSession({ ...record, version: '1' }, record), {
    message: 'no network',
  })
  const carol = fingerprint('of many')
  for (const name of ['1', '2', '3', '4', '5'])
    await seenBy().addSession({ ...record, subject: carol, id: fingerprint(`${name} of many`) })
  t.equal((await seenBy().sessionsOf(carol)).length, 5, 'page by page')
})

t.test('in memory the oldest that waits gives way, since anybody may begin a login', async (t) => {
  const store = memoryStore(2)
  const [one, two, three] = ['one', 'two', 'three'].map(fingerprint) as [never, never, never]
  for (const key of [one, two, three]) await store.keepOnce(key, 'value', 10)
  t.equal(await store.takeOnce(one, 0), undefined)
  t.equal(await store.takeOnce(two, 0), 'value')
  t.equal(await store.takeOnce(three, 0), 'value')
})

const record: SessionRecord = {
  id: fingerprint('a session'),
  subject: fingerprint('alice'),
  expiresAt: 2e12,
  sealed: 'sealed',
}

t.test('only the owner can read the folder, and nothing is left lying about', async (t) => {
  const folder = t.testdir()
  const store = await fileStore(folder)
  await store.addSession(record)
  const found = await store.findSession(record.id)
  await store.replaceSession(found as never, { ...record, expiresAt: 1 })
  await store.keepOnce(fingerprint('k'), 'v', 2e12)
  const files = await readdir(join(folder, 'sessions', record.id))
  t.equal(files.length, 2, 'a version, and the name that says so')
  for (const path of [`sessions/${record.id}/${files[0]}`, `once/${fingerprint('k')}`])
    t.equal((await stat(join(folder, path))).mode & 0o077, 0)
  await store.takeOnce(fingerprint('k'), 0)
  await store.removeSession(record.id)
  for (const name of ['sessions', 'once', 'scratch']) t.strictSame(await readdir(join(folder, name)), [])
})

t.test('what a killed process left half done is cleared away later', async (t) => {
  const folder = t.testdir()
  const store = await fileStore(folder)
  const [old, recent] = ['old', 'recent'].map((name) => join(folder, 'scratch', name)) as [string, string]
  for (const path of [old, recent]) await mkdir(path)
  await writeFile(join(old, 'current.x'), '')
  const longAgo = new Date(Date.now() - 3_600_000)
  await utimes(old, longAgo, longAgo)
  await store.sweep(0)
  t.strictSame(await readdir(join(folder, 'scratch')), ['recent'])
})

t.test('what is no session is not taken for one, and what may pass is not taken for none', async (t) => {
  const folder = t.testdir()
  const store = await fileStore(folder)
  await store.addSession(record)
  const path = join(folder, 'sessions', fingerprint('another session'))
  await writeFile(path, '')
  await t.rejects(store.findSession(fingerprint('another session')), { code: 'ENOTDIR' })
  t.equal((await store.sessionsOf(record.subject)).length, 1)
  await rm(path)
  await symlink(path, path)
  await t.rejects(store.sessionsOf(record.subject), { code: 'ELOOP' })
})

t.test('what a loss of power has left in part is no session, and is cleared away', async (t) => {
  for (const damage of ['', '{"id":"', '\0\0\0']) {
    const folder = t.testdir()
    const store = await fileStore(folder)
    const [well, other] = ['well', 'other'].map(fingerprint) as [Fingerprint, Fingerprint]
    for (const id of [record.id, well, other]) await store.addSession({ ...record, id })
    const sessions = join(folder, 'sessions')
    for (const name of await readdir(join(sessions, record.id)))
      if (name.endsWith('.json')) await writeFile(join(sessions, record.id, name), damage)
    await writeFile(join(sessions, '.DS_Store'), damage)
    t.equal(await store.findSession(record.id), undefined)
    for (const name of await readdir(join(sessions, well)))
      if (name.startsWith('current.')) await rm(join(sessions, well, name))
    t.match(await store.sessionsOf(record.subject), [{ id: other }])
    t.strictSame((await readdir(sessions)).sort(), ['.DS_Store', other])

    const [key, expired] = ['damaged', 'expired'].map(fingerprint) as [never, never]
    await store.keepOnce(key, 'value', 2e12)
    await store.keepOnce(expired, 'value', 10)
    await writeFile(join(folder, 'once', key), damage)
    await store.sweep(10)
    t.strictSame(await readdir(join(folder, 'once')), [])
    t.equal(await store.takeOnce(key, 0), undefined)
  }
})

t.test('thousands of sessions are not all opened at once, however many ask', async (t) => {
  const folder = t.testdir()
  const store = await fileStore(folder)
  const many = Array.from({ length: 350 }, (_, index) => ({ ...record, id: fingerprint(String(index)) }))
  for (const each of many) await store.addSession(each)
  const counter = fileURLToPath(new URL('./counter.ts', import.meta.url))
  const node = [process.execPath, ...process.execArgv, counter, folder, record.subject]
  const child = spawn('sh', ['-c', 'ulimit -n 200 && exec "$@"', 'sh', ...node])
  const ended = once(child, 'close')
  t.equal(await text(child.stdout), Array(10).fill('350').join(' '))
  await ended
})

t.test(
  'a store that sweeps itself does so when something is added, once a minute, and nobody waits',
  async (t) => {
    let now = 1_000_000
    const swept: number[] = []
    const log: unknown[] = []
    const inside: Store = {
      ...memoryStore(),
      sweep: async (when) => {
        swept.push(when)
        throw new Error('the disk is gone')
      },
    }
    const error = (...said: unknown[]) => void log.push(said)
    const store = sweptStore(inside, { now: () => new Date(now) }, { error } as never)
    await store.keepOnce(fingerprint('a'), 'value', 2e12)
    await store.addSession(record)
    t.strictSame(swept, [now])
    now += 60_000
    await store.addSession({ ...record, id: fingerprint('another session') })
    t.strictSame(swept, [now - 60_000, now])
    t.strictSame(log[0], [{ reason: 'the disk is gone' }, 'the store could not forget what has expired'])
    await storeConformance(t, sweptStore(memoryStore(), { now: () => new Date(0) }, { error } as never))
  },
)

t.test('kill -9 in the midst of writing loses nothing and breaks nothing', async (t) => {
  const folder = t.testdir()
  const store = await fileStore(folder)
  await store.addSession({ ...record, expiresAt: 0 })
  const writer = fileURLToPath(new URL('./writer.ts', import.meta.url))
  for (const _ of [1, 2, 3]) {
    const child = spawn(process.execPath, [...process.execArgv, writer, folder, record.id])
    const ended = once(child, 'close')
    const [said] = await once(child.stdout, 'data')
    t.match(String(said), 'writing')
    const seen = Number((await store.findSession(record.id))?.expiresAt)
    // It goes on writing until it is killed: wait for it to have done so a few times more.
    for (let looks = 0; looks < 10_000; looks++)
      if (Number((await store.findSession(record.id))?.expiresAt) > seen + 5) break
    child.kill('SIGKILL')
    await ended
    const found = await store.findSession(record.id)
    t.ok(Number(found?.expiresAt) > seen + 5)
    t.equal(found?.sealed, `sealed ${found?.expiresAt}`, 'the record is whole')
    t.equal(
      await store.replaceSession(found as never, { ...record, expiresAt: 0, sealed: randomUUID() }),
      true,
    )
  }
})

t.test('kill -9 in the midst of logins leaves whole sessions and whole values, or none', async (t) => {
  const folder = t.testdir()
  const store = await fileStore(folder)
  const opener = fileURLToPath(new URL('./opener.ts', import.meta.url))
  for (const _ of [1, 2, 3]) {
    const child = spawn(process.execPath, [...process.execArgv, opener, folder, record.subject])
    const ended = once(child, 'close')
    await once(child.stdout, 'data')
    // While it opens sessions, whoever looks sees each of them whole.
    const before = (await store.sessionsOf(record.subject)).length
    const counts = [before]
    for (let looks = 0; looks < 10_000 && Number(counts.at(-1)) < before + 20; looks++)
      counts.push((await store.sessionsOf(record.subject)).length)
    child.kill('SIGKILL')
    await ended
    t.strictSame(
      counts,
      counts.toSorted((one, other) => one - other),
      'none is lost on the way',
    )
    t.ok(Number(counts.at(-1)) >= before + 20)
  }
  for (const id of await readdir(join(folder, 'sessions')))
    t.match(await store.findSession(id as never), { id, sealed: `sealed ${id}`, version: /./ })
  for (const key of await readdir(join(folder, 'once')))
    t.equal(await store.takeOnce(key as never, 0), `value of ${key}`)
})
