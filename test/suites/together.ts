// Files whose stories are quick, and which load the same modules, share a process: loading them would be most of the time.
// Each can be run by itself as well.
import { readdirSync } from 'node:fs'

/** Runs all test files of a folder, and of the folders in it. */
export async function together(folder: URL): Promise<void> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  for (const name of names.filter((each) => each.endsWith('.test.ts')).sort())
    await import(new URL(name, folder).href)
}
