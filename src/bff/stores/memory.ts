// Everything in the memory of this process: gone when it ends.
import type { Fingerprint } from '../secrets.ts'
import type { FoundSession, Store } from './store.ts'

/**
 * Anybody may begin a login, so what waits is bounded: the oldest gives way. Some 100 MB of logins, more than a process
 * begins in the time that somebody takes for a password.
 */
const mostWaiting = 100_000

/**
 * A store in memory.
 *
 * @example
 * const store = memoryStore()
 * await store.keepOnce(fingerprint('key'), 'value', Date.now() + 60_000)
 * await store.takeOnce(fingerprint('key'), Date.now()) // 'value'
 * await store.takeOnce(fingerprint('key'), Date.now()) // undefined
 */
export function memoryStore(most = mostWaiting): Store {
  const sessions = new Map<Fingerprint, FoundSession>()
  const waiting = new Map<Fingerprint, { readonly value: string; readonly expiresAt: number }>()
  let versions = 0
  const nextVersion = () => String(++versions)

  return {
    async addSession(record) {
      sessions.set(record.id, { ...record, version: nextVersion() })
    },
    async findSession(id) {
      return sessions.get(id)
    },
    async replaceSession({ id, version }, next) {
      if (sessions.get(id)?.version !== version) return false
      sessions.set(id, { ...next, version: nextVersion() })
      return true
    },
    async removeSession(id) {
      return sessions.delete(id)
    },
    async sessionsOf(subject) {
      return [...sessions.values()].filter((session) => session.subject === subject)
    },

    async keepOnce(key, value, expiresAt) {
      const [oldest] = waiting.keys()
      if (oldest !== undefined && waiting.size >= most) waiting.delete(oldest)
      waiting.set(key, { value, expiresAt })
    },
    async takeOnce(key, now) {
      const found = waiting.get(key)
      waiting.delete(key)
      return found !== undefined && now < found.expiresAt ? found.value : undefined
    },

    async sweep(now) {
      for (const map of [sessions, waiting])
        for (const [key, { expiresAt }] of map) if (now >= expiresAt) map.delete(key)
    },
  }
}
