// What is generated is committed, and is what the source says. To mend a failure here: npm run generate.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { type Behaviour, behaviours } from '../src/idp/behaviours.ts'
import { compatibility, type ShownBy } from '../src/idp/compatibility.ts'
import { type Choice, choices } from '../src/idp/domain/choices.ts'
import { type Rule, rules } from '../src/idp/domain/rules.ts'
import { fixtureSchema, namedSchemas } from '../src/idp/fixture/schema.ts'
import { typesText } from '../src/idp/fixture/type-text.ts'

const committed = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const shownBy: ShownBy = JSON.parse(committed('test/shown-by.json'))

t.test('the schema of the fixture file is the one of the source', async (t) => {
  t.equal(committed('fixtures/fixture.schema.json'), `${JSON.stringify(fixtureSchema, null, 2)}\n`)
})

t.test('the types of the fixture file are those of its schema', async (t) => {
  t.equal(committed('src/idp/fixture/fixture.ts'), typesText(namedSchemas))
  t.throws(() => typesText({ Strange: { type: 'null' } }), {
    message: 'there is no type for {"type":"null"}',
  })
})

t.test('the schema says in words what its patterns want', async (t) => {
  const strings = JSON.stringify(fixtureSchema, (_, value) =>
    value?.pattern === undefined || /^expected ./.test(value.patternErrorMessage) ? value : 'SILENT',
  )
  t.notMatch(strings, 'SILENT')
  t.match(strings, 'patternErrorMessage')
})

t.test(
  'the compatibility page is the one of the tables, and names the stories that are committed',
  async (t) => {
    t.equal(committed('docs/compatibility.md'), compatibility(shownBy))
  },
)

t.test('the compatibility page has every row once, in tables that are one', async (t) => {
  const lines = compatibility(shownBy).split('\n')
  const rows = lines.filter((line) => line.startsWith('| `'))
  const ids = [...Object.keys(rules), ...Object.keys(behaviours), ...Object.keys(choices)]
  t.strictSame(rows.map((row) => row.split('`')[1]).sort(), ids.sort())
  let columns = 0
  for (const line of lines) {
    const cells = line.replaceAll('\\|', '').split('|').length
    if (/^\|[-|]+$/.test(line)) columns = cells
    if (line.startsWith('| `')) t.equal(cells, columns, line)
  }
  t.notMatch(lines.join('\n'), /<\w/, 'nothing that a browser would take for a tag')
  const told = compatibility({ 'code.known': 'test/a.test.ts › one › two', 'code.client': 'test/b.test.ts' })
  t.match(told, '| [one › two](../test/a.test.ts) |')
  t.match(told, '| [test/b.test.ts](../test/b.test.ts) |')
})

t.test('the stories that the ledger names are there', async (t) => {
  for (const [id, shown] of Object.entries(shownBy)) {
    const [file, ...names] = shown.split(' › ')
    const text = committed(file as string).replaceAll(/\\(?=')/g, '')
    for (const name of names) t.ok(text.includes(name), `${id}: ${shown}`)
  }
})

t.test('every row has an endpoint, sentences, a grade and a source, and an id of its own', async (t) => {
  for (const [id, row] of [...Object.entries<Rule>(rules), ...Object.entries<Behaviour>(behaviours)]) {
    t.match(id, /^[a-z]+\.[a-z-]+$/)
    t.match(row.endpoint, /^\/|^every endpoint$|^tokens$/, id)
    t.match(row.sentence, /^\S.*\.$/, `${id}: a whole sentence`)
    t.match(row.source, /^\S.*\S$/, id)
    t.ok(['DOC', 'SEEN', 'GUESS'].includes(row.grade), id)
    if ('refusal' in row) t.match(row.refusal, /^\S.*\S$/, id)
  }
  for (const id of Object.keys(behaviours)) t.notOk(id in rules, id)
})

t.test('every choice has a default among its values, and something to choose', async (t) => {
  for (const [id, choice] of Object.entries<Choice>(choices)) {
    t.match(id, /^[a-z]+(-[a-z]+)*$/)
    t.ok(Object.keys(choice.values).length > 1, id)
    t.ok(choice.default in choice.values, id)
    t.match(choice.sentence, /^\S.*\.$/, `${id}: a whole sentence`)
    t.match(choice.source, /^\S.*\S$/, id)
    for (const meaning of Object.values(choice.values)) t.match(meaning, /^\S.*\S$/, id)
  }
})
