// The public API, nothing else.
export type { Switches } from './idp/domain/choices.ts'
export type { Exchange } from './idp/domain/journal.ts'
export type { Verdict } from './idp/domain/trail.ts'
export type { Duration } from './idp/duration.ts'
export { FixtureError } from './idp/fixture/load.ts'
export type { Fixture } from './idp/fixture/schema.ts'
export type { IssuerMode } from './idp/urls.ts'
export {
  type Mocknito,
  StartError,
  type StartedClient,
  type StartedPool,
  type StartedUsers,
  type StartOptions,
  startMocknito,
} from './start.ts'
