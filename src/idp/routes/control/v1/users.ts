// The people of a pool.
import { NothingThere } from '../../../../handle/nothing-there.ts'
import type { NewUser, UserChange } from '../../../../handle/users.ts'
import { type Asked, fromWire, type Operations } from './asked.ts'

export const users: Operations = {
  listUsers: ({ pool }) => pool.users.list(),
  createUser: ({ pool, body }) => pool.users.create(body as NewUser),
  putUser: ({ pool, params, body }) =>
    pool.users.create({ ...(body as NewUser), username: params.user as string }),
  getUser: existing,
  patchUser: async (asked) => {
    await existing(asked)
    const { lockedFor, ...change } = asked.body as UserChange
    return asked.pool.users.patch(asked.params.user as string, {
      ...change,
      ...(lockedFor !== undefined && { lockedFor: fromWire(lockedFor) }),
    })
  },
  deleteUser: async (asked) => {
    await existing(asked)
    return asked.pool.users.delete(asked.params.user as string)
  },
}

async function existing({ pool, params }: Asked) {
  const user = await pool.users.get(params.user as string)
  if (user === undefined) throw new NothingThere(`pool ${pool.id} has no user ${params.user}`)
  return user
}
