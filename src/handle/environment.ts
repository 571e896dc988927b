// How an app under test is told about a pool: by its environment, in the names that it already reads.
import type { ClientRecord } from './clients.ts'

/**
 * `ours` is what this project reads, `series` what the sample of the article reads, `authjs` what Auth.js reads, and
 * `amplify` what Amplify's documentation calls these things.
 */
export type EnvironmentNames = 'ours' | 'series' | 'authjs' | 'amplify'

export interface Addresses {
  readonly id: string
  readonly issuer: string
  readonly jwksUri: string
  readonly domainUrl: string
}

export type Environment = Record<string, string>

/** The words after which the AWS SDKs and command line call this server, with keys that they insist on. */
const awsVariables = ({ id, domainUrl }: Addresses): Environment => ({
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: domainUrl,
  AWS_REGION: regionOf(id),
  AWS_ACCESS_KEY_ID: 'mock',
  AWS_SECRET_ACCESS_KEY: 'mock',
})

const regionOf = (poolId: string): string => poolId.slice(0, poolId.indexOf('_'))

const environments: Readonly<
  Record<EnvironmentNames, (pool: Addresses, client: ClientRecord | undefined) => Environment>
> = {
  ours: (pool, client) => ({
    COGNITO_ISSUER: pool.issuer,
    COGNITO_DOMAIN: pool.domainUrl,
    COGNITO_USER_POOL_ID: pool.id,
    ...clientVariables(client, 'COGNITO_CLIENT_ID', 'COGNITO_CLIENT_SECRET'),
    COGNITO_JWKS_URI: pool.jwksUri,
    ...awsVariables(pool),
  }),
  series: (pool, client) => ({
    COGNITO_ISSUER: pool.issuer,
    COGNITO_DOMAIN: pool.domainUrl,
    ...clientVariables(client, 'COGNITO_APP_ID', 'COGNITO_APP_SECRET'),
    AWS_REGION: regionOf(pool.id),
  }),
  authjs: (pool, client) => ({
    AUTH_COGNITO_ISSUER: pool.issuer,
    ...clientVariables(client, 'AUTH_COGNITO_ID', 'AUTH_COGNITO_SECRET'),
  }),
  amplify: (pool, client) => ({
    AMPLIFY_USERPOOL_ID: pool.id,
    ...clientVariables(client, 'AMPLIFY_WEBCLIENT_ID', undefined),
    // Amplify writes https:// before it.
    AMPLIFY_OAUTH_DOMAIN: pool.domainUrl.replace(/^https?:\/\//, ''),
    AWS_REGION: regionOf(pool.id),
  }),
}

export const environmentNames = Object.keys(environments) as EnvironmentNames[]

export function environmentFor(
  pool: Addresses,
  client: ClientRecord | undefined,
  names: EnvironmentNames = 'ours',
): Environment {
  const environment = Object.hasOwn(environments, names) ? environments[names] : undefined
  if (environment === undefined)
    throw new Error(`there are no names ${names}; there are ${environmentNames.join(', ')}`)
  return environment(pool, client)
}

function clientVariables(
  client: ClientRecord | undefined,
  idName: string,
  secretName: string | undefined,
): Environment {
  if (client === undefined) return {}
  const { id, secret } = client
  return {
    [idName]: id,
    ...(secretName !== undefined && secret !== undefined && { [secretName]: secret }),
  }
}

export type EnvironmentFormat = 'dotenv' | 'json' | 'shell' | 'github' | 'compose'

/** A value as a shell takes it, whatever is in it. */
const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`

const lines: Readonly<Record<EnvironmentFormat, (environment: Environment) => string>> = {
  dotenv: (environment) => eachLine(environment, (name, value) => `${name}=${value}`),
  // What $GITHUB_ENV takes.
  github: (environment) => eachLine(environment, (name, value) => `${name}=${value}`),
  shell: (environment) => eachLine(environment, (name, value) => `export ${name}=${quoted(value)}`),
  compose: (environment) => eachLine(environment, (name, value) => `${name}: ${JSON.stringify(value)}`),
  json: (environment) => `${JSON.stringify(environment, null, 2)}\n`,
}

export const environmentFormats = Object.keys(lines) as EnvironmentFormat[]

/** The text of an environment, with a line feed at its end. */
export const formatted = (environment: Environment, format: EnvironmentFormat): string =>
  lines[format](environment)

const eachLine = (environment: Environment, line: (name: string, value: string) => string): string =>
  Object.entries(environment)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('')
