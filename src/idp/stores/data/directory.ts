// A directory in which a world outlives its process: maps that are written down as they change. What belongs together
// is written at once, or not at all; and where it cannot be written, whoever changed it is told, and so is everybody
// after him until it can be.
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ChangeLog, openChangeLog, type Remembered, type Shelves, type WriteAt } from './change-log.ts'
import { DataError } from './data-error.ts'
import { KeptMap } from './kept-map.ts'
import { takeDirectory } from './lock.ts'

export interface DataDirectory {
  readonly path: string
  /** How many things are remembered that are otherwise in the fixture, or not there. */
  readonly size: number
  /**
   * A map that outlives the process. To be asked for once.
   *
   * @param shelf its name: that of the pool, a slash, and what is in it
   * @param beginning what the fixture says
   */
  records<V>(shelf: string, beginning?: Iterable<readonly [string, V]>): KeptMap<V>
  /** Writes all that `act` changes before it returns at once. @throws NotKept */
  together<T>(act: () => T): T
  /** Writes nothing of a pool, until it is admitted: somebody is still making it. */
  hold(poolId: string): void
  admit(poolId: string): void
  /** Forgets everything of a pool, its fixture too. */
  forget(poolId: string): void
  /** The pools of which something is remembered that nobody has asked for. */
  strangers(): readonly string[]
  /** Writes the file again, without what has been overtaken. */
  tidy(): void
  close(): void
}

export const fileIn = (directory: string): string => join(directory, 'world.log')

const poolOf = (shelf: string): string => shelf.slice(0, shelf.lastIndexOf('/'))

/**
 * Opens a directory, or makes it; only its owner can read it.
 *
 * @param tell is told in sentences what is remarkable
 * @throws DataError if another process has it, or it is damaged, or it cannot be written to
 * @example
 * const data = openDataDirectory('/var/lib/mocknito', console.error)
 * data.records<string>('some-pool/names').set('alice', 'Alice')
 */
export function openDataDirectory(
  path: string,
  tell: (sentence: string) => void,
  write?: WriteAt,
): DataDirectory {
  const { log, giveBack } = opened(path, tell, write)
  const maps = new Map<string, KeptMap<unknown>>()
  const unasked: Shelves = log.shelves
  const changed = new Set<KeptMap<unknown>>()
  const held = new Set<string>()
  let depth = 0

  function everything(): Remembered[] {
    return [
      ...[...unasked.values()].flatMap((shelf) => [...shelf.values()]),
      ...[...maps.values()].filter(isAdmitted).flatMap((map) => map.everything()),
    ]
  }

  const isAdmitted = ({ shelf }: KeptMap<unknown>): boolean => !held.has(poolOf(shelf))

  function writeDown(): void {
    const finished = [...changed].filter(isAdmitted)
    const changes = finished.flatMap((map) => map.changes())
    if (changes.length > 0) log.write(changes)
    for (const map of finished) {
      map.settle()
      changed.delete(map)
    }
    if (log.isWasteful) tidy()
  }

  function tidy(): void {
    try {
      log.rewrite(everything())
    } catch (cause) {
      tell(`${log.file} could not be written again, and goes on growing: ${(cause as Error).message}`)
    }
  }

  function together<T>(act: () => T): T {
    depth++
    try {
      return act()
    } finally {
      depth--
      if (depth === 0) writeDown()
    }
  }

  return {
    path,
    get size() {
      return everything().length
    },
    records(shelf, beginning = []) {
      const map = new KeptMap(shelf, beginning, unasked.get(shelf) ?? new Map(), (self) => {
        changed.add(self)
        if (depth === 0) writeDown()
      })
      unasked.delete(shelf)
      maps.set(shelf, map as KeptMap<unknown>)
      return map
    },
    together,
    hold: (poolId) => void held.add(poolId),
    admit(poolId) {
      held.delete(poolId)
      together(() => {})
    },
    forget(poolId) {
      held.delete(poolId)
      together(() => {
        for (const map of maps.values())
          if (poolOf(map.shelf) === poolId) {
            map.forget()
            maps.delete(map.shelf)
          }
      })
    },
    strangers: () => [...new Set([...unasked.keys()].map(poolOf))],
    tidy,
    close() {
      log.close()
      giveBack()
    },
  }
}

function opened(
  path: string,
  tell: (sentence: string) => void,
  write: WriteAt | undefined,
): { log: ChangeLog; giveBack: () => void } {
  let giveBack = () => {}
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.W_OK)
    giveBack = takeDirectory(path)
    return { log: openChangeLog(fileIn(path), tell, write), giveBack }
  } catch (cause) {
    giveBack()
    if (cause instanceof DataError) throw cause
    throw new DataError(`${path} cannot be used to keep data in: ${(cause as Error).message}`)
  }
}
