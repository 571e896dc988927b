// What the routes of the BFF work with. Each route names the few of these that it needs.
import type { Clock } from './clock.ts'
import type { BffConfig } from './config.ts'
import type { Cookies } from './cookies.ts'
import type { IdentityProvider } from './identity-provider.ts'
import type { Sessions } from './sessions.ts'
import type { Transactions } from './transactions.ts'
import type { Urls } from './urls.ts'

export interface Bff {
  readonly clock: Clock
  readonly config: BffConfig
  readonly cookies: Cookies
  readonly provider: IdentityProvider
  readonly sessions: Sessions
  readonly transactions: Transactions
  readonly urls: () => Urls
}
