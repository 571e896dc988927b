// Everything about a pool that a test can change, as one value: what a snapshot keeps, and what a reset puts back.
import type { FailedAttempts } from '../idp/domain/attempts.ts'
import type { AutoSignIn } from '../idp/domain/auto-sign-in.ts'
import type { Client } from '../idp/domain/client.ts'
import type { ClockSetting } from '../idp/domain/clock.ts'
import type { KeptCode } from '../idp/domain/codes.ts'
import type { Continuation } from '../idp/domain/continuations.ts'
import type { Message } from '../idp/domain/inbox.ts'
import type { PoolKeys } from '../idp/domain/keys.ts'
import type { RefreshFamily } from '../idp/domain/refresh-tokens.ts'
import type { UsedToken } from '../idp/domain/second-factor.ts'
import type { BrowserSession } from '../idp/domain/sessions.ts'
import type { User } from '../idp/domain/user.ts'
import type { Group, UserPool } from '../idp/domain/user-pool.ts'
import type { KeptVerificationCode } from '../idp/domain/verification-codes.ts'

export interface PoolState {
  readonly clients: readonly Client[]
  readonly groups: readonly Group[]
  readonly users: readonly User[]
  readonly codes: readonly KeptCode[]
  readonly sessions: readonly BrowserSession[]
  readonly refreshFamilies: readonly RefreshFamily[]
  readonly verificationCodes: readonly KeptVerificationCode[]
  readonly continuations: readonly Continuation[]
  readonly attempts: readonly FailedAttempts[]
  readonly usedTokens: readonly UsedToken[]
  readonly mails: readonly Message[]
  readonly autoSignIn: AutoSignIn | undefined
  readonly keys: Promise<PoolKeys>
  readonly clock: ClockSetting
}

export async function stateOf(pool: UserPool): Promise<PoolState> {
  const [users, codes, sessions, refreshFamilies, ...steps] = await Promise.all([
    pool.users.list(),
    pool.codes.records(),
    pool.sessions.records(),
    pool.refreshTokens.records(),
    pool.verificationCodes.records(),
    pool.continuations.records(),
    pool.attempts.records(),
    pool.usedTokens.records(),
  ])
  const [verificationCodes, continuations, attempts, usedTokens] = steps
  return {
    clients: [...pool.clients.values()],
    groups: [...pool.groups.values()],
    users,
    codes,
    sessions,
    refreshFamilies,
    verificationCodes,
    continuations,
    attempts,
    usedTokens,
    mails: pool.inbox.list(),
    autoSignIn: pool.autoSignIns.current,
    keys: pool.keys,
    clock: pool.clock.setting,
  }
}

/** A pool in which nothing has happened yet. */
export const untouchedState = (
  beginning: Pick<PoolState, 'clients' | 'groups' | 'users' | 'keys'>,
): PoolState => ({
  ...beginning,
  codes: [],
  sessions: [],
  refreshFamilies: [],
  verificationCodes: [],
  continuations: [],
  attempts: [],
  usedTokens: [],
  mails: [],
  autoSignIn: undefined,
  clock: { aheadMilliseconds: 0 },
})

/** Puts everything back but the clock, which is moved on its own. */
export async function restoreData(pool: UserPool, state: PoolState): Promise<void> {
  replace(pool.clients, state.clients, ({ id }) => id)
  replace(pool.groups, state.groups, ({ name }) => name)
  pool.autoSignIns.set(state.autoSignIn)
  pool.inbox.restore(state.mails)
  await Promise.all([
    pool.users.restore(state.users),
    pool.codes.restore(state.codes),
    pool.sessions.restore(state.sessions),
    pool.refreshTokens.restore(state.refreshFamilies),
    pool.verificationCodes.restore(state.verificationCodes),
    pool.continuations.restore(state.continuations),
    pool.attempts.restore(state.attempts),
    pool.usedTokens.restore(state.usedTokens),
    pool.changeKeys(state.keys),
  ])
}

function replace<V>(map: Map<string, V>, values: readonly V[], keyOf: (value: V) => string): void {
  map.clear()
  for (const value of values) map.set(keyOf(value), value)
}
