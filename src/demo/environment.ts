// What an app is told of the demo beside its pool: where the BFF is, in the names of its settings or of the sample's.
import { seriesNames } from '../bff/config.ts'
import type { Urls } from '../bff/urls.ts'
import type { Environment, EnvironmentNames } from '../handle/environment.ts'

/**
 * The addresses of the BFF, as it announces them.
 *
 * @example
 * bffVariables(urls(), 'series').LOGIN_REDIRECT_URL // 'http://localhost:9401/'
 */
export function bffVariables(
  { origin, home, allowedOrigins }: Pick<Urls, 'origin' | 'home' | 'allowedOrigins'>,
  names: EnvironmentNames,
): Environment {
  if (names !== 'ours' && names !== 'series') return {}
  const settings = {
    BFF_PUBLIC_URL: origin,
    BFF_HOME_URL: home.href,
    // Where only the BFF's own pages ask, there is no list.
    BFF_ALLOWED_ORIGINS: allowedOrigins.join(' ') || home.origin,
  }
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [names === 'ours' ? name : seriesNames[name], value]),
  )
}
