// The public API, nothing else.
export type { Exchange } from './idp/domain/journal.ts'
export type { PreTokenGenerationEvent } from './idp/domain/pre-token-generation/event.ts'
export type { HookCall, Verdict } from './idp/domain/trail.ts'
export type { Duration } from './idp/duration.ts'
export { FixtureError } from './idp/fixture/load.ts'
export type { Fixture } from './idp/fixture/schema.ts'
export type { LambdaHandler } from './idp/hooks/handler.ts'
export type { PoolHooks, VersionedHandler } from './idp/hooks/index.ts'
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
