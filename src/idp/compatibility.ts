// docs/compatibility.md, written from the tables of rules, behaviours and choices and from what the tests have
// shown, so that it cannot say anything else than the code and the tests do.
import { type Behaviour, behaviours } from './behaviours.ts'
import { type Choice, choices } from './domain/choices.ts'
import { type Rule, rules } from './domain/rules.ts'

const introduction = `# Compatibility

What mocknito does, endpoint by endpoint, how sure we are that Cognito does the same, and the test that shows it. This page
is generated from the tables in \`src/idp/domain/rules.ts\`, \`src/idp/behaviours.ts\` and \`src/idp/domain/choices.ts\`. The ids of
rules are those that the log, the journal and the error page print.

| grade | meaning |
|---|---|
| DOC | AWS documents it |
| SEEN | it was observed on the real service |
| GUESS | our best reading; not a fact |

The suite fails if no test has seen a rule hold, or none has seen it refuse and read the reason in the log; if no test shows a
behaviour; or if this page names another test.
`

const switches = `## Where sources disagree

AWS's pages contradict one another in places, observations contradict them, and some answers nobody has written down. What is
done unless told otherwise comes first, and in the last column why. \`--switch NAME=VALUE\`, \`startMocknito({ switches })\` or
\`switches\` in the fixture do something else; [decision 7](decisions/0007-switches.md) has more.
[\`test/idp/switches.test.ts\`](../test/idp/switches.test.ts) asks each of them on the wire in every position.

| switch | what is to be decided | done here | instead | grade | why |
|---|---|---|---|---|---|`

/** Which story shows a row: `file › story`, by the id of the row. */
export type ShownBy = Readonly<Record<string, string>>

/** The text of the page. */
export function compatibility(shownBy: ShownBy): string {
  const endpoints = new Set(
    [...Object.values<Rule>(rules), ...Object.values<Behaviour>(behaviours)].map(({ endpoint }) => endpoint),
  )
  const sections = [...endpoints].map((endpoint) => {
    const tables = [behaviourTable(endpoint, shownBy), ruleTable(endpoint, shownBy)]
    return [`## ${cell(endpoint)}`, ...tables.filter((table) => table !== undefined)].join('\n\n')
  })
  return `${introduction}\n${[...sections, choiceTable()].join('\n\n')}\n`
}

function behaviourTable(endpoint: string, shownBy: ShownBy): string | undefined {
  const rows = Object.entries<Behaviour>(behaviours).filter(
    ([, behaviour]) => behaviour.endpoint === endpoint,
  )
  return table(
    ['behaviour', 'what it does', 'grade', 'known from', 'shown by'],
    rows.map(([id, { sentence, grade, source }]) => [code(id), sentence, grade, source, story(shownBy[id])]),
  )
}

function ruleTable(endpoint: string, shownBy: ShownBy): string | undefined {
  const rows = Object.entries<Rule>(rules).filter(([, rule]) => rule.endpoint === endpoint)
  return table(
    ['rule', 'what must hold', 'otherwise', 'grade', 'known from', 'shown by'],
    rows.map(([id, { sentence, refusal, grade, source }]) => [
      code(id),
      sentence,
      refusal + switchesOf(id),
      grade,
      source,
      story(shownBy[id]),
    ]),
  )
}

function choiceTable(): string {
  const rows = Object.entries<Choice>(choices).map(
    ([id, { sentence, values, default: usual, grade, source }]) => {
      const others = Object.entries(values).filter(([value]) => value !== usual)
      const answer = (value: string, meaning: string) => `${code(value)}: ${meaning}`
      return [
        code(id),
        sentence,
        answer(usual, values[usual] as string),
        others.map(([value, meaning]) => answer(value, meaning)).join('; '),
        grade,
        source,
      ]
    },
  )
  return [switches, ...rows.map(row)].join('\n')
}

/** The switches that change how a rule refuses. */
const switchesOf = (rule: string): string =>
  Object.entries<Choice>(choices)
    .filter(([, choice]) => choice.rule === rule)
    .map(([id]) => ` (switch ${code(id)})`)
    .join('')

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string | undefined {
  if (rows.length === 0) return undefined
  return [row(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(row)].join('\n')
}

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const code = (text: string): string => `\`${text}\``
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

/** A link to the file, by the name of the story. */
function story(shown: string | undefined): string {
  const [file, ...names] = (shown ?? '').split(' › ')
  return file === '' ? '' : `[${names.join(' › ') || file}](../${file})`
}
