// What is generated is committed, and is what the source says. To mend a failure here: npm run generate.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { compatibility } from '../src/idp/compatibility.ts'
import { type Rule, rules } from '../src/idp/domain/rules.ts'
import { fixtureSchema } from '../src/idp/fixture/schema.ts'

const committed = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

t.test('the schema of the fixture file is the one of the source', async (t) => {
  t.equal(committed('fixtures/fixture.schema.json'), `${JSON.stringify(fixtureSchema, null, 2)}\n`)
})

t.test('the schema says in words what its patterns want', async (t) => {
  const strings = JSON.stringify(fixtureSchema, (_, value) =>
    value?.pattern === undefined || /^expected ./.test(value.patternErrorMessage) ? value : 'SILENT',
  )
  t.notMatch(strings, 'SILENT')
  t.match(strings, 'patternErrorMessage')
})

t.test('the compatibility page is the one of the rules', async (t) => {
  t.equal(committed('docs/compatibility.md'), compatibility())
})

t.test('the compatibility page has every rule once, in tables of five columns', async (t) => {
  const rows = compatibility()
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  t.strictSame(rows.map((row) => row.split('`')[1]).sort(), Object.keys(rules).sort())
  for (const row of rows) t.equal(row.replaceAll('\\|', '').split('|').length, 7, row)
  t.notMatch(compatibility(), /<(?!query>)\w/, 'nothing that a browser would take for a tag')
})

t.test('every rule has an endpoint, sentences, a grade and a source', async (t) => {
  for (const [id, rule] of Object.entries<Rule>(rules)) {
    t.match(id, /^[a-z]+\.[a-z-]+$/)
    t.match(rule.endpoint, /^\/|^every endpoint$/, id)
    t.match(rule.sentence, /^\S.*\.$/, `${id}: a whole sentence`)
    t.match(rule.refusal, /^\S.*\S$/, id)
    t.match(rule.source, /^\S.*\S$/, id)
    t.ok(['DOC', 'SEEN', 'GUESS'].includes(rule.grade), id)
  }
})
