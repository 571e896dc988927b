// Writes what is generated and committed: the JSON Schema and the types of the fixture file, the OpenAPI document of the control
// API, which story shows which row of the ledger, and the ledger. Tests regenerate and compare. Run it after a build:
// `npm run generate`. A story is known once its file has been run; what no run has shown since keeps the story that
// is committed.
import { writeFileSync } from 'node:fs'
import { behaviours } from '../build/idp/behaviours.js'
import { compatibility } from '../build/idp/compatibility.js'
import { openApiDocument } from '../build/idp/control/openapi.js'
import { rules } from '../build/idp/domain/rules.js'
import { fixtureSchema, namedSchemas } from '../build/idp/fixture/schema.js'
import { typesText } from '../build/idp/fixture/type-text.js'
import { version } from '../build/version.js'
import { committed, records, shownBy, shownByFile } from './shown.js'

const written = records()
const hasRun = (story) => written.some(({ file }) => story.split(' › ')[0] === file)
const ids = [...Object.keys(rules), ...Object.keys(behaviours)]
const before = Object.entries(committed()).filter(([id, story]) => ids.includes(id) && !hasRun(story))
const shown = { ...shownBy(written, ids), ...Object.fromEntries(before) }
const sorted = Object.fromEntries(ids.flatMap((id) => (shown[id] === undefined ? [] : [[id, shown[id]]])))

const root = new URL('../', import.meta.url)
writeFileSync(new URL('fixtures/fixture.schema.json', root), `${JSON.stringify(fixtureSchema, null, 2)}\n`)
writeFileSync(
  new URL('fixtures/openapi.json', root),
  `${JSON.stringify(openApiDocument(version), null, 2)}\n`,
)
writeFileSync(new URL('src/idp/fixture/fixture.ts', root), typesText(namedSchemas))
writeFileSync(shownByFile, `${JSON.stringify(sorted, null, 2)}\n`)
writeFileSync(new URL('docs/compatibility.md', root), compatibility(sorted))
