// Where a browser may be sent: exact matching, and how a parameter is put behind a registered URL.

/**
 * `url` with the parameters behind it: after `?`, or after `&` if the registered URL has a query of its own.
 */
export function withQuery(url: string, parameters: readonly (readonly [string, string])[]): string {
  return `${headerSafe(url)}${url.includes('?') ? '&' : '?'}${encoded(parameters)}`
}

/** The same behind a `#`, where only the page of the app can read it. */
export function withFragment(url: string, parameters: readonly (readonly [string, string])[]): string {
  return `${headerSafe(url)}#${encoded(parameters)}`
}

/** Observed: a blank in a description is a plus, which apps that read it by hand find there. */
const encoded = (parameters: readonly (readonly [string, string])[]): string =>
  parameters
    .map(([name, value]) => {
      const escaped = encodeURIComponent(value)
      return `${name}=${name === 'error_description' ? escaped.replaceAll('%20', '+') : escaped}`
    })
    .join('&')

/** A header holds no letters beyond ASCII; a registered URL may. */
export const headerSafe = (url: string): string => url.replace(/[^\x21-\x7e]+/gu, encodeURIComponent)

/**
 * The registered URL that looks most like the one that was sent: what the developer probably meant.
 *
 * @example
 * nearest('http://localhost:3000/callback/', ['http://localhost:3000/callback', 'https://app.example.com/'])
 */
export function nearest(sent: string, registered: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of registered) {
    const distance = editDistance(sent.slice(0, 300), candidate.slice(0, 300))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein's distance: how many letters have to be typed to get from one text to the other. */
export function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[other.length] as number
}

/** AWS lists these three names as the ones that plain http is good enough for. */
export const isLoopbackUrl = ({ hostname }: URL): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
