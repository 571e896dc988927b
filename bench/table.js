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

/** How near each comes to what two raw signatures for each code allow: one that does nothing else does not reach it either. */
export function nearness({ contenders, rawSigning }) {
  const of = (id) => {
    const { median, least, most } = summary(
      contenders[id].exchanges.map((perSecond, round) => perSecond / (rawSigning[round] / 2)),
    )
    return `${median.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`
  }
  return `Of what two raw signatures for each code allow, the bare HTTP server reached ${of('bareHttp')}, the bare Fastify app ${of('bareFastify')}, mocknito ${of('mocknito')}.`
}

/** What a test pays that starts a mock in its own process. */
export function inProcessTable({ mocknito, oauth2MockServer }) {
  const row = (name, runs) => [
    name,
    ...['firstStart', 'start', 'createPool', 'close', 'mintsPerSecond'].map((key) =>
      key in runs[0]
        ? cell(
            runs.map((run) => run[key]),
            key === 'mintsPerSecond' ? 0 : 1,
          )
        : '-',
    ),
  ]
  const headings = ['import and start, ms', 'start again, ms', 'createPool(), ms', 'close(), ms', 'minted/s']
  return aligned([
    ['in a test’s own process', ...headings],
    row('mocknito', mocknito),
    row('oauth2-mock-server', oauth2MockServer),
  ]).join('\n')
}

/** Whether it matters how many people there are. */
export function sizeTable({ rates, bytesPerUser, bytesPerLogin, bytesPerLoginLater }, manyLogins) {
  const row = (name, { logins, latency }) => [name, cell(logins), cell(latency, 1)]
  const rows = [
    ['people in the pool', 'logins/s', 'each takes, ms'],
    row('1', rates.few),
    row('10 000', rates.many),
    row('100 000', rates.most),
    row(`1, after ${manyLogins} logins`, rates.used),
  ]
  return `${aligned(rows).join('\n')}
memory: ${Math.round(bytesPerUser)} bytes a user, ${Math.round(bytesPerLogin)} bytes a login, ${Math.round(bytesPerLoginLater)} when it has expired`
}

/** @param {ReturnType<typeof import('./targets.js').judge>} targets */
export const verdicts = (targets) =>
  targets
    .map(({ sentence, ratio, ratios, met }) => {
      const { least, most } = summary(ratios)
      return `${met ? 'met   ' : 'MISSED'}  ${sentence}; measured ${ratio.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`
    })
    .join('\n')

function cell(numbers, digits = 0) {
  if (numbers.length === 0) return '-'
  const { median, least, most } = summary(numbers)
  return `${median.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`
}

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column])))
      .join('   '),
  )
}
