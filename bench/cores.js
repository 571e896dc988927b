// Servers work on one core and the driver on another, so that neither takes time from the other. Where there is no
// `taskset` (it is Linux's) or no second core, everything runs unpinned, and the table says so.
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'

const serverCore = '0'
const driverCore = '1'

/** Whether `pinDriver` has worked: servers are pinned only if the driver is. */
let pinned = false

/** Moves this process, with all its threads, to the driver's core. */
export function pinDriver() {
  if (availableParallelism() < 2) return
  try {
    execFileSync('taskset', ['-a', '-c', '-p', driverCore, String(process.pid)], { stdio: 'ignore' })
    pinned = true
  } catch {
    // Measured without: the ratios still mean something.
  }
}

/**
 * The command that runs a command on the servers' core.
 *
 * @param {readonly string[]} command
 * @returns {string[]}
 */
export const onServerCore = (command) => (pinned ? ['taskset', '-c', serverCore, ...command] : [...command])

/** One line about the machine. */
export function describeMachine() {
  const where = pinned
    ? `servers on core ${serverCore}, driver on core ${driverCore}`
    : 'NOT pinned: servers and driver share the cores'
  return `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'CPU'}, ${where}`
}
