// What can be said on the command line, as data: words in, a command or a complaint out. Nothing is started
// here.
import { parseArgs } from 'node:util'
import {
  type EnvironmentFormat,
  type EnvironmentNames,
  environmentFormats,
  environmentNames,
} from './handle/environment.ts'
import type { HttpsOptions } from './https/index.ts'
import { type Switches, switchProblem } from './idp/domain/choices.ts'
import { nearest } from './idp/domain/redirect-uri.ts'
import type { Fixture } from './idp/fixture/fixture.ts'
import type { StartOptions } from './start.ts'

export interface RunCommand {
  readonly name: 'mock' | 'demo' | 'tour'
  readonly mock: Omit<StartOptions, 'log'>
  readonly bffPort: number
  /** Print one line of JSON on standard output when ready. */
  readonly json: boolean
  /** Do not log exchanges. */
  readonly quiet: boolean
  /** Print what an app under test needs in its environment, in this format, when ready. */
  readonly printEnv: EnvironmentFormat | undefined
  /** Under which names. */
  readonly names: EnvironmentNames | undefined
  /** Where a script finds out that it is ready. */
  readonly readyFile: string | undefined
}

/** Run a command beside the mock. */
export interface ExecCommand extends Pick<RunCommand, 'mock' | 'quiet' | 'names'> {
  readonly name: 'exec'
  readonly command: readonly string[]
}

export interface DoctorCommand {
  readonly name: 'doctor'
  readonly port: number
  readonly host: string
  /** As the app under test is told. */
  readonly issuer: string | undefined
  /** A data directory, if one is to be looked at. */
  readonly data: string | undefined
}

/** Works on fixtures, starts nothing. */
export interface FixtureCommand {
  readonly name: 'import' | 'validate'
  /** Files and folders. */
  readonly paths: readonly string[]
}

export type Command =
  | RunCommand
  | ExecCommand
  | DoctorCommand
  | FixtureCommand
  | { readonly name: 'init'; readonly file: string }
  | { readonly name: 'help' }
  | { readonly name: 'version' }

/** What was typed cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const defaultPort = 9400
export const defaultBffPort = 9401
export const defaultHttpsPort = 9443

export const help = `mocknito: Amazon Cognito on your own machine

  mocknito                 start the mock
  mocknito demo            start the mock and the demo app (a reference backend for frontend)
  mocknito exec -- COMMAND run a command with the mock's environment set, on a free port; its exit code is passed on
  mocknito tour            start the mock, walk the code grant, and print each step: its curl, and what came back
  mocknito doctor [ISSUER] say in sentences what is wrong with ports, names, or the issuer that an app is told
  mocknito init [FILE]     write a world to begin with (default: mocknito.yaml)
  mocknito import PATH…    make one fixture of files and folders that the AWS CLI printed, on standard output
  mocknito validate PATH…  say everything that is wrong with a fixture, and what it lacks

  --fixture PATH           the world to start with: a JSON or YAML file, or a folder of what the AWS CLI prints
                           about a user pool (default: the demo world)
  --data DIR               keep whatever was answered there, from one start to the next (default: in memory only)
  --port NUMBER            of the mock, 0 for a free one (default: ${defaultPort})
  --host ADDRESS           to listen on (default: 127.0.0.1)
  --public-url URL         by which browsers and apps reach the mock (default: the Host of each request, if loopback)
  --issuer local|aws       iss is this server, or the real AWS URL of the pool (default: local)
  --switch NAME=VALUE      where sources about Cognito disagree: docs/compatibility.md lists the names (repeatable)
  --trust-proxy            believe the X-Forwarded-Host and -Proto of a proxy in front
  --https                  a second port that speaks TLS, with a certificate from a CA of this machine
  --https-port NUMBER      of it (default: ${defaultHttpsPort}; with --port 0 a free one)
  --https-name NAME        a further name or address that the certificate is good for; may be said again
  --cert FILE --key FILE   a certificate of your own and its key instead, in PEM form
  --fixed-code DIGITS      every code that would be mailed or texted, instead of random ones
  --no-ribbon              pages without the line that says that they are a local mock
  --no-reload              pages that show what was edited in the files of their look only when they are opened again
  --bff-port NUMBER        of the demo app, 0 for a free one (default: ${defaultBffPort})
  --print-env[=FORMAT]     what an app needs in its environment, on standard output: dotenv, json, shell, github, compose
  --names NAMES            of these variables: ours, series, authjs, amplify
  --ready-file FILE        written when ready, with URL and environment; removed at the end
  --control-token TOKEN    what callers of the control API present (default: none on loopback, a random one elsewhere)
  --no-control-token       let anybody who reaches the server control it
  --json                   one line of JSON on standard output when ready
  --quiet                  no line for each exchange
  --allow-production       start although NODE_ENV is production
  --help, --version

Each option is a variable too: --public-url is MOCKNITO_PUBLIC_URL, --https is MOCKNITO_HTTPS=true; what is said here wins.
MOCKNITO_FIXTURE_JSON is a fixture itself, where there is no file to name.
Standard output carries only what a script wants; everything else goes to standard error.
`

/** The shape of `process.env`. */
type Variables = Readonly<Record<string, string | undefined>>

