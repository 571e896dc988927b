// The default stores, held to what every store must do.
import t from 'tap'
import {
  memoryCodes,
  memoryRefreshTokens,
  memorySessions,
  memoryUsers,
} from '../../../src/idp/stores/memory.ts'
import {
  codesConformance,
  refreshTokensConformance,
  sessionsConformance,
  usersConformance,
} from './conformance.ts'

t.test('codes in memory', async (t) => codesConformance(t, memoryCodes))
t.test('sessions in memory', async (t) => sessionsConformance(t, memorySessions))
t.test('refresh tokens in memory', async (t) => refreshTokensConformance(t, memoryRefreshTokens))
t.test('users in memory', async (t) => usersConformance(t, memoryUsers))
