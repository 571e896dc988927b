// The one file of a data directory: a line that says what it is and in which format, then a line for all that changed
// at once, each with its checksum. A line is there from the moment on in which `write` returns, whatever becomes of
// the process. It knows shelves and keys, and nothing of pools.
import fs from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { DataError, NotKept } from './data-error.ts'
import type { Plain } from './plain.ts'

/** What a line says of a key: its value; that it is gone, though a fixture has it; or that there is nothing to say. */
export type Change =
  | readonly ['put', shelf: string, key: string, value: Plain]
  | readonly ['gone', shelf: string, key: string]
  | readonly ['drop', shelf: string, key: string]

/** What is to be remembered of a key. */
export type Remembered = Exclude<Change, readonly ['drop', ...string[]]>

/** What is remembered, by shelf and key, in the order of its last change. */
export type Shelves = Map<string, Map<string, Remembered>>

export interface ChangeLog {
  readonly file: string
  /** What was there when the file was opened. */
  readonly shelves: Shelves
  /** Whether so much of the file has been overtaken that it is worth writing again. */
  readonly isWasteful: boolean
  /** Writes changes down, all or none of them. @throws NotKept */
  write(changes: readonly Change[]): void
  /** Writes the file again, without what has been overtaken. @throws if it cannot: the file is then as it was */
  rewrite(everything: readonly Remembered[]): void
  close(): void
}

/** A way to write that a test can let fail. */
export type WriteAt = (descriptor: number, bytes: Uint8Array, offset: number, position: number) => number

const writeAt: WriteAt = (descriptor, bytes, offset, position) =>
  fs.writeSync(descriptor, bytes, offset, bytes.length - offset, position)

/** Readable by its owner only: keys, secrets and seeds are in it. */
const ownerOnly = 0o600

const format = 1
const headerOf = (version: number) => `mocknito data, format ${version}\n`

/** No descriptor: whoever writes to it is told so, and does not write into somebody else's file. */
const closed = -1

/** A file below this size is not worth writing again. */
const smallBytes = 1024 * 1024

/** So much bigger than what is in it may the file become. */
const mostWaste = 4

/**
 * Opens the file, or makes it. A last line that was not written to its end is cut off: nobody was told that it was kept.
 *
 * @param tell is told about such a line
 * @throws DataError if the file is damaged, or of another format
 */
export function openChangeLog(
  file: string,
  tell: (sentence: string) => void,
  write: WriteAt = writeAt,
): ChangeLog {
  if (!fs.existsSync(file)) replaceFile(file, headerOf(format))
  const found = readChangeLog(file)
  let { length, isTorn } = found
  let descriptor = fs.openSync(file, 'r+')
  if (isTorn)
    tell(`the last line of ${file} was not written to its end, and is left out: nobody had been told yet`)
  /** How long the file was when nothing in it was overtaken. */
  let tidyBytes = found.changes > 2 * found.size ? 0 : length

  function append(line: Buffer): void {
    if (isTorn) fs.ftruncateSync(descriptor, length)
    isTorn = true
    for (let written = 0; written < line.length; )
      written += write(descriptor, line, written, length + written)
    length += line.length
    isTorn = false
  }

  return {
    file,
    shelves: found.shelves,
    get isWasteful() {
      return length > Math.max(smallBytes, mostWaste * tidyBytes)
    },
    write(changes) {
      try {
        append(Buffer.from(lineOf(changes)))
      } catch (cause) {
        throw new NotKept(file, cause as Error)
      }
    },
    rewrite(everything) {
      const text = headerOf(format) + everything.map((change) => lineOf([change])).join('')
      replaceFile(file, text)
      fs.closeSync(descriptor)
      descriptor = fs.openSync(file, 'r+')
      length = tidyBytes = Buffer.byteLength(text)
      isTorn = false
    },
    close() {
      if (descriptor === closed) return
      fs.fsyncSync(descriptor)
      fs.closeSync(descriptor)
      descriptor = closed
    },
  }
}

const checksumOf = (json: string): string => crc32(json).toString(16).padStart(8, '0')

function lineOf(changes: readonly Change[]): string {
  const json = JSON.stringify(changes)
  return `${checksumOf(json)} ${json}\n`
}

/** What is in the file; nothing is changed. @throws DataError */
export function readChangeLog(file: string) {
  const content = fs.readFileSync(file)
  const length = content.lastIndexOf('\n') + 1
  const [header, ...lines] = content.toString('utf8', 0, length).split('\n').slice(0, -1)
  checkHeader(header, file)
  const shelves: Shelves = new Map()
  let changes = 0
  for (const [index, line] of lines.entries())
    for (const change of changesIn(line, file, index + 2)) {
      remember(shelves, change)
      changes++
    }
  const size = [...shelves.values()].reduce((sum, shelf) => sum + shelf.size, 0)
  return { shelves, changes, size, length, isTorn: length < content.length }
}

function checkHeader(header: string | undefined, file: string): void {
  const [, version] = /^mocknito data, format (\d+)$/.exec(header ?? '') ?? []
  if (version === undefined)
    throw new DataError(
      `${file} does not begin as a file of mocknito's does: it is damaged, or somebody else's. Put back a copy of it, or name another directory`,
    )
  if (Number(version) !== format)
    throw new DataError(
      `${file} has format ${version}, and this mocknito reads format ${format}: start the mocknito that wrote it, or name another directory`,
    )
}

function changesIn(line: string, file: string, number: number): readonly Change[] {
  const json = line.slice(9)
  if (line.slice(0, 9) === `${checksumOf(json)} `) return JSON.parse(json)
  throw new DataError(
    `${file} is damaged in line ${number}: its checksum is not that of what it says. Nothing has been changed. Put back a copy of the file; or keep what came before that line: head -n ${number - 1} ${file} > ${file}.before && mv ${file}.before ${file}`,
  )
}

function remember(shelves: Shelves, change: Change): void {
  const [, name, key] = change
  const shelf = shelves.get(name) ?? new Map<string, Remembered>()
  shelf.delete(key)
  if (change[0] !== 'drop') shelf.set(key, change)
  if (shelf.size === 0) shelves.delete(name)
  else shelves.set(name, shelf)
}

/** The file says this from now on, or, if anything goes wrong, what it said before. */
function replaceFile(file: string, text: string): void {
  const draft = `${file}.draft`
  try {
    fs.writeFileSync(draft, text, { mode: ownerOnly, flush: true })
    fs.renameSync(draft, file)
  } catch (cause) {
    fs.rmSync(draft, { force: true, recursive: true })
    throw cause
  }
  const folder = fs.openSync(dirname(file), 'r')
  fs.fsyncSync(folder)
  fs.closeSync(folder)
}
