// From the text of a setting to its value. What cannot be used throws the end of a sentence that begins with the
// name of the setting.

export const asIs = (text: string): string => text

export const flag = (text: string): boolean => oneOf('0', '1')(text) === '1'

export function scopes(text: string): readonly string[] {
  const all = text.split(/\s+/)
  if (all.includes('openid')) return all
  throw new Error('must contain "openid": without it there is no ID token to log in with')
}

export function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    throw new Error(`must be a whole number from ${least} to ${most}, not "${text}"`)
  }
}

export function oneOf<const T extends string | number>(...choices: T[]) {
  return (text: string): T => {
    const choice = choices.find((each) => String(each) === text)
    if (choice !== undefined) return choice
    throw new Error(`must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not "${text}"`)
  }
}

/** Several, parted by blanks or commas. */
export const list =
  <T>(parse: (text: string) => T) =>
  (text: string): readonly T[] =>
    text.split(/[\s,]+/).map(parse)

/** `/prefix=https://target`, several of them. */
export const pairs =
  <T>(parse: (text: string) => T) =>
  (text: string): ReadonlyMap<string, T> => {
    const all = new Map<string, T>()
    for (const pair of list(asIs)(text)) {
      const [, prefix, target] = /^(\/[\w-]+)=(.+)$/.exec(pair) ?? []
      if (prefix === undefined || target === undefined)
        throw new Error(`must be like /api=https://api.example.com, not "${pair}"`)
      if (all.has(prefix)) throw new Error(`says twice where ${prefix} is`)
      all.set(prefix, parse(target))
    }
    return all
  }

const keyBytes = 32

/** The key itself stays out of the message. */
export function sessionKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64')
  if (key.length === keyBytes) return key
  throw new Error(`must be ${keyBytes} bytes in base64 (openssl rand -base64 32), not ${key.length}`)
}
