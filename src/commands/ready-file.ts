// --ready-file: where a script finds the mock that it has started, as soon as that listens. It appears as a whole, can be
// read by its owner only, and is gone when the mock is.
import { rename, rm, writeFile } from 'node:fs/promises'

/** @returns what takes it away again */
export async function writeReadyFile(file: string, content: object): Promise<() => Promise<void>> {
  const draft = `${file}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, file)
  return () => rm(file, { force: true })
}
