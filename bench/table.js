// The one table: a row for each contender, a column for each measure, the median and, in brackets, least and most.
import { summary } from './statistics.js'

const columns = [
  { heading: 'cold start, ms', key: 'coldStart' },
  { heading: 'on its core, ms', key: 'coldStartOnCore' },
  { heading: 'memory, MB', key: 'memory' },
  { heading: 'logins/s', key: 'logins' },
  { heading: 'code exchanges/s', key: 'exchanges' },
]

/**
 * @param {import('./contenders.js').Contender[]} rows
 * @param {import('./main.js').Measurements} measured
 * @returns {string}
 */
export function table(rows, { contenders, rawSigning }) {
  let remarks = 0
  const body = rows.map(({ id, name, remark }) => [
    remark === undefined ? name : `${name} [${++remarks}]`,
    ...columns.map(({ key }) => cell(contenders[id][key])),
  ])
  body.push([
    'raw RS256, two signatures each',
    '-',
    '-',
    '-',
    '-',
    cell(rawSigning.map((perSecond) => perSecond / 2)),
  ])
  const notes = rows.flatMap(({ remark }) => remark ?? []).map((remark, index) => `[${index + 1}] ${remark}`)
  return [...aligned([['', ...columns.map(({ heading }) => heading)], ...body]), '', ...notes].join('\n')
}

/** @param {ReturnType<typeof import('./targets.js').judge>} targets */
export const verdicts = (targets) =>
  targets
    .map(({ sentence, ratio, ratios, met }) => {
      const { least, most } = summary(ratios)
      return `${met ? 'met   ' : 'MISSED'}  ${sentence}; measured ${ratio.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`
    })
    .join('\n')

function cell(numbers) {
  if (numbers.length === 0) return '-'
  const { median, least, most } = summary(numbers)
  return `${Math.round(median)} (${Math.round(least)}-${Math.round(most)})`
}

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column])))
      .join('   '),
  )
}
