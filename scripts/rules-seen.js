// Ends the test run: every rule has been seen to hold and to refuse, every row of the ledger is shown by a story, and
// the ledger names that story; or the suite fails.
import { rmSync } from 'node:fs'
import { behaviours } from '../build/idp/behaviours.js'
import { rules } from '../build/idp/domain/rules.js'
import { committed, folder, records, shownBy } from './shown.js'

if (process.argv[2] === '--forget') {
  rmSync(folder, { recursive: true, force: true })
} else {
  const written = records()
  const seen = new Set(written.flatMap(({ seen }) => seen))
  const ids = [...Object.keys(rules), ...Object.keys(behaviours)]
  const shown = shownBy(written, ids)
  const ledger = committed()
  const complaints = [
    ...Object.keys(rules).flatMap((rule) => [
      ...(seen.has(`${rule} true`) ? [] : [`${rule} was never seen to hold`]),
      ...(seen.has(`${rule} false`) ? [] : [`${rule} was never seen to refuse`]),
    ]),
    ...ids.flatMap((id) => {
      if (shown[id] === undefined)
        return [`${id} is shown by no story (lastReason or shows in test/support/world.ts)`]
      if (shown[id] === ledger[id]) return []
      return [`${id} is shown by ${shown[id]}; the ledger has ${ledger[id] ?? 'nothing'}: npm run generate`]
    }),
    ...Object.keys(ledger).flatMap((id) =>
      ids.includes(id) ? [] : [`${id} is in the ledger, and there is no such row: npm run generate`],
    ),
  ]
  for (const sentence of complaints) console.error(sentence)
  console.log(`${ids.length} rows of the ledger, ${complaints.length} complaints`)
  process.exitCode = complaints.length === 0 ? 0 : 1
}
