// mocknito doctor: why does it not work? Looks at what goes wrong most often (the port, the names, the issuer) and says
// each finding in a sentence, with what to do.
import { lookup } from 'node:dns/promises'
import { createServer } from 'node:net'
import { variables } from '../command-line.ts'
import { nearest } from '../idp/domain/redirect-uri.ts'

export interface Finding {
  readonly isWell: boolean
  readonly sentence: string
}

export interface Patient {
  readonly port: number
  readonly host: string
  /** The issuer as the app under test is told, if it is to be looked at. */
  readonly issuer: string | undefined
  /** The data directory, if one is to be looked at. */
  readonly data: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

export async function examine({ port, host, issuer, data, env }: Patient): Promise<Finding[]> {
  return [
    environment(env),
    ...unreadVariables(env),
    ...theCodespace(env, port),
    await thePort(host, port),
    await theName('localhost'),
    ...(issuer === undefined ? [] : await theIssuer(issuer)),
    ...(data === undefined ? [] : [await theData(data)]),
  ]
}

/** One line each; what is not well stands out. */
export const report = (findings: readonly Finding[]): string =>
  findings.map(({ isWell, sentence }) => `${isWell ? 'ok  ' : 'MEND'}  ${sentence}\n`).join('')

const well = (sentence: string): Finding => ({ isWell: true, sentence })
const mend = (sentence: string): Finding => ({ isWell: false, sentence })

const environment = ({ NODE_ENV }: Patient['env']): Finding =>
  NODE_ENV === 'production'
    ? mend('NODE_ENV is production: mocknito refuses to start. Unset it, or say --allow-production.')
    : well(`NODE_ENV is ${NODE_ENV || 'not set'}.`)

/** What looks like a setting and is none, as a slip of the pen does. */
function unreadVariables(env: Patient['env']): Finding[] {
  const read = [...variables, ...whatWeSet]
  return Object.keys(env)
    .filter((name) => name.startsWith('MOCKNITO_') && !read.includes(name) && !serviceVariable.test(name))
    .map((name) => mend(`${name} is set, and nothing reads it. Did you mean ${nearest(name, variables)}?`))
}

/** What `mocknito exec` tells its command. */
const whatWeSet = ['MOCKNITO_URL', 'MOCKNITO_CONTROL_TOKEN']

/** What Kubernetes tells every pod of a service that is called mocknito. */
const serviceVariable = /^MOCKNITO_(?:SERVICE_|PORT_\d)/

function theCodespace(env: Patient['env'], port: number): Finding[] {
  const { CODESPACES, CODESPACE_NAME: name, GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: domain } = env
  if (CODESPACES !== 'true') return []
  const url = `https://${name}-${port}.${domain}`
  return env.MOCKNITO_PUBLIC_URL === url
    ? [well(`This is a Codespace, and mocknito is told by which name browsers reach it: ${url}.`)]
    : [
        mend(
          `This is a Codespace: browsers reach mocknito at ${url}. Start it with --public-url set to that, and let the app's back end call it by http://127.0.0.1:${port}, since a private port asks callers to log in.`,
        ),
      ]
}

async function thePort(host: string, port: number): Promise<Finding> {
  if (await isFree(host, port)) return well(`Port ${port} of ${host} is free.`)
  const url = `http://${host}:${port}`
  const health = await read(`${url}/health`)
  return typeof health.version === 'string'
    ? well(`A mocknito ${health.version} answers at ${url}.`)
    : mend(
        `Port ${port} of ${host} is taken by something that is no mocknito: say --port with another one, or 0.`,
      )
}

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, host, () => server.close(() => resolve(true)))
  })

async function theName(name: string): Promise<Finding> {
  const addresses = await lookup(name, { all: true }).catch(() => [])
  const seen = addresses.map(({ address }) => address).join(', ')
  return addresses.some(({ address }) => address === '127.0.0.1')
    ? well(`${name} is ${seen}.`)
    : /* c8 ignore next -- what a machine calls localhost is not a test's to change */
      mend(`${name} is ${seen || 'not known'}, and mocknito listens on 127.0.0.1: use that in URLs.`)
}

/** What a strict client does first: it compares the issuer that it was told with the one that answers. */
async function theIssuer(issuer: string): Promise<Finding[]> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const document = await read(url)
  if (typeof document.issuer !== 'string') {
    const why = String(document.message ?? document.detail ?? 'nothing that is JSON answers there')
    return [mend(`${url} is no discovery document: ${why}`)]
  }
  if (document.issuer !== issuer)
    return [
      mend(
        `The app is told the issuer ${issuer}, and the server there calls itself ${document.issuer}: strict clients refuse that. Start mocknito with --public-url set to the URL by which all callers reach it, and tell the app exactly ${document.issuer}.`,
      ),
    ]
  const keys = await read(String(document.jwks_uri))
  return [
    well(`The issuer ${issuer} is what the server there calls itself.`),
    Array.isArray(keys.keys)
      ? well(`Its keys are at ${document.jwks_uri}.`)
      : mend(`Its keys cannot be read at ${document.jwks_uri}, from here.`),
  ]
}

/** Looks without touching: a mock may be running on it. */
async function theData(directory: string): Promise<Finding> {
  const { inspectDirectory } = await import('../idp/stores/data/inspect.ts')
  try {
    return well(inspectDirectory(directory))
  } catch (cause) {
    return mend(`${(cause as Error).message}.`)
  }
}

async function read(url: string): Promise<Record<string, unknown>> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(3000) })
    return (await answer.json()) as Record<string, unknown>
  } catch (cause) {
    return { message: ((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message }
  }
}
