// How the BFF names itself to the provider, and how that changes while people log in. A login and a session
// remember their client id; which secret proves it is asked anew each time, so a secret may come and go, and
// even the client id, while no page and no app needs to be told (the article's main argument).
import { readFileSync, statSync } from 'node:fs'

export interface ClientCredentials {
  readonly clientId: string
  /** Absent for a public client. */
  readonly clientSecret: string | undefined
}

export interface CredentialSource {
  /** What a login that begins now uses. */
  current(): ClientCredentials
  /** What is known of a client id, the newest first: for logins and sessions that began with it. */
  of(clientId: string): readonly ClientCredentials[]
}

export interface RotatingCredentials extends CredentialSource {
  /** From now on these; those before are kept for whoever began with them. */
  rotate(next: ClientCredentials): void
}

/**
 * Credentials that the program itself rotates.
 *
 * @example
 * const credentials = rotatingCredentials({ clientId: 'web', clientSecret: 'old' })
 * credentials.rotate({ clientId: 'web', clientSecret: 'new' })
 * credentials.of('web') // the new, then the old
 */
export function rotatingCredentials(first: ClientCredentials): RotatingCredentials {
  let known: readonly [ClientCredentials, ...ClientCredentials[]] = [first]
  return {
    current: () => known[0],
    of: (clientId) => known.filter((each) => each.clientId === clientId),
    rotate(next) {
      known = [next, ...known]
    },
  }
}

/**
 * Credentials in a file of lines `client-id client-secret`, the current first, the retired below it for as long
 * as somebody may be using them. It is looked at with each login, so a changed file counts at once, in every process.
 *
 * @param complain hears of a file that cannot be read any more
 * @throws if it is missing or names nobody
 * @example
 * const credentials = credentialsInFile('/run/secrets/cognito', (sentence) => app.log.error(sentence))
 */
export function credentialsInFile(path: string, complain: (sentence: string) => void): CredentialSource {
  // The time first: what is written while it is read counts as a change.
  let readAt = changedAt(path)
  let known = read(path)
  if (known.length === 0) throw new Error(`${path} has no line of the form: client-id client-secret`)

  /** A file that is being replaced just now may be missing or empty: then what was known still holds. */
  function latest(): readonly ClientCredentials[] {
    const changed = changedAt(path)
    if (changed === readAt || changed === undefined) return known
    try {
      const found = read(path)
      if (found.length > 0) [known, readAt] = [found, changed]
    } catch (error) {
      complain(`the credentials are those of before, since they cannot be read: ${(error as Error).message}`)
    }
    return known
  }

  return {
    current: () => latest()[0] as ClientCredentials,
    of: (clientId) => latest().filter((each) => each.clientId === clientId),
  }
}

const changedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs

const read = (path: string): readonly ClientCredentials[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([clientId, clientSecret]) => (clientId ? [{ clientId, clientSecret }] : []))
