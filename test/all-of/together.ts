// Files whose stories are quick, and which load the same modules, share a process: loading them would be most of the time.
// Each can be run by itself as well.
import { readdirSync } from 'node:fs'
import t from 'tap'

/** Runs all test files of a folder, and of the folders in it. */
export async function together(folder: URL): Promise<void> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const loading = load(
    names
      .filter((each) => each.endsWith('.test.ts'))
      .sort()
      .map((name) => new URL(name, folder)),
  )
  // tap ends as soon as there is nothing to run, and the stories of a file may be over before the next file is loaded.
  t.waitOn(loading)
  await loading
}

async function load(files: readonly URL[]): Promise<void> {
  for (const file of files) await import(file.href)
}
