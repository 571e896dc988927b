// What has expired is forgotten by the way, when something is added: nobody needs to remember to sweep. Anybody may begin
// a login, so that counts too, and whoever adds something neither waits for the sweeping nor hears of its troubles.
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Store } from './store.ts'

const everyMilliseconds = 60_000

/**
 * A store that sweeps itself, once a minute at most.
 *
 * @example
 * const store = sweptStore(memoryStore(), systemClock, app.log)
 */
export function sweptStore(store: Store, clock: Clock, log: Pick<FastifyBaseLogger, 'error'>): Store {
  let sweptAt = 0

  function sweep() {
    const now = clock.now().getTime()
    if (now < sweptAt + everyMilliseconds) return
    sweptAt = now
    store.sweep(now).catch((error: Error) => {
      log.error({ reason: error.message }, 'the store could not forget what has expired')
    })
  }

  return {
    addSession(record) {
      sweep()
      return store.addSession(record)
    },
    keepOnce(key, value, expiresAt) {
      sweep()
      return store.keepOnce(key, value, expiresAt)
    },
    findSession: (id) => store.findSession(id),
    replaceSession: (found, next) => store.replaceSession(found, next),
    removeSession: (id) => store.removeSession(id),
    sessionsOf: (subject) => store.sessionsOf(subject),
    takeOnce: (key, now) => store.takeOnce(key, now),
    sweep: (now) => store.sweep(now),
  }
}
