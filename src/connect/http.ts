// How the remote handle speaks to the control API: JSON in and out, and problems that are thrown as what they say.

import type { Duration } from '../idp/duration.ts'
import { millisecondsOf } from '../idp/duration.ts'

/** Taken when this module was loaded: a test that replaces fetch in its process does not get in between. */
export const machineFetch = fetch

/** The mock said no, and why. */
export class ProblemError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface Wire {
  /** @throws with the detail of the problem, or if nothing answers there */
  call<T = void>(method: string, path: string, body?: unknown): Promise<T>
  /** Lets go of whatever is still waiting. */
  close(): void
}

export function wireTo(url: string, token: string | undefined): Wire {
  const closing = new AbortController()
  return {
    async call<T>(method: string, path: string, body?: unknown): Promise<T> {
      const answer = await machineFetch(`${url}/_mock/v1${path}`, {
        method,
        signal: closing.signal,
        headers: {
          'x-mock-control': '1',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch((cause: Error) => {
        if (closing.signal.aborted) throw new Error('the mock was closed')
        throw new Error(
          `no mocknito answers at ${url}: ${(cause.cause as Error | undefined)?.message ?? cause.message}`,
        )
      })
      const text = await answer.text()
      if (!answer.ok)
        throw new ProblemError(
          answer.status,
          detailOf(text) ?? `${url} answered ${answer.status}: is it a mocknito?`,
        )
      return (text === '' ? undefined : JSON.parse(text, revived)) as T
    },
    close: () => closing.abort(),
  }
}

function detailOf(text: string): string | undefined {
  try {
    return JSON.parse(text).detail
  } catch {
    return undefined
  }
}

const dates = new Set(['at', 'now', 'expiresAt', 'usedAt', 'retiredAt', 'authTime'])

const revived = (name: string, value: unknown): unknown =>
  dates.has(name) && typeof value === 'string' ? new Date(value) : value

/** Numbers are milliseconds here and seconds on the wire; text is the same on both sides. */
export const toWire = (duration: Duration): string =>
  typeof duration === 'number' ? `${millisecondsOf(duration)}ms` : duration

/** A path, each of its parts encoded. */
export const pathOf = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join('')

/** The query of what is defined. */
export function queryOf(parameters: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))
  return query.size === 0 ? '' : `?${query}`
}
