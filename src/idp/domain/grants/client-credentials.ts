// RFC 6749 §4.4. A machine gets an access token for custom scopes and nothing else; without a scope
// parameter, all custom scopes of the client (AWS: M2M authorization).
import { overridesForMachine } from '../pre-token-generation/index.ts'
import { invalidRequest, invalidScope } from '../refusal.ts'
import { activeScopes, isCustomScope, splitScope } from '../scopes.ts'
import { demand, type Trail } from '../trail.ts'
import type { KnownClient } from '../user-pool.ts'
import type { Grant } from './grant.ts'

export const clientCredentials: Grant = {
  type: 'client_credentials',
  flows: ['client_credentials'],
  parameters: [],

  admit({ secrets, name }, trail) {
    demand(trail, 'token.machine-secret', secrets.length > 0, () =>
      invalidScope(`client ${name} is public, and only a client with a secret can be a machine`),
    )
  },

  async redeem({ pool, client, parameters, issuer }, trail) {
    const scopes = machineScopes({ pool, client }, splitScope(parameters.scope ?? ''), trail)
    const metadata = parameters.aws_client_metadata
    demand(trail, 'token.client-metadata', isMetadata(metadata), () =>
      invalidRequest('aws_client_metadata is not a JSON object of strings'),
    )
    const machine = { client, scopes: activeScopes(scopes, pool.resourceServers), issuer }
    const hook = pool.hooks.preTokenGeneration
    if (hook === undefined) return { machine }
    const clientMetadata = metadata ? JSON.parse(metadata) : undefined
    return {
      machine: {
        ...machine,
        overrides: await overridesForMachine(hook, pool, machine, clientMetadata, trail),
      },
    }
  },
}

function machineScopes({ pool, client }: KnownClient, asked: readonly string[], trail: Trail): string[] {
  const { scopes, name } = client
  const custom = scopes.filter(isCustomScope)
  demand(trail, 'token.machine-scope', custom.length > 0, () =>
    invalidScope(`client ${name} has no custom scope, and machines get no others`),
  )
  const allowed = asked.filter((scope) => custom.includes(scope))
  const refused = asked.filter((scope) => !custom.includes(scope))
  const ignored = pool.choices['machine-scope-not-allowed'] === 'ignored' && allowed.length > 0
  demand(trail, 'token.machine-scope', refused.length === 0 || ignored, () =>
    invalidScope(
      `scope ${refused.join(' ')} is not one that client ${name} may ask for: ${custom.join(' ')}`,
    ),
  )
  return allowed.length > 0 ? allowed : custom
}

/** AWS: a JSON object whose values are strings; it goes to the pre-token-generation hook. */
function isMetadata(text: string | undefined): boolean {
  if (text === undefined || text === '') return true
  try {
    const parsed: unknown = JSON.parse(text)
    return (
      typeof parsed === 'object' &&
      parsed !== null &&
      !Array.isArray(parsed) &&
      Object.values(parsed).every((value) => typeof value === 'string')
    )
  } catch {
    return false
  }
}
