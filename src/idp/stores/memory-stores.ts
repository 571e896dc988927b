// Every store in memory: what a mock keeps what is going on in, unless it is told otherwise.
import { createAutoSignIns } from '../domain/auto-sign-in.ts'
import { createInbox } from '../domain/inbox.ts'
import { createKeyRing } from '../domain/keys.ts'
import type { Stores } from '../fixture/build.ts'
import { memoryCodes, memoryRefreshTokens, memorySessions, memoryUsers } from './memory.ts'
import {
  memoryAttempts,
  memoryContinuations,
  memoryUsedTokens,
  memoryVerificationCodes,
} from './memory-logins.ts'

/** Where a store gets its maps from: by their name, and with what a fixture says. */
export type Records = <V>(name: string, beginning?: Iterable<readonly [string, V]>) => Map<string, V>

/** The stores whose maps are made there. */
export const storesIn = (
  records: Records,
): Omit<Stores, 'clock' | 'beganAt' | 'keys' | 'autoSignIns' | 'inbox'> => ({
  clients: (registered) =>
    records(
      'clients',
      registered.map((client) => [client.id, client]),
    ),
  groups: (known) =>
    records(
      'groups',
      known.map((group) => [group.name, group]),
    ),
  users: (options, people) =>
    memoryUsers(
      options,
      people,
      records(
        'users',
        people.map((user) => [user.sub, user]),
      ),
    ),
  codes: (clock) => memoryCodes(clock, records('codes')),
  sessions: (clock) => memorySessions(clock, records('sessions')),
  refreshTokens: (clock) =>
    memoryRefreshTokens(clock, records('refresh-tokens'), records('retired'), records('revoked')),
  verificationCodes: (clock) => memoryVerificationCodes(clock, records('verification-codes')),
  continuations: (clock) => memoryContinuations(clock, records('continuations')),
  attempts: (clock) => memoryAttempts(clock, records('attempts')),
  usedTokens: (clock) => memoryUsedTokens(clock, records('used-tokens')),
})

const inMemory: Stores = {
  ...storesIn((_, beginning) => new Map(beginning)),
  clock: (make) => make(),
  beganAt: (clock) => clock.now(),
  keys: (read) => createKeyRing(read()),
  autoSignIns: () => createAutoSignIns(),
  inbox: () => createInbox(),
}

/** The same for every pool: what is made of them is the pool's own. */
export const memoryStores = (): Stores => inMemory
