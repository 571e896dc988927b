// A grant is worth nothing once its user is gone or disabled.
import { invalidGrant } from '../refusal.ts'
import { demand, type Trail } from '../trail.ts'
import type { User } from '../user.ts'
import type { UserPool } from '../user-pool.ts'

export async function activeUser(
  { users }: Pick<UserPool, 'users'>,
  sub: string,
  trail: Trail,
): Promise<User> {
  const user = await users.bySub(sub)
  demand(trail, 'grant.user-active', user?.enabled === true, () =>
    invalidGrant(user === undefined ? 'the user has been deleted' : `${user.username} is disabled`),
  )
  trail.username = (user as User).username
  return user as User
}
