// A folder as a store: it outlives the process, `kill -9` included, and several processes on one machine share
// it. Every verb is one `rename`, which happens at once or not at all and which only one of many can win.
//
//   sessions/<id>/current.<version>   an empty file whose name says which version counts
//   sessions/<id>/<version>.json      that version
//   once/<key>                        a value that can be had once
//   scratch/                          what is being made or thrown away
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fingerprint } from '../secrets.ts'
import type { FoundSession, SessionRecord, Store } from './store.ts'

interface Kept {
  readonly value: string
  readonly expiresAt: number
}

/** What a process that was killed has left behind is this old before it is cleared away. */
const abandonedMilliseconds = 600_000

/** How often to look again when a version was replaced between finding its name and reading it. */
const mostLooks = 100

/** A process may not open any number of files at once. */
const openedAtOnce = 100

const onlyForUs = { mode: 0o600 } as const

/**
 * A store in a folder, which is made if there is none. Only its owner can read it.
 *
 * @example
 * const store = await fileStore('/var/lib/my-app/sessions')
 */
export async function fileStore(folder: string): Promise<Store> {
  const at = (...names: string[]) => join(folder, ...names)
  for (const name of ['sessions', 'once', 'scratch']) await mkdir(at(name), { recursive: true, mode: 0o700 })

  const session = (id: string, ...names: string[]) => at('sessions', id, ...names)
  const scratch = () => at('scratch', randomUUID())

  async function writeVersion(into: string, record: SessionRecord): Promise<string> {
    const version = randomUUID()
    await writeFile(join(into, `${version}.json`), JSON.stringify(record), onlyForUs)
    return version
  }

  async function find(id: string): Promise<FoundSession | undefined> {
    let before: string | undefined
    for (let looks = 0; looks < mostLooks; looks++) {
      const names = await orNothing(readdir(session(id)))
      if (names === undefined) return undefined
      const version = names.find((name) => name.startsWith(current))?.slice(current.length) ?? ''
      const text = version && (await orNothing(readFile(session(id, `${version}.json`), 'utf8')))
      const record = text && parsed<SessionRecord>(text)
      if (record) return { ...record, version }
      // A version is written before it counts, and never again. If nothing has changed and it still cannot be read, its
      // contents were lost with the power of the machine, and nobody can make anything of it any more.
      const seen = names.sort().join()
      if (seen === before) return void (await removeSession(id))
      before = seen
    }
    throw new Error(`session ${id} changes faster than it can be read`)
  }

  /** What is no folder is no session of ours. */
  const orNone = (id: string) =>
    find(id).catch((error): undefined => {
      if (error.code !== 'ENOTDIR') throw error
    })

  async function look(): Promise<FoundSession[]> {
    const found: (FoundSession | undefined)[] = []
    const ids = await readdir(at('sessions'))
    while (ids.length > 0) found.push(...(await Promise.all(ids.splice(0, openedAtOnce).map(orNone))))
    return found.filter((each) => each !== undefined)
  }

  let looking: Promise<unknown> = Promise.resolve()

  /** One look through all of them at a time, however many ask. */
  function all(): Promise<FoundSession[]> {
    const turn = looking.then(look)
    looking = turn.catch(() => {})
    return turn
  }

  async function removeSession(id: string): Promise<boolean> {
    const removed = scratch()
    if (!(await moved(session(id), removed))) return false
    await rm(removed, { recursive: true, force: true })
    return true
  }

  /** What is damaged can be had no more than what has expired. */
  const kept = (path: string) =>
    orNothing(readFile(path, 'utf8').then((text): Kept => parsed(text) ?? { value: '', expiresAt: 0 }))

  async function take(key: string): Promise<Kept | undefined> {
    const taken = scratch()
    if (!(await moved(at('once', key), taken))) return undefined
    const found = await kept(taken)
    await rm(taken, { force: true })
    return found
  }

  return {
    async addSession(record) {
      const prepared = scratch()
      await mkdir(prepared, { mode: 0o700 })
      await writeFile(join(prepared, current + (await writeVersion(prepared, record))), '', onlyForUs)
      await rename(prepared, session(record.id))
    },

    findSession: find,

    async replaceSession({ id, version }, next) {
      const newer = await orNothing(writeVersion(session(id), next))
      if (newer === undefined) return false
      const won = await moved(session(id, current + version), session(id, current + newer))
      await rm(session(id, `${won ? version : newer}.json`), { force: true })
      return won
    },

    removeSession,

    async sessionsOf(subject: Fingerprint) {
      return (await all()).filter((each) => each.subject === subject)
    },

    async keepOnce(key, value, expiresAt) {
      const prepared = scratch()
      await writeFile(prepared, JSON.stringify({ value, expiresAt } satisfies Kept), onlyForUs)
      await rename(prepared, at('once', key))
    },

    async takeOnce(key, now) {
      const found = await take(key)
      return found !== undefined && now < found.expiresAt ? found.value : undefined
    },

    async sweep(now) {
      for (const { id, expiresAt } of await all()) if (now >= expiresAt) await removeSession(id)
      for (const key of await readdir(at('once'))) {
        const found = await kept(at('once', key))
        if (found !== undefined && now >= found.expiresAt) await take(key)
      }
      for (const name of await readdir(at('scratch'))) {
        const left = await orNothing(stat(at('scratch', name)))
        if (left !== undefined && left.mtimeMs < Date.now() - abandonedMilliseconds)
          await rm(at('scratch', name), { recursive: true, force: true })
      }
    },
  }
}

/** Undefined for what was written in part, as a machine leaves it that loses its power. */
function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const current = 'current.'

/** Undefined where there is no such file or folder: somebody else was faster. */
async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const moved = async (from: string, to: string): Promise<boolean> =>
  (await orNothing(rename(from, to).then(() => true))) === true
