// Every store in memory: what a mock keeps what is going on in, unless it is told otherwise.
import { memoryCodes, memoryRefreshTokens, memorySessions, memoryUsers } from './memory.ts'
import {
  memoryAttempts,
  memoryContinuations,
  memoryUsedTokens,
  memoryVerificationCodes,
} from './memory-logins.ts'

export const memoryStores = {
  codes: memoryCodes,
  sessions: memorySessions,
  refreshTokens: memoryRefreshTokens,
  users: memoryUsers,
  verificationCodes: memoryVerificationCodes,
  continuations: memoryContinuations,
  attempts: memoryAttempts,
  usedTokens: memoryUsedTokens,
}
