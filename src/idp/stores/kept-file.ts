// Files that hold secrets and outlive a start: whole at once or not there at all, readable by their owner only, and
// the same for two starts that make them at the same time. What they hold is the business of others.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

const ownerOnly = { file: 0o600, folder: 0o700 }

/** What is in a file. */
export interface Kept<T> {
  /** In a folder that is made if it is not there. */
  readonly file: string
  /** What a text means; nothing, or an exception, if it cannot be used (any longer). */
  read(text: string): T | undefined
  /** A new text, which can be used. */
  make(): Promise<string>
  /** Told why the new text could not be kept: it then lasts as long as the process. */
  onTrouble(why: string): void
}

/**
 * What the file holds; or what is made now, and is in the file from now on.
 *
 * @example
 * const keys = await kept({ file, read: JSON.parse, make: async () => '{}', onTrouble: console.error })
 */
export async function kept<T>({ file, read, make, onTrouble }: Kept<T>): Promise<T> {
  const here = tryToRead(file, read)
  if (here !== undefined) return here
  const made = await make()
  try {
    await mkdir(dirname(file), { recursive: true, mode: ownerOnly.folder })
    return await keepFirst(file, made, read)
  } catch (cause) {
    onTrouble((cause as Error).message)
    return read(made) as T
  }
}

/** Sees to it that a file says this, whatever it says now. */
export async function replaceFile(file: string, text: string): Promise<void> {
  if (tryToRead(file, (there) => there === text) !== true)
    await withDraft(file, text, (draft) => rename(draft, file))
}

/** Synchronous on purpose: one small file, on the way to the first answer. */
function tryToRead<T>(file: string, read: Kept<T>['read']): T | undefined {
  try {
    return read(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** What is in the file from now on: ours, or that of somebody who came first. */
function keepFirst<T>(file: string, text: string, read: Kept<T>['read']): Promise<T> {
  return withDraft(file, text, async (draft) => {
    // It fails if there is a file already (or, on a few file systems, always): what can be read then tells.
    await link(draft, file).catch(() => {})
    const first = tryToRead(file, read)
    if (first !== undefined) return first
    // Somebody's useless file, or none: ours takes its place.
    await rename(draft, file)
    return read(text) as T
  })
}

async function withDraft<T>(file: string, text: string, use: (draft: string) => Promise<T>): Promise<T> {
  const draft = `${file}.${randomUUID()}`
  try {
    await writeFile(draft, text, { mode: ownerOnly.file })
    return await use(draft)
  } finally {
    await rm(draft, { force: true })
  }
}
