// The clock of a pool.
import type { Ageing } from '../../../../handle/clock.ts'
import type { Pool } from '../../../../handle/pool.ts'
import { fromWire, type Operations } from './asked.ts'

export const clock: Operations = {
  getClock: ({ pool }) => state(pool),
  async advanceClock({ pool, body }) {
    await pool.clock.advance(fromWire((body as { by: string | number }).by))
    return state(pool)
  },
  async setClock({ pool, body }) {
    await pool.clock.set(new Date((body as { to: string }).to))
    return state(pool)
  },
  async freezeClock({ pool }) {
    await pool.clock.freeze()
    return state(pool)
  },
  async resetClock({ pool }) {
    await pool.clock.reset()
    return state(pool)
  },
  async age({ pool, body }) {
    const { what, by } = body as { what: Ageing; by: string | number }
    const affected = await pool.clock.age(what, fromWire(by))
    return { ...state(pool), affected }
  },
}

const state = ({ clock }: Pool) => ({ now: clock.now(), isFrozen: clock.isFrozen })
