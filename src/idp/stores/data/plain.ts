// Records as JSON can hold them, and back: dates, bytes and members that are undefined go under a tag, because a store
// gives back what it was given.

/** What JSON knows. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain }

/**
 * A record as it is written down.
 *
 * @example
 * plain({ at: new Date(0), salt: Buffer.from('a') }) // { at: { $date: 0 }, salt: { $bytes: 'YQ==' } }
 */
export function plain(value: unknown): Plain {
  if (value === undefined) return { $undefined: true }
  if (value instanceof Date) return { $date: value.getTime() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value as Plain
  const members = mapped(value, plain)
  return tagOf(members) === undefined ? members : { $literal: members }
}

/** The record that was written down. */
export function revived(written: Plain): unknown {
  if (Array.isArray(written)) return written.map(revived)
  if (typeof written !== 'object' || written === null) return written
  const members = written as { readonly [name: string]: Plain }
  switch (tagOf(members)) {
    case '$undefined':
      return undefined
    case '$date':
      return new Date(members.$date as number)
    case '$bytes':
      return Buffer.from(members.$bytes as string, 'base64')
    case '$literal':
      return mapped(members.$literal as object, revived)
    default:
      return mapped(members, revived)
  }
}

const tags = ['$undefined', '$date', '$bytes', '$literal']

/** A tag stands alone; what looks like one is wrapped when it is written. */
function tagOf(members: object): string | undefined {
  const [name, another] = Object.keys(members)
  return another === undefined ? tags.find((tag) => tag === name) : undefined
}

const mapped = <In, Out>(members: object, change: (value: In) => Out): { [name: string]: Out } =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, change(value)]))
