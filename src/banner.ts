// The block on the terminal: where everything is, and who can log in.
import { howToTrust } from './https/how-to-trust.ts'
import { type ChoiceId, choices, type Switches } from './idp/domain/choices.ts'
import type { Fixture } from './idp/fixture/fixture.ts'
import type { StartedMocknito } from './start.ts'

/**
 * @param bffUrl where the demo app is, if there is one
 * @param isDemoWorld whether passwords and secrets are the published ones of the default world; those of
 *   anyone else stay out of terminals
 */
export function banner(
  {
    url,
    https,
    pool,
    fixture,
    switches,
    fixedCode,
    dataDirectory,
  }: Pick<StartedMocknito, 'url' | 'https' | 'pool' | 'fixture' | 'switches' | 'fixedCode' | 'dataDirectory'>,
  { version, bffUrl, isDemoWorld }: { version: string; bffUrl: string | undefined; isDemoWorld: boolean },
): string {
  const places = [
    ...(bffUrl === undefined ? [] : [['demo app', `${bffUrl}   open it and click "Log in"`]]),
    ['mock', url],
    ...(https === undefined ? [] : [['', https.url]]),
    ['issuer', pool.issuer],
    ['JWKS', pool.jwksUri],
    ['inbox', `${url}/_mock/inbox`],
    ...(dataDirectory === undefined ? [] : [['data', `${dataDirectory}   kept from start to start`]]),
    ...(fixedCode === undefined ? [] : [['codes', `every code is ${fixedCode} (fixed)`]]),
  ]
  const clients = pool.clients.map(({ name, id, secret, callbackUrls }) => [
    name,
    id,
    secret === undefined ? 'public' : isDemoWorld ? secret : 'confidential',
    callbackUrls[0] ?? '',
  ])
  return [
    `mocknito ${version}: Amazon Cognito on this machine. Not AWS, not for production.`,
    '',
    ...columns(places),
    '',
    ...(https?.caFile === undefined ? [] : trust(https.caFile)),
    `  clients of pool ${pool.id}`,
    ...columns(clients),
    '',
    '  users',
    ...columns(users(fixture, isDemoWorld)),
    '',
    ...switched(switches),
    '',
  ].join('\n')
}

/** What differs from the defaults, so that nobody wonders later. */
function switched(switches: Switches): string[] {
  const rows = Object.entries(switches).map(([id, value]) => [
    `${id}=${value}`,
    `default: ${choices[id as ChoiceId].default}`,
  ])
  return rows.length === 0 ? [] : ['  switched', ...columns(rows), '']
}

/** What makes clients believe the certificate of the HTTPS port. */
const trust = (caFile: string): string[] => [
  `  to trust https`,
  ...columns([
    ['Node', `NODE_EXTRA_CA_CERTS="${caFile}"`],
    ['browsers', howToTrust(caFile, process.platform)],
  ]),
  '',
]

const usersShown = 20

function users({ pools }: Fixture, isDemoWorld: boolean): string[][] {
  const all = pools[0]?.Users ?? []
  const rows = all.slice(0, usersShown).map((user) => {
    const remarks = [
      user.Enabled === false ? 'disabled' : (user.UserStatus ?? 'CONFIRMED'),
      ...(user.SoftwareTokenSecret === undefined
        ? []
        : [isDemoWorld ? `TOTP seed ${user.SoftwareTokenSecret}` : 'TOTP']),
      ...(user.Groups ?? []).map((group) => `group ${group}`),
    ]
    return [user.Username, isDemoWorld ? (user.Password ?? '') : '', remarks.join(', ')]
  })
  return all.length > usersShown ? [...rows, [`and ${all.length - usersShown} more`]] : rows
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  return rows.map((row) =>
    `    ${row.map((cell, index) => cell.padEnd(widths[index] as number)).join('  ')}`.trimEnd(),
  )
}
