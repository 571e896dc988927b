// The stores of a data directory, held to what every store must do; and the file behind them, whatever befalls it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createClock } from '../../../src/idp/domain/clock.ts'
import type { Stores } from '../../../src/idp/fixture/build.ts'
import type { WriteAt } from '../../../src/idp/stores/data/change-log.ts'
import { type DataDirectory, openDataDirectory } from '../../../src/idp/stores/data/directory.ts'
import { clearAway } from '../../../src/idp/stores/data/lock.ts'
import { plain, revived } from '../../../src/idp/stores/data/plain.ts'
import { poolData } from '../../../src/idp/stores/data/pool-data.ts'
import {
  attemptsConformance,
  codesConformance,
  continuationsConformance,
  refreshTokensConformance,
  sessionsConformance,
  usedTokensConformance,
  usersConformance,
  verificationCodesConformance,
} from './conformance.ts'

const silent = () => {}
const nothing = { clients: [], groups: [], users: [] }
const newFolder = (t: Test) => join(t.testdir(), 'data')

type StoreName = Exclude<
  keyof Stores,
  'clock' | 'beganAt' | 'keys' | 'clients' | 'groups' | 'autoSignIns' | 'inbox'
>

/** A store in a directory of its own, that is opened again and again: in each of its first calls, and in some later. */
function restarting<Name extends StoreName>(t: Test, name: Name) {
  let stores = 0
  const folder = t.testdir()
  return (...given: Parameters<Stores[Name]>): ReturnType<Stores[Name]> => {
    const path = join(folder, String(stores++))
    const open = () => {
      const data = openDataDirectory(path, silent)
      const make = poolData(data, 'a-pool', nothing).stores[name] as (...given: unknown[]) => object
      return { data, store: make(...given) as Record<string, (...given: unknown[]) => Promise<unknown>> }
    }
    let { data, store } = open()
    let calls = 0
    t.teardown(() => data.close())
    return new Proxy({} as ReturnType<Stores[Name]>, {
      get: (_, verb: string) =>
        verb in store &&
        ((...given: unknown[]) => {
          if (calls++ < 40 || calls % 500 === 0) {
            data.close()
            ;({ data, store } = open())
          }
          return store[verb]?.(...given)
        }),
    })
  }
}

t.test('codes kept', async (t) => codesConformance(t, restarting(t, 'codes')))
t.test('sessions kept', async (t) => sessionsConformance(t, restarting(t, 'sessions')))
t.test('refresh tokens kept', async (t) => refreshTokensConformance(t, restarting(t, 'refreshTokens')))
t.test('users kept', async (t) => usersConformance(t, restarting(t, 'users')))
t.test('verification codes kept', async (t) =>
  verificationCodesConformance(t, restarting(t, 'verificationCodes')),
)
t.test('continuations kept', async (t) => continuationsConformance(t, restarting(t, 'continuations')))
t.test('attempts kept', async (t) => attemptsConformance(t, restarting(t, 'attempts')))
t.test('used tokens kept', async (t) => usedTokensConformance(t, restarting(t, 'usedTokens')))

t.test('a record comes back as it was', async (t) => {
  const record = {
    at: new Date(1),
    bytes: Buffer.from('salt'),
    missing: undefined,
    nothing: null,
    list: [1, 'two', [true], { $date: 3 }],
    $date: 'with others it is no tag',
    odd: { $literal: { $bytes: 'what somebody calls a claim' } },
  }
  t.strictSame(revived(JSON.parse(JSON.stringify(plain(record)))), record)
})

/** A directory in which two things have been written down. */
function twoThings(t: Test): string {
  const path = newFolder(t)
  const data = openDataDirectory(path, silent)
  const names = data.records<string>('a-pool/names')
  names.set('a', 'Ada')
  names.set('b', 'Bob')
  data.close()
  return path
}

const fileOf = (path: string) => join(path, 'world.log')

function namesIn(path: string, tell: (sentence: string) => void = silent): Record<string, string> {
  const data = openDataDirectory(path, tell)
  const names = Object.fromEntries(data.records<string>('a-pool/names'))
  data.close()
  return names
}

t.test('a directory and its file are their owner’s only', async (t) => {
  const path = twoThings(t)
  t.equal(statSync(path).mode & 0o777, 0o700)
  t.equal(statSync(fileOf(path)).mode & 0o777, 0o600)
  t.strictSame(readdirSync(path), ['world.log'], 'and nothing else is left')
})

