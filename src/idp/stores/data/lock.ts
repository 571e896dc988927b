// A data directory belongs to one process at a time. The file `lock` says to which; one that was killed is known by
// its process being gone, or being a younger one with the same number.
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DataError } from './data-error.ts'

/** Who has a directory. */
export interface Holder {
  readonly processId: number
  /** By the system's own count, where it tells: another process with that number began at another time. */
  readonly began: string
  /** Of the machine or container. */
  readonly host: string
}

const ourselves = (): Holder => ({
  processId: process.pid,
  began: beginningOf(process.pid),
  host: hostname(),
})

const lockIn = (directory: string): string => join(directory, 'lock')

/** Who has the directory, alive or not; nobody, if there is no lock or it says nothing. */
export const holderOf = (directory: string): Holder | undefined => holderIn(textOf(lockIn(directory)))

/** Whether that process runs. Of one on another host nobody here can tell, so it does. */
export function isRunning({ processId, began, host }: Holder): boolean {
  if (host !== hostname()) return true
  const beganAt = beginningOf(processId)
  if (beganAt !== '') return beganAt === began
  return began === '' && isSignalled(processId)
}

/**
 * Takes the directory for this process.
 *
 * @returns what gives it back
 * @throws DataError if another living process has it
 */
export function takeDirectory(directory: string): () => void {
  const lock = lockIn(directory)
  const draft = `${lock}.${randomUUID()}`
  const text = JSON.stringify({ ...ourselves(), lock: randomUUID() })
  try {
    fs.writeFileSync(draft, text, { mode: 0o600 })
    while (!linked(draft, lock)) {
      const found = textOf(lock)
      const holder = holderIn(found)
      if (holder !== undefined && isRunning(holder)) throw new DataError(whoHasIt(directory, holder))
      clearAway(lock, found)
    }
  } finally {
    fs.rmSync(draft, { force: true })
  }
  return () => {
    if (textOf(lock) === text) fs.rmSync(lock)
  }
}

/** Takes the lock of a process that is gone out of the way, and puts it back if it has become somebody's new one. */
export function clearAway(lock: string, found: string): void {
  const aside = `${lock}.${randomUUID()}`
  try {
    fs.renameSync(lock, aside)
  } catch {
    return // somebody else has done it
  }
  if (textOf(aside) !== found) linked(aside, lock)
  fs.rmSync(aside)
}

/** One of many gets the lock, and it is whole from the beginning. */
function linked(draft: string, lock: string): boolean {
  try {
    fs.linkSync(draft, lock)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cause
  }
}

/** Nothing, if there is none. */
function textOf(lock: string): string {
  try {
    return fs.readFileSync(lock, 'utf8')
  } catch {
    return ''
  }
}

function holderIn(text: string): Holder | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A sentence for whoever is refused. */
export function whoHasIt(directory: string, { processId, host }: Holder): string {
  if (host === hostname())
    return `${directory} is in use by process ${processId}: end that one, or name another directory`
  return `${directory} is in use by process ${processId} on ${host}: end that one or, if it is gone, remove ${lockIn(directory)}`
}

/**
 * `/proc/<pid>/stat` (proc_pid_stat(5)) has it as the 22nd field; the second one, a name in brackets, may contain blanks.
 * A process that was killed and not yet waited for (Z) has ended. Empty where nothing can be said.
 */
function beginningOf(processId: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${processId}/stat`, 'utf8')
    const [state, ...others] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? '' : String(others[18])
  } catch {
    return ''
  }
}

function isSignalled(processId: number): boolean {
  try {
    process.kill(processId, 0)
    /* c8 ignore next -- where there is /proc, a process that lives is known by its beginning */
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}
