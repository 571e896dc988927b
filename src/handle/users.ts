// The people of a pool, as an administrator would handle them.
import type { UserPool } from '../idp/domain/user-pool.ts'

/** The people of a pool, by username. Both verbs reject if there is no such user. */
export interface Users {
  /** As AdminEnableUser and AdminDisableUser would. */
  patch(username: string, change: { readonly enabled: boolean }): Promise<void>
  /** As AdminDeleteUser would. */
  delete(username: string): Promise<void>
}

export function usersOf({ id, users }: Pick<UserPool, 'id' | 'users'>): Users {
  const existing = async (username: string) => {
    const user = await users.find(username)
    if (user === undefined) throw new Error(`pool ${id} has no user ${username}`)
    return user
  }
  return {
    patch: async (username, change) => users.put({ ...(await existing(username)), ...change }),
    delete: async (username) => users.remove((await existing(username)).sub),
  }
}
