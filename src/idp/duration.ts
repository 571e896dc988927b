// Durations as people write them: `5m`, `1h`, `30d`, or a number of milliseconds.

const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A number of milliseconds, or a number and a unit, as in `4m`, `1.5h` or `30d`. */
export type Duration = number | `${number}${keyof typeof milliseconds}`

/**
 * @throws if the text is no duration
 * @example
 * millisecondsOf('5m') // 300000
 */
export function millisecondsOf(duration: Duration): number {
  if (Number.isFinite(duration)) return duration as number
  const [, count, unit] = /^(-?\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(duration)) ?? []
  if (count === undefined) throw new Error(`${duration} is no duration; write it as 90s, 5m, 1h or 30d`)
  return Number(count) * milliseconds[unit as keyof typeof milliseconds]
}
