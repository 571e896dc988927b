// Child processes: each server in one of its own, on the servers' core. Every child that was started here is ended here.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { onServerCore } from './cores.js'

const patienceMilliseconds = 20_000
const running = new Set()

// Whatever goes wrong, nothing is left behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Starts a program and resolves with the first line that it prints, read as JSON.
 *
 * @param {readonly string[]} words arguments of `node`
 * @param {Record<string, string>} environment beside our own
 */
export async function startChild(words, environment = {}) {
  const [program, ...rest] = onServerCore([process.execPath, ...words])
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: '', NODE_OPTIONS: '', ...environment },
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  let complaints = ''
  child.stderr.on('data', (chunk) => {
    complaints = (complaints + chunk).slice(-4000)
  })
  try {
    const [line] = await once(createInterface(child.stdout), 'line', {
      signal: AbortSignal.any([ended(child), AbortSignal.timeout(patienceMilliseconds)]),
    })
    return {
      says: JSON.parse(line),
      residentMegabytes: () => residentMegabytes(child.pid),
      processorSeconds: () => processorSeconds(child.pid),
      stop: () => stop(child),
    }
  } catch (cause) {
    await stop(child)
    throw new Error(`node ${words.join(' ')} did not start:\n${complaints}`, { cause })
  }
}

/** A signal that fires when the child has ended. */
function ended(child) {
  const controller = new AbortController()
  child.once('exit', () => controller.abort())
  child.once('error', () => controller.abort())
  return controller.signal
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** Resident memory; nothing where there is no /proc. */
function residentMegabytes(pid) {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return kilobytes / 1024
  } catch {
    return undefined
  }
}

/** Processor time of all its threads so far; nothing where there is no /proc. */
function processorSeconds(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    // The first number of a schedstat is the time on a processor, in nanoseconds.
    const times = threads.map((thread) =>
      Number.parseInt(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'), 10),
    )
    return times.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e9
  } catch {
    return undefined
  }
}