/**
 * Reads the words after `mocknito`, and the variables of what they leave open.
 *
 * @throws UsageError
 * @example
 * readCommandLine(['demo'], { MOCKNITO_PORT: '0' }) // { name: 'demo', mock: { port: 0, … }, … }
 */
export function readCommandLine(words: readonly string[], env: Variables = {}): Command {
  try {
    return commandIn(words, env)
  } catch (error) {
    const [, flag = ''] = /^(--[\w-]+) is /.exec((error as Error).message) ?? []
    const variable = variableOf(flag.slice(2))
    const isSaid = words.some((word) => word === flag || word.startsWith(`${flag}=`))
    throw env[variable] && !isSaid ? new UsageError(`${variable}: ${(error as UsageError).message}`) : error
  }
}

function commandIn(words: readonly string[], env: Variables): Command {
  const { values: said, positionals, tokens, command } = parse(words)
  if (said.help) return { name: 'help' }
  if (said.version) return { name: 'version' }
  const [name = 'mock', ...rest] = positionals
  const [argument] = rest
  if (command.length > 0 && name !== 'exec') throw new UsageError('only exec takes a command after --')
  if (name === 'import' || name === 'validate') {
    const flag = tokens.find(({ kind }) => kind === 'option')
    if (flag !== undefined)
      throw new UsageError(`${name} takes files and folders only, not ${words[flag.index]}`)
    if (rest.length === 0) throw new UsageError(`${name} needs files or folders`)
    return { name, paths: rest }
  }
  const { values } = parse([...wordsOf(env), ...words])
  if (rest.length > (['doctor', 'init'].includes(name) ? 1 : 0))
    throw new UsageError(`one command at a time: ${positionals.join(' ')}`)
  switch (name) {
    case 'mock':
    case 'demo':
    case 'tour':
      return runCommand(name, values, env)
    case 'exec':
      if (command.length === 0) throw new UsageError('exec needs a command: mocknito exec -- npm test')
      return {
        name,
        command,
        mock: { ...mockSettings(values, env), port: portNumber('--port', values.port, 0) },
        names: oneOf('--names', values.names, environmentNames),
        quiet: values.quiet,
      }
    case 'doctor':
      return {
        name,
        port: portNumber('--port', values.port, defaultPort),
        host: values.host ?? '127.0.0.1',
        issuer: argument,
        data: values.data,
      }
    case 'init':
      return { name, file: argument ?? 'mocknito.yaml' }
    default:
      throw new UsageError(
        `there is no command ${name}, only mock, demo, exec, tour, doctor, init, import and validate`,
      )
  }
}

type Values = ReturnType<typeof parse>['values']

const runCommand = (name: RunCommand['name'], values: Values, env: Variables): RunCommand => ({
  name,
  mock: mockSettings(values, env),
  bffPort: portNumber('--bff-port', values['bff-port'], defaultBffPort),
  json: values.json,
  quiet: values.quiet,
  printEnv: oneOf('--print-env', values['print-env'], environmentFormats),
  names: oneOf('--names', values.names, environmentNames),
  readyFile: values['ready-file'],
})

function mockSettings(values: Values, env: Variables): RunCommand['mock'] {
  const { host } = values
  const fixture = values.fixture ?? fixtureIn(env)
  const https = httpsOptions(values)
  const issuer = oneOf('--issuer', values.issuer, ['local', 'aws'] as const)
  const controlToken = values['no-control-token'] ? false : values['control-token']
  return {
    port: portNumber('--port', values.port, defaultPort),
    ...(fixture !== undefined && { fixture }),
    ...(values.data !== undefined && { data: values.data }),
    ...(host !== undefined && { host }),
    ...(values['public-url'] !== undefined && { publicUrl: values['public-url'] }),
    ...(issuer !== undefined && { issuer }),
    ...(controlToken !== undefined && { controlToken }),
    switches: switchesIn(values.switch),
    ...(values['fixed-code'] !== undefined && { fixedCode: values['fixed-code'] }),
    ...(values['no-ribbon'] && { ribbon: false }),
    ...(values['no-reload'] && { reload: false }),
    trustProxy: values['trust-proxy'],
    ...(https !== undefined && { https }),
    allowProduction: values['allow-production'],
  }
}

