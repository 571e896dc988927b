// The benchmark: one command, one table. Everything that is compared is measured in turn, round after round, so that
// whatever else the machine does falls on all of them; only ratios within a run mean anything.
// Needs `npm ci` (which builds dist/) and `npm ci --prefix bench`.
import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from './child.js'
import { coldStart } from './cold-start.js'
import { contenders } from './contenders.js'
import { describeMachine, pinDriver } from './cores.js'
import { help, readOptions } from './options.js'
import { measureSizes } from './size.js'
import { median, summary } from './statistics.js'
import { inProcessTable, nearness, sizeTable, table, verdicts } from './table.js'
import { judge } from './targets.js'
import { exchangesPerSecond, loginsPerSecond, openHouse } from './throughput.js'

/**
 * Every single measurement, in the order of the rounds.
 *
 * @typedef {object} Measurements
 * @property {Record<string, { coldStart: number[], coldStartOnCore: number[], memory: number[], logins: number[], exchanges: number[] }>} contenders
 * @property {Record<'mocknito' | 'oauth2MockServer', InProcess[]>} inProcess one for each start
 * @property {import('./size.js').SizeMeasurements} [sizes]
 * @property {number[]} rawSigning signatures a second
 * @property {number[]} serverShares of the clock's time that the servers had their core
 * @property {number[]} driverShares the same of the driver
 *
 * @typedef {object} InProcess in milliseconds of the core
 * @property {number} firstStart with the import, in a fresh process
 * @property {number} start each further one
 * @property {number} close
 * @property {number} [createPool]
 * @property {number} [mintsPerSecond]
 */

const needed = [
  ['../dist/cli.js', 'npm ci'],
  ['node_modules', 'npm ci --prefix bench'],
]

/** Of the round that does not count, in rounds that do. */
const warmUpLength = 4

