// What an app is told of the demo beside its pool: where the BFF is, in the names of its settings or of the sample's.
import { seriesNames } from '../bff/config.ts'
import type { Environment, EnvironmentNames } from '../handle/environment.ts'

/**
 * The addresses of the BFF, as it was told them, or as they are if it was told nothing.
 *
 * @example
 * bffVariables('http://localhost:9401', {}, 'series').LOGIN_REDIRECT_URL // 'http://localhost:9401/'
 */
export function bffVariables(
  bffUrl: string,
  told: Readonly<Record<string, string | undefined>>,
  names: EnvironmentNames,
): Environment {
  if (names !== 'ours' && names !== 'series') return {}
  const said = (name: string) => told[name] || told[seriesNames[name] as string]
  const home = said('BFF_HOME_URL') || `${bffUrl}/`
  const settings = {
    BFF_PUBLIC_URL: bffUrl,
    BFF_HOME_URL: home,
    BFF_ALLOWED_ORIGINS: said('BFF_ALLOWED_ORIGINS') || new URL(home).origin,
  }
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [names === 'ours' ? name : seriesNames[name], value]),
  )
}
