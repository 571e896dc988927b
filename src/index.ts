// The public API, nothing else.
export { type ConnectOptions, connect } from './connect/mocknito.ts'
export type { Auth, CodeRequest, Cookie, Followed, FollowOptions, StorageState } from './handle/auth.ts'
export type { Client, ClientRecord, FurtherUrls, NewClient } from './handle/clients.ts'
export type { Ageing, AgeingKind, Clock } from './handle/clock.ts'
export type { Environment, EnvironmentNames } from './handle/environment.ts'
export type { ArmedFault, Fault, FaultOptions, Faults, MutableAnswer } from './handle/faults.ts'
export type { Inbox, Mail, MailFilter, MailKind } from './handle/inbox.ts'
export type { CodeView, Introspection, RefreshFamilyView, SsoSessionView } from './handle/introspection.ts'
export type { Key, Keys } from './handle/keys.ts'
export type { Info, Mocknito, PoolSeed, Resettable, Snapshot } from './handle/mocknito.ts'
export type { Pool } from './handle/pool.ts'
export type {
  RecordedRequest,
  RequestFilter,
  Requests,
  RequestTarget,
  Target,
  WaitOptions,
} from './handle/requests.ts'
export type { Defect, MintOptions, TokenSet, Tokens, TokenUse } from './handle/tokens.ts'
export type { NewUser, User, UserChange, UserStatus, Users } from './handle/users.ts'
export { TimeoutError } from './handle/waiting.ts'
export type { HttpsOptions, SecurePort } from './https/index.ts'
export type { Switches } from './idp/domain/choices.ts'
export type { Exchange } from './idp/domain/journal.ts'
export type { PreTokenGenerationEvent } from './idp/domain/pre-token-generation/event.ts'
export type { HookCall, Verdict } from './idp/domain/trail.ts'
export type { Duration } from './idp/duration.ts'
export type { Fixture } from './idp/fixture/fixture.ts'
export { FixtureError } from './idp/fixture/load.ts'
export type { LambdaHandler } from './idp/hooks/handler.ts'
export type { PoolHooks, VersionedHandler } from './idp/hooks/index.ts'
export type { IssuerMode } from './idp/urls.ts'
export { StartError, type StartedMocknito, type StartOptions, startMocknito } from './start.ts'
