// Durations as people write them: `5m`, `1h`, `30d`, ISO 8601's `PT5M`, or a number of milliseconds.

const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

type Unit = keyof typeof milliseconds

/** A number of milliseconds, numbers with units, as in `4m`, `1.5h` or `5m1s`, or ISO 8601, as in `PT5M`. */
export type Duration =
  | number
  | `${number}${Unit}`
  | `${number}${Unit}${number}${Unit}`
  | `${'' | '-'}P${string}`

const parts = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g

/**
 * @throws if the text is no duration
 * @example
 * millisecondsOf('5m1s') // 301000
 */
export function millisecondsOf(duration: Duration): number {
  if (Number.isFinite(duration)) return duration as number
  const text = String(duration)
  const unsigned = text.replace(/^-/, '')
  const total = unsigned.replace(parts, '') === '' ? sumOf(unsigned) : isoMilliseconds(unsigned)
  if (unsigned === '' || total === undefined)
    throw new Error(`${duration} is no duration; write it as 90s, 5m, 1h or 30d`)
  return unsigned === text ? total : -total
}

const sumOf = (text: string): number =>
  [...text.matchAll(parts)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * milliseconds[unit as Unit],
    0,
  )

/** ISO 8601 without years and months, which have no fixed length. */
function isoMilliseconds(text: string): number | undefined {
  const [whole, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text) ?? []
  if (whole === undefined) return undefined
  return (
    Number(days) * milliseconds.d +
    Number(hours) * milliseconds.h +
    Number(minutes) * milliseconds.m +
    Number(seconds) * milliseconds.s
  )
}
