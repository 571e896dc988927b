// Everything that is going on, in memory: the default. Maps keyed by what is looked up, no scan on the way of
// a request and no timer: whatever has been dead for a while is dropped when something new comes in. What a
// store promises is in the interfaces of the domain; test/idp/stores/conformance.ts holds every store to it.
//
// A store is given its maps, so that they can be such as are written down (data/kept-map.ts). Two habits make that
// enough: a record is replaced, never changed in place; and a verb awaits nothing, so that all of it happens at once.

import type { Clock } from '../domain/clock.ts'
import type { Codes, KeptCode } from '../domain/codes.ts'
import type { Kept } from '../domain/kept.ts'
import type { RefreshFamily, RefreshToken, RefreshTokens } from '../domain/refresh-tokens.ts'
import type { BrowserSession, Sessions } from '../domain/sessions.ts'
import { foldCase, type SignInOptions, signInNames, type User, type Users } from '../domain/user.ts'

/** How long something stays after its end, so that a refusal can still say what became of it. */
const remembranceMilliseconds = 5 * 60_000

/** How many of the living are looked at for each new record, and how many of the dead are dropped: no request pays for many. */
const glances = 2
const burials = 20

/**
 * Drops records that ended long ago. The others go to the end of the queue: lifetimes differ and clocks are
 * moved back, so one
 * that lives long must not hide the dead behind it.
 */
export function forget<R>(
  records: Map<string, R>,
  endOf: (record: R) => Date,
  { now }: Clock,
  onForget: (record: R) => void = () => {},
): void {
  const limit = now().getTime() - remembranceMilliseconds
  let living = 0
  let dead = 0
  for (const [key, record] of records) {
    if (living === glances || dead === burials) return
    records.delete(key)
    if (endOf(record).getTime() > limit) {
      records.set(key, record)
      living += 1
    } else {
      onForget(record)
      dead += 1
    }
  }
}

/** The change of every record of a map, in place and in order. */
function reviseAll<R>(records: Map<string, R>, change: (record: R) => R | undefined): number {
  let changed = 0
  for (const [key, record] of records) {
    const revised = change(record)
    if (revised === record) continue
    changed += 1
    if (revised === undefined) records.delete(key)
    else records.set(key, revised)
  }
  return changed
}

/** What every store can do with its records as a whole. */
export const kept = <R>(records: Map<string, R>, keyOf: (entry: R) => string): Kept<R> => ({
  records: async () => [...records.values()],
  revise: async (change) => reviseAll(records, change),
  async restore(entries) {
    records.clear()
    for (const entry of entries) records.set(keyOf(entry), entry)
  },
})

export function memoryCodes(clock: Clock, codes = new Map<string, KeptCode>()): Codes {
  return {
    async issue(code) {
      forget(codes, ({ code }) => code.expiresAt, clock)
      codes.set(code.code, { code })
    },
    async take(presented, { at, clientId }) {
      const found = codes.get(presented)
      if (found === undefined) return { outcome: 'unknown' }
      if (found.used !== undefined) return { outcome: 'used', ...found.used }
      codes.set(presented, { ...found, used: { usedAt: at, usedBy: clientId } })
      return { outcome: 'taken', code: found.code }
    },
    async giveBack(code) {
      const found = codes.get(code)
      if (found !== undefined) codes.set(code, { code: found.code })
    },
    ...kept(codes, ({ code }) => code.code),
  }
}

export function memorySessions(clock: Clock, sessions = new Map<string, BrowserSession>()): Sessions {
  return {
    async open(session) {
      forget(sessions, ({ expiresAt }) => expiresAt, clock)
      sessions.set(session.id, session)
    },
    find: async (id) => sessions.get(id),
    async close(id) {
      sessions.delete(id)
    },
    ...kept(sessions, ({ id }) => id),
  }
}

/**
 * @param tokens by hash
 * @param retired when a token was replaced, by its hash
 * @param revoked until when it is remembered that a login is revoked, by family
 */
export function memoryRefreshTokens(
  clock: Clock,
  tokens = new Map<string, RefreshToken>(),
  retired = new Map<string, Date>(),
  revoked = new Map<string, Date>(),
): RefreshTokens {
  const families = new Map<string, Set<string>>()
  const join = ({ family, hash }: RefreshToken) => {
    families.set(family, (families.get(family) ?? new Set()).add(hash))
  }
  for (const token of tokens.values()) join(token)
  const leaveFamily = ({ family, hash }: RefreshToken) => {
    retired.delete(hash)
    const hashes = families.get(family) as Set<string>
    hashes.delete(hash)
    if (hashes.size === 0) families.delete(family)
  }
  const keep = (token: RefreshToken) => {
    tokens.set(token.hash, token)
    join(token)
  }
  const records = (): RefreshFamily[] =>
    [...new Set([...families.keys(), ...revoked.keys()])].map((family) => {
      const revokedUntil = revoked.get(family)
      return {
        family,
        tokens: [...(families.get(family) ?? [])].map((hash) => {
          const retiredAt = retired.get(hash)
          return { ...(tokens.get(hash) as RefreshToken), ...(retiredAt !== undefined && { retiredAt }) }
        }),
        ...(revokedUntil !== undefined && { revokedUntil }),
      }
    })
  const restore = (entries: readonly RefreshFamily[]) => {
    for (const map of [tokens, retired, families, revoked]) map.clear()
    for (const entry of entries) {
      if (entry.revokedUntil !== undefined) revoked.set(entry.family, entry.revokedUntil)
      for (const { retiredAt, ...token } of entry.tokens) {
        keep(token)
        if (retiredAt !== undefined) retired.set(token.hash, retiredAt)
      }
    }
  }
  return {
    async issue(token) {
      forget(tokens, ({ expiresAt }) => expiresAt, clock, leaveFamily)
      forget(revoked, (until) => until, clock)
      // Revoked while its tokens were being signed: there is nothing to keep.
      if (!revoked.has(token.family)) keep(token)
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
      revoked.set(family, until)
    },
    isRevoked: async (family) => revoked.has(family),
    records: async () => records(),
    async revise(change) {
      const byFamily = new Map(records().map((entry) => [entry.family, entry]))
      const changed = reviseAll(byFamily, change)
      restore([...byFamily.values()])
      return changed
    },
    restore: async (entries) => restore(entries),
  }
}

export function memoryUsers(
  options: SignInOptions,
  people: readonly User[],
  bySub = new Map(people.map((user) => [user.sub, user])),
): Users {
  const byName = new Map<string, User>()
  const name = (user: User) => {
    for (const name of signInNames(user, options)) byName.set(name, user)
  }
  const add = (user: User) => {
    bySub.set(user.sub, user)
    name(user)
  }
  const remove = (sub: string) => {
    const user = bySub.get(sub)
    if (user === undefined) return
    bySub.delete(sub)
    for (const name of signInNames(user, options)) if (byName.get(name) === user) byName.delete(name)
  }
  for (const user of bySub.values()) name(user)
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
    async restore(everybody) {
      bySub.clear()
      byName.clear()
      for (const user of everybody) add(user)
    },
  }
}