const flags = {
  fixture: { type: 'string' },
  data: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'public-url': { type: 'string' },
  issuer: { type: 'string' },
  switch: { type: 'string', multiple: true, default: [] as string[] },
  'trust-proxy': { type: 'boolean', default: false },
  https: { type: 'boolean', default: false },
  'https-port': { type: 'string' },
  'https-name': { type: 'string', multiple: true },
  cert: { type: 'string' },
  key: { type: 'string' },
  'fixed-code': { type: 'string' },
  'no-ribbon': { type: 'boolean', default: false },
  'no-reload': { type: 'boolean', default: false },
  'bff-port': { type: 'string' },
  'print-env': { type: 'string' },
  names: { type: 'string' },
  'ready-file': { type: 'string' },
  'control-token': { type: 'string' },
  'no-control-token': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  'allow-production': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
} as const

/** The words of our own, and those after `--`, which are somebody else's. */
function parse(words: readonly string[]) {
  const end = words.indexOf('--')
  const own = end < 0 ? words : words.slice(0, end)
  const command = end < 0 ? [] : words.slice(end + 1)
  // Its format may be left out, which a parser of options cannot know.
  const args = own.map((word) => (word === '--print-env' ? '--print-env=dotenv' : word))
  try {
    return { ...parseArgs({ args, allowPositionals: true, options: flags, tokens: true }), command }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const [, unknown] = /'(-[^']*)'/.exec(code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? message : '') ?? []
    if (unknown === undefined) throw new UsageError(message)
    const known = Object.keys(flags).map((flag) => `--${flag}`)
    throw new UsageError(`there is no option ${unknown}; did you mean ${nearest(unknown, known)}?`)
  }
}

/** By which an option is known to the environment. */
const variableOf = (flag: string): string => `MOCKNITO_${flag.toUpperCase().replaceAll('-', '_')}`

/** Every variable that is read. */
export const variables: readonly string[] = [
  ...Object.keys(flags)
    .filter((flag) => flag !== 'help' && flag !== 'version')
    .map(variableOf),
  'MOCKNITO_FIXTURE_JSON',
]

/** What the environment says, as if it had been typed. An empty variable counts as absent. */
const wordsOf = (env: Variables): string[] =>
  Object.entries(flags).flatMap(([flag, { type, ...kind }]) => {
    const variable = variableOf(flag)
    const text = variables.includes(variable) ? (env[variable] ?? '').trim() : ''
    if (text === '' || isServiceLink(text)) return []
    if (type === 'boolean') return isTrue(variable, text) ? [`--${flag}`] : []
    return ('multiple' in kind ? text.split(/\s+/) : [text]).map((value) => `--${flag}=${value}`)
  })

/** Kubernetes gives every pod a variable MOCKNITO_PORT, if there is a service of that name. */
const isServiceLink = (text: string): boolean => /^(?:tcp|udp|sctp):\/\//.test(text)

function isTrue(variable: string, text: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(text)) return true
  if (/^(?:0|false|no|off)$/i.test(text)) return false
  throw new UsageError(`${variable} is ${text}, expected true or false`)
}

/** For containers of services, which start before there is a file that could be mounted. */
function fixtureIn({ MOCKNITO_FIXTURE_JSON: json }: Variables): Fixture | undefined {
  if (!json) return undefined
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new UsageError(`MOCKNITO_FIXTURE_JSON is no JSON: ${(cause as Error).message}`)
  }
}

function switchesIn(words: readonly string[]): Switches {
  const pairs = words.map((word): [name: string, value: string] => {
    const equals = word.indexOf('=')
    if (equals < 0) throw new UsageError(`--switch is ${word}, expected NAME=VALUE`)
    return [word.slice(0, equals), word.slice(equals + 1)]
  })
  for (const [name, value] of pairs) {
    const problem = switchProblem(name, value)
    if (problem !== undefined) throw new UsageError(problem)
  }
  return Object.fromEntries(pairs)
}

/** Each of the words about HTTPS asks for it. */
function httpsOptions(values: ReturnType<typeof parse>['values']): HttpsOptions | undefined {
  const { https, port, cert, key, 'https-port': httpsPort, 'https-name': names } = values
  const isAskedFor = https || [httpsPort, names, cert, key].some((value) => value !== undefined)
  if (!isAskedFor) return undefined
  return {
    port: portNumber('--https-port', httpsPort, port === '0' ? 0 : defaultHttpsPort),
    ...(names !== undefined && { names }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

function portNumber(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new UsageError(`${flag} is ${text}, expected a number from 0 to 65535`)
}

function oneOf<T extends string>(flag: string, text: string | undefined, known: readonly T[]): T | undefined {
  const found = known.find((each) => each === text)
  if (text === undefined || found !== undefined) return found
  throw new UsageError(`${flag} is ${text}, expected ${known.slice(0, -1).join(', ')} or ${known.at(-1)}`)
}