t.test('wherever the last line is torn, what came before is there, and it goes on', async (t) => {
  const path = twoThings(t)
  const whole = readFileSync(fileOf(path))
  const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1
  for (let length = lastLine; length < whole.length; length++) {
    writeFileSync(fileOf(path), whole.subarray(0, length))
    const said: string[] = []
    t.strictSame(
      namesIn(path, (sentence) => said.push(sentence)),
      { a: 'Ada' },
    )
    t.equal(said.length, length === lastLine ? 0 : 1)
    t.ok(said.every((sentence) => /^the last line of .* was not written to its end/.test(sentence)))
  }
  const data = openDataDirectory(path, silent)
  data.records<string>('a-pool/names').set('c', 'Cy')
  data.close()
  t.strictSame(namesIn(path), { a: 'Ada', c: 'Cy' })
})

t.test('wherever else it is damaged, it says so and changes nothing', async (t) => {
  const path = twoThings(t)
  const whole = readFileSync(fileOf(path))
  for (let at = 0; at < whole.length - 1; at += 3) {
    const damaged = Buffer.from(whole)
    damaged.writeUInt8((damaged[at] as number) ^ 1, at)
    writeFileSync(fileOf(path), damaged)
    t.throws(() => namesIn(path), { name: 'DataError' }, `byte ${at}`)
    t.strictSame(readFileSync(fileOf(path)), damaged)
  }
  t.strictSame(readdirSync(path), ['world.log'], 'the lock was given back')
})

t.test('the sentence about the damage tells how to go on', async (t) => {
  const path = twoThings(t)
  writeFileSync(fileOf(path), readFileSync(fileOf(path), 'utf8').replace('Bob', 'Rob'))
  let sentence = ''
  try {
    namesIn(path)
  } catch (error) {
    sentence = (error as Error).message
  }
  t.match(sentence, `${fileOf(path)} is damaged in line 3: its checksum is not that of what it says.`)
  const [, remedy = ''] = /line: (head .*)$/.exec(sentence) ?? []
  const [code] = await once(spawn('sh', ['-c', remedy]), 'close')
  t.equal(code, 0)
  t.strictSame(namesIn(path), { a: 'Ada' })
})

