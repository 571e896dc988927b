// What every operation of the control API gets: the mock under the name by which it was called, and what was sent, which
// has been checked against the document by then.
import type { Handle } from '../../../../handle/mocknito.ts'
import { NothingThere } from '../../../../handle/nothing-there.ts'
import type { Pool } from '../../../../handle/pool.ts'
import type { Duration } from '../../../duration.ts'

export interface Asked {
  readonly mock: Handle
  /** The pool that the path names; `default` is the first. @throws NothingThere */
  readonly pool: Pool
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | number | undefined>>
  readonly body: unknown
}

/** What it answers; nothing for 204. A `Buffer` is sent as text. */
export type Operation = (asked: Asked) => unknown

export type Operations = Readonly<Record<string, Operation>>

/** @throws NothingThere */
export function poolOf({ pool, pools }: Handle, id: string): Pool {
  const found = id === 'default' ? pool : pools.find((each) => each.id === id)
  if (found === undefined) throw new NothingThere(`there is no pool ${id}`)
  return found
}

/** On the wire a number is in seconds. */
export const fromWire = (duration: string | number): Duration =>
  typeof duration === 'number' ? duration * 1000 : (duration as Duration)