/** @param {import('./options.js').Options} options */
async function run(options) {
  for (const [path, command] of needed)
    if (!existsSync(new URL(path, import.meta.url)))
      throw new Error(`${command} first: there is no bench/${path}`)
  pinDriver()
  const folder = await mkdtemp(join(tmpdir(), 'mocknito-bench-'))
  try {
    const environment = await prepare(folder)
    const rows = contenders()
    const measured = emptyMeasurements(rows)
    await measureStarts(rows, measured, environment, options)
    await measureInProcess(measured, environment, options)
    await measureThroughput(rows, measured, environment, options)
    measured.sizes = await measureSizes(environment, options, progress)
    await tell(rows, measured, options)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** One key for every server that needs one, and a cache of its own for mocknito, so that the user's stays as it is. */
async function prepare(folder) {
  const keyFile = join(folder, 'key.json')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(
    keyFile,
    JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256' }),
  )
  return { BENCH_KEY_FILE: keyFile, XDG_CACHE_HOME: folder }
}

/** @returns {Measurements} */
const emptyMeasurements = (rows) => ({
  contenders: Object.fromEntries(
    rows.map(({ id }) => [id, { coldStart: [], coldStartOnCore: [], memory: [], logins: [], exchanges: [] }]),
  ),
  inProcess: { mocknito: [], oauth2MockServer: [] },
  rawSigning: [],
  serverShares: [],
  driverShares: [],
})

async function measureStarts(rows, measured, environment, { starts }) {
  const starters = rows.filter(({ startsCold }) => startsCold)
  // Files come into the page cache, and mocknito's keys into its cache.
  for (const contender of starters) await warmUp(contender, environment)
  for (let round = 1; round <= starts; round++) {
    progress(`start ${round} of ${starts}`)
    for (const contender of starters) {
      const { milliseconds, coreMilliseconds, megabytes } = await coldStart(contender, environment)
      measured.contenders[contender.id].coldStart.push(milliseconds)
      measured.contenders[contender.id].coldStartOnCore.push(coreMilliseconds)
      if (megabytes !== undefined) measured.contenders[contender.id].memory.push(megabytes)
    }
  }
}

/** One start that does not count, long enough for keys to be made and kept: a login needs them. */
async function warmUp(contender, environment) {
  const house = await openHouse(contender, environment, 1)
  try {
    if (contender.logsIn) await house.visitors[0].login()
  } finally {
    await house.close()
  }
}

async function measureInProcess({ inProcess }, environment, { starts }) {
  const script = new URL('in-process.js', import.meta.url).pathname
  // Round 0 makes the keys that created pools share, and does not count.
  for (let round = 0; round <= starts; round++) {
    progress(`start in a process ${round} of ${starts}`)
    for (const [mock, figures] of Object.entries(inProcess)) {
      const { says, stop } = await startChild([script, mock], environment)
      await stop()
      if (round > 0) figures.push(says)
    }
  }
}

async function measureThroughput(rows, measured, environment, options) {
  const { rounds, users, codes, loginSeconds, signingSeconds } = options
  const houses = []
  try {
    for (const row of rows) houses.push(await openHouse(row, environment, users))
    // Round 0 warms up the compilers of both sides, and does not count. It is longer: a server that has answered little
    // has been compiled little.
    for (let round = 0; round <= rounds; round++) {
      progress(`round ${round} of ${rounds}`)
      const counts = round > 0
      const length = counts ? 1 : warmUpLength
      const rawSigning = await signaturesPerSecond(signingSeconds, environment)
      if (counts) measured.rawSigning.push(rawSigning)
      const note = (id, measure, { perSecond, serverShare, driverShare }) => {
        if (!counts) return
        measured.contenders[id][measure].push(perSecond)
        measured.serverShares.push(serverShare)
        measured.driverShares.push(driverShare)
      }
      for (const house of houses.filter(({ contender }) => contender.exchanges))
        note(house.contender.id, 'exchanges', await exchangesPerSecond(house, codes * length))
      for (const house of houses.filter(({ contender }) => contender.logsIn))
        note(house.contender.id, 'logins', await loginsPerSecond(house, loginSeconds * length))
    }
  } finally {
    for (const house of houses) await house.close()
  }
}

async function signaturesPerSecond(seconds, environment) {
  const script = new URL('raw-signing.js', import.meta.url).pathname
  const { says, stop } = await startChild([script, String(seconds)], environment)
  await stop()
  return says.perSecond
}

async function tell(rows, measured, options) {
  const { rounds, starts, users, json } = options
  const targets = judge(measured)
  progress('')
  console.log(`${describeMachine()}
${starts} starts, ${rounds} rounds, ${users} users at once; median (least-most)

${table(rows, measured)}

${inProcessTable(measured.inProcess)}

${sizeTable(measured.sizes, options.manyLogins)}

${nearness(measured)}

${shares(measured)}

${verdicts(targets)}`)
  if (json !== undefined)
    await writeFile(json, JSON.stringify({ machine: describeMachine(), measured, targets }, null, 2))
}

/** How far the figures can be trusted. */
function shares({ serverShares, driverShares }) {
  const percent = (portion) => `${Math.round(portion * 100)} %`
  const had = (name, numbers) => {
    const { median, least, most } = summary(numbers)
    return `${name} had ${percent(median)} (${percent(least)}-${percent(most)})`
  }
  const sentences = [
    `Of the clock's time on their cores, ${had('servers', serverShares)} and ${had('the driver', driverShares)}.`,
    'All but the first column count the time of the core: what other programs take of it does not matter.',
  ]
  if (median(driverShares) > 0.9) sentences.push('NOTE: the driver was the bottleneck.')
  if (median(serverShares) < 0.8)
    sentences.push('NOTE: the machine was busy: do not believe the first column.')
  return sentences.join('\n')
}

/** What is going on, for a person who waits; a file gets the table only. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

const options = readOptions(process.argv.slice(2))
if (options === undefined) process.stdout.write(help)
else await run(options)
