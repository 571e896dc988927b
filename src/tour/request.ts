// One request of the tour, in both of its forms: the curl that is printed, and what is really sent. Both are made from
// the same record, so that neither can say what the other does not.

/** What is asked, and nothing about how. */
export interface TourRequest {
  readonly url: string
  /** `Authorization: Basic`, as id and secret with a colon between them. */
  readonly user?: string
  readonly headers?: Readonly<Record<string, string>>
  /** A form; with this or with `json` it is a POST, else a GET. */
  readonly form?: Readonly<Record<string, string>>
  readonly json?: string
}

/** What came back. `status` is 0 if nobody answered, and `body` says why. */
export interface TourAnswer {
  readonly status: number
  readonly location?: string
  readonly body: string
}

/**
 * Stands in a request for a variable of the shell, whose value only the shell knows.
 *
 * @example
 * asCurl({ url, headers: { Authorization: `Bearer ${shellVariable('ACCESS')}` } })
 * // curl -s http://127.0.0.1:9400/oauth2/userInfo -H "Authorization: Bearer $ACCESS"
 */
export const shellVariable = (name: string): string => `\0${name}\0`

/**
 * The request as a command that can be copied.
 *
 * @param words further ones for curl, such as what it is to print
 * @example
 * asCurl({ url: 'http://127.0.0.1:9400/oauth2/revoke', form: { token: 'abc' } })
 * // curl -s http://127.0.0.1:9400/oauth2/revoke -d token=abc
 */
export function asCurl(
  { url, user, headers = {}, form, json }: TourRequest,
  words: readonly string[] = [],
): string {
  const head = [
    'curl -s',
    ...words,
    shellWord(url),
    ...(user === undefined ? [] : [`-u ${shellWord(user)}`]),
    ...Object.entries(headers).map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`),
  ]
  const data = [
    ...(json === undefined ? [] : [`-d ${shellWord(json)}`]),
    ...Object.entries(form ?? {}).map(
      ([name, value]) => `${dataOption(value)} ${shellWord(`${name}=${value}`)}`,
    ),
  ]
  return [head, data]
    .filter((line) => line.length > 0)
    .map((line) => line.join(' '))
    .join(' \\\n  ')
}

/** `-d` sends a value as it stands, so it is for those that mean the same when they are encoded. */
const dataOption = (value: string): string => (/^[\w.-]+$/.test(value) ? '-d' : '--data-urlencode')

/**
 * A text as one word of a shell.
 *
 * @example
 * shellWord("it's") // 'it'\''s'
 */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (!text.includes('\0')) return `'${text.replaceAll("'", "'\\''")}'`
  return `"${text.replace(/[\\"$`]/g, '\\$&').replace(variables, '$$$1')}"`
}

/** Nothing else can contain the mark: a shell has no such character. */
const variables = /\0(\w+)\0/g

/** Sends it, and follows no redirect. That nobody answers is an answer here: whoever reads the tour learns of it. */
export async function send({ url, user, headers, form, json }: TourRequest): Promise<TourAnswer> {
  const body = json ?? (form && new URLSearchParams(form))
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { ...headers, ...(user !== undefined && { authorization: `Basic ${btoa(user)}` }) },
      ...(body !== undefined && { method: 'POST', body }),
    })
    const location = answer.headers.get('location')
    return { status: answer.status, ...(location !== null && { location }), body: await answer.text() }
  } catch (error) {
    return { status: 0, body: `nobody answers at ${url}: ${(error as Error).message}` }
  }
}
