// The shapes of which the response of a hook is made: objects, lists of strings, claims. What does not fit is no lambda
// output that Cognito recognises; the sentence names the place, and never the value, which may be somebody's secret.
import type { LambdaVersion } from './event.ts'
import { unrecognizable } from './hook.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a value is, never what is in it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const wrong = (path: string, value: unknown, expected: string) =>
  unrecognizable(`answered with ${path} as ${kindOf(value)}, expected ${expected}`)

/** The object at a place; an empty one if there is none. */
export function objectAt(value: unknown, path: string): JsonObject {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) throw wrong(path, value, 'an object')
  return value
}

/** The strings at a place; none if there is no list. */
export function stringsAt(value: unknown, path: string): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string'))
    throw wrong(path, value, 'a list of strings')
  return value
}

/** The string at a place; an empty one counts as none. */
export function stringAt(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw wrong(path, value, 'a string')
  return value
}

const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)

/** The claims at a place. AWS: version 1 takes strings, the others lists of plain values and objects too. */
export function claimsAt(value: unknown, path: string, version: LambdaVersion): [string, unknown][] {
  const claims = Object.entries(objectAt(value, path))
  for (const [name, claim] of claims) {
    const place = `${path}.${name}`
    if (version === 'V1_0') {
      if (typeof claim !== 'string') throw wrong(place, claim, 'a string, as version 1 knows no others')
    } else if (!isPlain(claim) && !isObject(claim) && !(Array.isArray(claim) && claim.every(isPlain)))
      throw wrong(place, claim, 'a string, a number, a boolean, a list of those, or an object')
  }
  return claims
}
