// The default stores, held to what every store must do.
import t from 'tap'
import {
  memoryCodes,
  memoryRefreshTokens,
  memorySessions,
  memoryUsers,
} from '../../../src/idp/stores/memory.ts'
import {
  memoryAttempts,
  memoryContinuations,
  memoryUsedTokens,
  memoryVerificationCodes,
} from '../../../src/idp/stores/memory-logins.ts'
import {
  attemptsConformance,
  codesConformance,
  continuationsConformance,
  refreshTokensConformance,
  sessionsConformance,
  usedTokensConformance,
  usersConformance,
  verificationCodesConformance,
} from './conformance.ts'

t.test('codes in memory', async (t) => codesConformance(t, memoryCodes))
t.test('sessions in memory', async (t) => sessionsConformance(t, memorySessions))
t.test('refresh tokens in memory', async (t) => refreshTokensConformance(t, memoryRefreshTokens))
t.test('users in memory', async (t) => usersConformance(t, memoryUsers))
t.test('verification codes in memory', async (t) => verificationCodesConformance(t, memoryVerificationCodes))
t.test('continuations in memory', async (t) => continuationsConformance(t, memoryContinuations))
t.test('attempts in memory', async (t) => attemptsConformance(t, memoryAttempts))
t.test('used tokens in memory', async (t) => usedTokensConformance(t, memoryUsedTokens))
