// Browsers that need no typing: a test author names the user, and the next authorize requests of the pool are
// answered as if that user had just signed in on the page. Cognito has nothing like it.

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

export function createAutoSignIns(): AutoSignIns {
  let current: AutoSignIn | undefined
  return {
    get current() {
      return current
    },
    set(next) {
      current = next
    },
    take(clientId) {
      if (current === undefined || (current.clientId ?? clientId) !== clientId) return undefined
      const { username, times } = current
      if (times !== undefined) current = times > 1 ? { ...current, times: times - 1 } : undefined
      return username
    },
  }
}
