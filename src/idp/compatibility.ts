// docs/compatibility.md, written from the rules table, so that it cannot say anything else than the code
// does.
import { type Rule, rules } from './domain/rules.ts'

const introduction = `# Compatibility

What mocknito checks, endpoint by endpoint, what the wire says when a check fails, and how sure we are that Cognito
does the same. This page is generated from the table in \`src/idp/domain/rules.ts\`; the id in the first column is
the one that the log, the journal and the error page print.

| grade | meaning |
|---|---|
| DOC | AWS documents it |
| SEEN | it was observed on the real service |
| GUESS | our best reading; not a fact |

Every rule is shown by the tests both ways: the suite fails if no test has seen it hold, or none has seen it refuse.
`

/** The text of the page. */
export function compatibility(): string {
  const table = Object.entries<Rule>(rules)
  const endpoints = [...new Set(table.map(([, { endpoint }]) => endpoint))]
  const sections = endpoints.map((endpoint) => {
    const rows = table
      .filter(([, rule]) => rule.endpoint === endpoint)
      .map(
        ([id, { sentence, refusal, grade, source }]) =>
          `| \`${id}\` | ${cell(sentence)} | ${cell(refusal)} | ${grade} | ${cell(source)} |`,
      )
    return [
      `## ${cell(endpoint)}`,
      '',
      '| rule | what must hold | otherwise | grade | known from |',
      '|---|---|---|---|---|',
      ...rows,
    ].join('\n')
  })
  return `${introduction}\n${sections.join('\n\n')}\n`
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
