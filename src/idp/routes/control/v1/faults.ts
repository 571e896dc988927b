// Failures on order.
import type { FaultOptions, WritableFault } from '../../../../handle/faults.ts'
import type { Target } from '../../../domain/target.ts'
import { fromWire, type Operations } from './asked.ts'

interface Order extends FaultOptions {
  readonly target: Target
  readonly fault: WritableFault
}

export const faults: Operations = {
  addFault({ pool, body }) {
    const { target, fault, ...options } = body as Order
    return pool.faults.add(target, inMilliseconds(fault), options)
  },
  listFaults: ({ pool }) => pool.faults.pending(),
  clearFaults: ({ pool }) => pool.faults.clear(),
  clearFault: ({ pool, params }) => pool.faults.clear(params.fault),
}

function inMilliseconds(fault: WritableFault): WritableFault {
  if ('delay' in fault) return { delay: fromWire(fault.delay) }
  if ('dribble' in fault) return { dribble: { ...fault.dribble, over: fromWire(fault.dribble.over) } }
  return fault
}