t.test('a file of another format, and one of somebody else, is refused', async (t) => {
  const path = twoThings(t)
  const whole = readFileSync(fileOf(path), 'utf8')
  writeFileSync(fileOf(path), whole.replace('format 1', 'format 2'))
  t.throws(() => namesIn(path), {
    message: `${fileOf(path)} has format 2, and this mocknito reads format 1: start the mocknito that wrote it, or name another directory`,
  })
  for (const other of ['', 'Dear diary,\n']) {
    writeFileSync(fileOf(path), other)
    t.throws(() => namesIn(path), { message: /does not begin as a file of mocknito's does/ })
  }
})

t.test('a place in which nothing can be kept is refused', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file', 'data')
  t.throws(() => openDataDirectory(path, silent), {
    name: 'DataError',
    message: /^.*data cannot be used to keep data in: ENOTDIR/,
  })
})

t.test('what changes together is there together or not at all', async (t) => {
  const path = newFolder(t)
  const data = openDataDirectory(path, silent)
  const names = data.records<string>('a-pool/names')
  data.together(() => {
    names.set('a', 'Ada')
    data.together(() => names.set('b', 'Bob'))
    names.delete('a')
    names.set('a', 'Alan')
    names.delete('nobody')
  })
  data.close()
  t.equal(readFileSync(fileOf(path), 'utf8').split('\n').length, 3, 'the head, a line, the end')
  t.strictSame(namesIn(path), { a: 'Alan', b: 'Bob' })
})

t.test('what differs from the fixture is what is kept', async (t) => {
  const path = newFolder(t)
  const open = (fixture: Record<string, string>) => {
    const data = openDataDirectory(path, silent)
    return { data, names: data.records('a-pool/names', Object.entries(fixture)) }
  }
  const first = open({ a: 'Ada', b: 'Bob', c: 'Cy' })
  t.equal(first.data.size, 0)
  first.names.set('a', 'Alan')
  first.names.delete('b')
  first.names.set('c', 'Cyril')
  first.names.set('c', 'Cy')
  first.names.set('d', 'Dan')
  first.names.set('e', 'Eve')
  first.names.delete('e')
  t.equal(first.data.size, 3)
  first.data.close()

  const grown = open({ a: 'Anna', b: 'Bea', c: 'Cleo', f: 'Flo' })
  t.strictSame(Object.fromEntries(grown.names), { a: 'Alan', c: 'Cleo', d: 'Dan', f: 'Flo' })
  grown.data.tidy()
  grown.names.set('b', 'Bea')
  grown.names.clear()
  for (const [key, value] of Object.entries({ a: 'Anna', b: 'Bea', c: 'Cleo', f: 'Flo' }))
    grown.names.set(key, value)
  t.equal(grown.data.size, 0, 'as the fixture says')
  grown.data.close()
  const last = open({ a: 'Ada' })
  t.strictSame(Object.fromEntries(last.names), { a: 'Ada' })
  last.data.close()
})

t.test('a shelf that nobody asks for stays as it is', async (t) => {
  const path = twoThings(t)
  const data = openDataDirectory(path, silent)
  t.strictSame(data.strangers(), ['a-pool'])
  data.records<string>('b-pool/names').set('c', 'Cy')
  data.tidy()
  data.close()
  t.strictSame(namesIn(path), { a: 'Ada', b: 'Bob' })
})

t.test('a pool that is being made is written down when it is complete, and goes as a whole', async (t) => {
  const path = newFolder(t)
  const data = openDataDirectory(path, silent)
  data.hold('a-pool')
  const names = data.records<string>('a-pool/names')
  names.set('a', 'Ada')
  t.equal(data.size, 0)
  data.admit('a-pool')
  t.equal(data.size, 1)
  data.forget('a-pool')
  t.equal(data.size, 0)
  data.hold('b-pool')
  data.records<string>('b-pool/names').set('b', 'Bob')
  data.forget('b-pool')
  data.close()
  t.strictSame(namesIn(path), {})
})

/** A disk that is full whenever `isFull` says so, and takes part of the last line before. */
function fullDisk(): { isFull: boolean; write: WriteAt } {
  const disk = {
    isFull: false,
    write: ((descriptor, bytes, offset, position) => {
      const length = disk.isFull ? Math.min(5, bytes.length - offset) : bytes.length - offset
      if (disk.isFull && offset > 0) throw new Error('ENOSPC: no space left on device')
      return fs.writeSync(descriptor, bytes, offset, length, position)
    }) as WriteAt,
  }
  return disk
}

t.test('a full disk is told to whoever changes something, and to everybody until it is not', async (t) => {
  const path = newFolder(t)
  const disk = fullDisk()
  const data = openDataDirectory(path, silent, disk.write)
  const sessions = poolData(data, 'a-pool', nothing).stores.sessions(createClock())
  const session = { id: 'one', sub: 'sub', authTime: new Date(), expiresAt: new Date(Date.now() + 60_000) }
  await sessions.open(session)
  disk.isFull = true
  const refusal = {
    name: 'NotKept',
    message: `this could not be kept in ${fileOf(path)}: ENOSPC: no space left on device`,
  }
  await t.rejects(sessions.open({ ...session, id: 'two' }), refusal)
  await t.rejects(sessions.find('one'), refusal)

  const killed = join(path, '..', 'killed')
  mkdirSync(killed)
  fs.copyFileSync(fileOf(path), fileOf(killed))
  const asItWas = openDataDirectory(killed, silent)
  t.strictSame([...asItWas.records('a-pool/sessions').keys()], ['one'], 'a kill at this moment costs nothing')
  asItWas.close()

  disk.isFull = false
  t.match(await sessions.find('two'), { id: 'two' }, 'it has caught up')
  data.close()
  const later = openDataDirectory(path, silent)
  t.strictSame([...later.records('a-pool/sessions').keys()], ['one', 'two'])
  later.close()
})

t.test('a directory that was closed takes nothing more, and can be closed again', async (t) => {
  const path = newFolder(t)
  const data = openDataDirectory(path, silent)
  const names = data.records<string>('a-pool/names')
  data.close()
  data.close()
  t.throws(() => names.set('a', 'Ada'), { name: 'NotKept' })
})

t.test('a file that grows by being overtaken is written again', async (t) => {
  const path = newFolder(t)
  const data = openDataDirectory(path, silent)
  const names = data.records<string>('a-pool/names')
  const long = 'x'.repeat(100_000)
  for (let round = 0; round < 50; round++) names.set('a', `${round} ${long}`)
  t.ok(statSync(fileOf(path)).size < 2_000_000, `it has ${statSync(fileOf(path)).size} bytes`)
  data.close()
  t.match(namesIn(path), { a: /^49 x/ })
  t.strictSame(readdirSync(path), ['world.log'])
})

t.test('a file that cannot be written again goes on as it is', async (t) => {
  const path = twoThings(t)
  mkdirSync(`${fileOf(path)}.draft`)
  const said: string[] = []
  const data = openDataDirectory(path, (sentence) => said.push(sentence))
  const names = data.records<string>('a-pool/names')
  data.tidy()
  t.match(said, [/world\.log could not be written again, and goes on growing: EISDIR/])
  names.set('c', 'Cy')
  data.close()
  t.strictSame(namesIn(path), { a: 'Ada', b: 'Bob', c: 'Cy' })
})

const lockOf = (path: string, holder: object) => writeFileSync(join(path, 'lock'), JSON.stringify(holder))

t.test('a directory that a living process has is refused', async (t) => {
  const path = twoThings(t)
  const data = openDataDirectory(path, silent)
  const inUse = `${path} is in use by process ${process.pid}: end that one, or name another directory`
  t.throws(() => openDataDirectory(path, silent), { name: 'DataError', message: inUse })
  data.close()
  t.strictSame(namesIn(path), { a: 'Ada', b: 'Bob' })

  lockOf(path, { processId: 1, began: '1', host: 'elsewhere' })
  const isGone = `or, if it is gone, remove ${join(path, 'lock')}`
  t.throws(() => openDataDirectory(path, silent), {
    message: `${path} is in use by process 1 on elsewhere: end that one ${isGone}`,
  })
})

t.test('the lock of a process that is gone is taken over', async (t) => {
  const path = twoThings(t)
  const host = hostname()
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const ended = once(child, 'close')
  child.kill('SIGKILL')
  await ended
  for (const holder of [
    { processId: child.pid, began: '1', host },
    { processId: child.pid, began: '', host },
    { processId: process.pid, began: 'some other time', host },
  ]) {
    lockOf(path, holder)
    t.strictSame(namesIn(path), { a: 'Ada', b: 'Bob' }, JSON.stringify(holder))
  }
  writeFileSync(join(path, 'lock'), 'nothing that says anything')
  t.strictSame(namesIn(path), { a: 'Ada', b: 'Bob' })
})

t.test('a process that was killed and that nobody has waited for is gone', async (t) => {
  const path = twoThings(t)
  // Its parent stops, and so does not wait for it.
  const parent = spawn('sh', ['-c', 'sleep 100 & echo $!; kill -STOP $$'])
  t.teardown(() => parent.kill('SIGKILL'))
  const [said] = await once(parent.stdout, 'data')
  const processId = Number(said)
  const stat = () => readFileSync(`/proc/${processId}/stat`, 'utf8').split(' ')
  lockOf(path, { processId, began: stat()[21], host: hostname() })
  t.throws(() => namesIn(path), { message: /is in use by process/ })
  process.kill(processId, 'SIGKILL')
  while (stat()[2] !== 'Z') await new Promise(setImmediate)
  t.strictSame(namesIn(path), { a: 'Ada', b: 'Bob' })
})

t.test('of several who clear a lock away, none takes the new one of another', async (t) => {
  const path = twoThings(t)
  const lock = join(path, 'lock')
  clearAway(lock, 'somebody else has done it')
  t.notOk(existsSync(lock))
  writeFileSync(lock, 'new')
  clearAway(lock, 'old')
  t.equal(readFileSync(lock, 'utf8'), 'new')
  clearAway(lock, 'new')
  t.strictSame(readdirSync(path), ['world.log'])
})

t.test('a lock that is no longer ours is left alone', async (t) => {
  const path = twoThings(t)
  const data: DataDirectory = openDataDirectory(path, silent)
  lockOf(path, { processId: 1, began: '1', host: 'elsewhere' })
  data.close()
  t.ok(existsSync(join(path, 'lock')))
})

t.test('where no file can be linked, nothing is kept', async (t) => {
  const path = newFolder(t)
  t.capture(fs, 'linkSync', () => {
    throw Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' })
  })
  t.throws(() => openDataDirectory(path, silent), { message: /cannot be used to keep data in: EPERM/ })
  t.strictSame(readdirSync(path), [])
})
