// Writes what is generated and committed: the JSON Schema of the fixture file, the OpenAPI document of the control API and the ledger of rules. A test
// regenerates both and compares. Run it after a build: `npm run generate`.
import { writeFileSync } from 'node:fs'
import { compatibility } from '../dist/idp/compatibility.js'
import { openApiDocument } from '../dist/idp/control/openapi.js'
import { fixtureSchema } from '../dist/idp/fixture/schema.js'
import { version } from '../dist/version.js'

const root = new URL('../', import.meta.url)
writeFileSync(new URL('fixtures/fixture.schema.json', root), `${JSON.stringify(fixtureSchema, null, 2)}\n`)
writeFileSync(
  new URL('fixtures/openapi.json', root),
  `${JSON.stringify(openApiDocument(version), null, 2)}\n`,
)
writeFileSync(new URL('docs/compatibility.md', root), compatibility())
