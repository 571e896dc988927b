// Everything that is going on, in memory: the default. Maps keyed by what is looked up, no scan on the way of
// a request and no timer: whatever has been dead for a while is dropped when something new comes in. What a
// store promises is in the interfaces of the domain; test/idp/stores/conformance.ts holds every store to it.

import type { Clock } from '../domain/clock.ts'
import type { AuthorizationCode, Codes, TakenCode } from '../domain/codes.ts'
import type { RefreshToken, RefreshTokens } from '../domain/refresh-tokens.ts'
import type { BrowserSession, Sessions } from '../domain/sessions.ts'
import { foldCase, type SignInOptions, signInNames, type User, type Users } from '../domain/user.ts'

/** How long something stays after its end, so that a refusal can still say what became of it. */
const remembranceMilliseconds = 5 * 60_000

/** How many records are looked at for each new one, so that no request pays for many. */
const glances = 2

/**
 * Drops records that ended long ago. The others go to the end of the queue: lifetimes differ and clocks are
 * moved back, so one
 * that lives long must not hide the dead behind it.
 */
export function forget<R extends { readonly expiresAt: Date }>(
  records: Map<string, R>,
  { now }: Clock,
  onForget: (record: R) => void = () => {},
): void {
  const limit = now().getTime() - remembranceMilliseconds
  let looked = 0
  for (const [key, record] of records) {
    if (looked++ === glances) return
    records.delete(key)
    if (record.expiresAt.getTime() > limit) records.set(key, record)
    else onForget(record)
  }
}

export function memoryCodes(clock: Clock): Codes {
  type Kept = { readonly expiresAt: Date; readonly code: AuthorizationCode; taken?: TakenCode }
  const codes = new Map<string, Kept>()
  return {
    async issue(code) {
      forget(codes, clock)
      codes.set(code.code, { code, expiresAt: code.expiresAt })
    },
    async take(code, by) {
      const kept = codes.get(code)
      if (kept === undefined) return { outcome: 'unknown' }
      if (kept.taken !== undefined) return kept.taken
      kept.taken = { outcome: 'used', usedAt: by.at, usedBy: by.clientId }
      return { outcome: 'taken', code: kept.code }
    },
    async giveBack(code) {
      delete codes.get(code)?.taken
    },
  }
}

export function memorySessions(clock: Clock): Sessions {
  const sessions = new Map<string, BrowserSession>()
  return {
    async open(session) {
      forget(sessions, clock)
      sessions.set(session.id, session)
    },
    find: async (id) => sessions.get(id),
    async close(id) {
      sessions.delete(id)
    },
  }
}

export function memoryRefreshTokens(clock: Clock): RefreshTokens {
  const tokens = new Map<string, RefreshToken>()
  const retired = new Map<string, Date>()
  const families = new Map<string, Set<string>>()
  const revoked = new Map<string, { readonly expiresAt: Date }>()
  const leaveFamily = ({ family, hash }: RefreshToken) => {
    retired.delete(hash)
    const hashes = families.get(family) as Set<string>
    hashes.delete(hash)
    if (hashes.size === 0) families.delete(family)
  }
  return {
    async issue(token) {
      forget(tokens, clock, leaveFamily)
      forget(revoked, clock)
      // Revoked while its tokens were being signed: there is nothing to keep.
      if (revoked.has(token.family)) return
      tokens.set(token.hash, token)
      families.set(token.family, (families.get(token.family) ?? new Set()).add(token.hash))
    },
    find: async (hash) => tokens.get(hash),
    async retire(hash, at, graceSeconds) {
      if (!tokens.has(hash)) return { outcome: 'too-late', retiredAt: at }
      const retiredAt = retired.get(hash)
      if (retiredAt === undefined) retired.set(hash, at)
      else if (at.getTime() >= retiredAt.getTime() + graceSeconds * 1000)
        return { outcome: 'too-late', retiredAt }
      return { outcome: 'accepted' }
    },
    async revokeFamily(family, until) {
      for (const hash of families.get(family) ?? []) {
        tokens.delete(hash)
        retired.delete(hash)
      }
      families.delete(family)
      revoked.set(family, { expiresAt: until })
    },
    isRevoked: async (family) => revoked.has(family),
  }
}

export function memoryUsers(options: SignInOptions, people: readonly User[]): Users {
  const bySub = new Map<string, User>()
  const byName = new Map<string, User>()
  const add = (user: User) => {
    bySub.set(user.sub, user)
    for (const name of signInNames(user, options)) byName.set(name, user)
  }
  const remove = (sub: string) => {
    const user = bySub.get(sub)
    if (user === undefined) return
    bySub.delete(sub)
    for (const name of signInNames(user, options)) if (byName.get(name) === user) byName.delete(name)
  }
  for (const user of people) add(user)
  return {
    find: async (usernameOrAlias) => byName.get(foldCase(usernameOrAlias, options)),
    bySub: async (sub) => bySub.get(sub),
    list: async () => [...bySub.values()],
    async put(user) {
      remove(user.sub)
      add(user)
    },
    async remove(sub) {
      remove(sub)
    },
  }
}
