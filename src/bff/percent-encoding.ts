// A path, as everybody on its way might read it: proxies and frameworks decode once, twice, or not at all.

/**
 * The text as it is, and as each percent-decoder on the way might see it. What cannot be decoded, or is encoded more
 * often than anybody would in good faith, counts as empty, which no path is.
 *
 * @example
 * decodings('/%252F') // ['/%252F', '/%2F', '//']
 */
export function decodings(text: string, rounds = 4): string[] {
  const decoded = decode(text)
  if (decoded === text) return [text]
  return rounds === 0 ? [unreadable] : [text, ...decodings(decoded, rounds - 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return unreadable
  }
}

/** No path begins like this, so it never passes. */
const unreadable = ''

export const hasControls = (text: string): boolean => /\p{Cc}/u.test(text)
