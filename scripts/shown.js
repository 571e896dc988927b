// What the tests have written down (test/support/world.ts), and which story shows which row of the ledger: one that
// says so itself, else the first that reads the reason of the refusal, by the name of its file and its place there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
export const folder = new URL('test-artefacts/rules-seen/', root)
export const shownByFile = new URL('test/shown-by.json', root)

/** The record of each test file that there is, by the names of the files. */
export function records() {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
    .filter(({ file }) => existsSync(new URL(file, root)))
    .sort((one, other) => (one.file < other.file ? -1 : 1))
}

/** `file › story` for each of the ids that some record shows. */
export function shownBy(records, ids) {
  const showings = records.flatMap(({ file, showings }) => showings.map((showing) => ({ file, ...showing })))
  return Object.fromEntries(
    ids.flatMap((id) => {
      const candidates = showings.filter((showing) => showing.id === id)
      const { file, story } = candidates.find(({ isNamed }) => isNamed) ?? candidates[0] ?? {}
      return file === undefined ? [] : [[id, story === '' ? file : `${file} › ${story}`]]
    }),
  )
}

/** What is committed. */
export const committed = () => JSON.parse(readFileSync(shownByFile, 'utf8'))
