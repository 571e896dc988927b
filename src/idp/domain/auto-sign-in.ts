// Browsers that need no typing: a test author names the user, and the next authorize requests of the pool are
// answered as if that user had just signed in on the page. Cognito has nothing like it.
import type { Place } from './kept.ts'

export interface AutoSignIn {
  readonly username: string
  /** How many logins are left; absent: any number. */
  readonly times?: number
  /** Only logins at this client. */
  readonly clientId?: string
}

export interface AutoSignIns {
  /** What is in force; at most one. */
  readonly current: AutoSignIn | undefined
  /** From now on, and instead of whoever was named before; nobody without an argument. */
  set(next?: AutoSignIn): void
  /** The user who signs in at the client now, if there is one. One login of the count is used up. */
  take(clientId: string): string | undefined
}

/** @param place where it is kept who is named */
export function createAutoSignIns(place: Place<AutoSignIn> = { value: undefined }): AutoSignIns {
  return {
    get current() {
      return place.value
    },
    set(next) {
      place.value = next
    },
    take(clientId) {
      const current = place.value
      if (current === undefined || (current.clientId ?? clientId) !== clientId) return undefined
      const { username, times } = current
      if (times !== undefined) place.value = times > 1 ? { ...current, times: times - 1 } : undefined
      return username
    },
  }
}
