// What the command line of the benchmark may say.
import { parseArgs } from 'node:util'

/**
 * @typedef {object} Options
 * @property {number} rounds how often each throughput is measured
 * @property {number} starts how often each server is started from cold
 * @property {number} loginSeconds how long each measurement of full logins lasts
 * @property {number} codes how many codes one measurement exchanges
 * @property {number} signingSeconds how long each measurement of raw signing lasts
 * @property {number} manyLogins how many log in at a mock before it is measured once more
 * @property {number} users how many virtual users work at once
 * @property {string | undefined} json where to write every single measurement
 */

export const help = `npm run bench -- [options]

  --rounds NUMBER   how often each throughput is measured (default: 5)
  --starts NUMBER   how often each server is started from cold (default: 11)
  --users NUMBER    virtual users at once (default: 8)
  --quick           2 short rounds, 3 starts: to see that it works, not to believe it
  --json FILE       write every single measurement there
  --help
`

/**
 * @param {readonly string[]} words
 * @returns {Options | undefined} nothing if help was asked for
 */
export function readOptions(words) {
  const { values } = parseArgs({
    args: [...words],
    options: {
      rounds: { type: 'string' },
      starts: { type: 'string' },
      users: { type: 'string', default: '8' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick } = values
  return {
    rounds: count('--rounds', values.rounds ?? (quick ? '2' : '5')),
    starts: count('--starts', values.starts ?? (quick ? '3' : '11')),
    users: count('--users', values.users),
    loginSeconds: quick ? 0.5 : 1,
    codes: quick ? 200 : 800,
    signingSeconds: quick ? 0.4 : 0.7,
    manyLogins: quick ? 2_000 : 50_000,
    json: values.json,
  }
}

function count(flag, text) {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0 && number <= 1000) return number
  throw new Error(`${flag} is ${text}, expected a number from 1 to 1000`)
}
