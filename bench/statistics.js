// Medians, because a machine that does other work now and then gives outliers on one side only.

/** @param {readonly number[]} numbers at least one */
export function median(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * What is told of a series of measurements.
 *
 * @param {readonly number[]} numbers at least one
 */
export const summary = (numbers) => ({
  median: median(numbers),
  least: Math.min(...numbers),
  most: Math.max(...numbers),
})
