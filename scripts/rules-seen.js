// Ends the test run: every rule has been seen to hold and to refuse, or the suite fails. Reads what the tests
// wrote down (test/support/world.ts).
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { rules } from '../dist/idp/domain/rules.js'

const folder = new URL('../test-artefacts/rules-seen/', import.meta.url)

if (process.argv[2] === '--forget') {
  rmSync(folder, { recursive: true, force: true })
} else {
  const seen = new Set(
    readdirSync(folder).flatMap((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))),
  )
  const missing = Object.keys(rules).flatMap((rule) => [
    ...(seen.has(`${rule} true`) ? [] : [`${rule} was never seen to hold`]),
    ...(seen.has(`${rule} false`) ? [] : [`${rule} was never seen to refuse`]),
  ])
  for (const sentence of missing) console.error(sentence)
  console.log(`${Object.keys(rules).length} rules, ${missing.length} not shown both ways`)
  process.exitCode = missing.length === 0 ? 0 : 1
}
