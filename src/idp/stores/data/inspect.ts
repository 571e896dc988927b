// What can be said of a data directory without taking it, and without changing anything in it.
import { existsSync } from 'node:fs'
import { readChangeLog } from './change-log.ts'
import { fileIn } from './directory.ts'
import { holderOf, isRunning } from './lock.ts'

/**
 * A directory in a sentence.
 *
 * @throws DataError if a mock could not begin with it
 */
export function inspectDirectory(directory: string): string {
  const file = fileIn(directory)
  if (!existsSync(file)) return `${directory} has no data yet: it begins with the next start.`
  const { size } = readChangeLog(file)
  const holder = holderOf(directory)
  const user =
    holder !== undefined && isRunning(holder) ? `in use by process ${holder.processId}` : 'used by nobody now'
  return `${directory} is whole, with ${size} records, and ${user}.`
}
