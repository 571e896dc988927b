// The server as a whole: its names, its environment, snapshots and resets.

import type { EnvironmentNames } from '../../../../handle/environment.ts'
import { type EnvironmentFormat, formatted } from '../../../../handle/environment.ts'
import type { Resettable } from '../../../../handle/mocknito.ts'
import { type Operations, poolOf } from './asked.ts'

export const server: Operations = {
  getInfo: ({ mock }) => mock.info(),
  async patchInfo({ mock, body }) {
    await mock.setPublicUrl((body as { publicUrl: string | null }).publicUrl)
    return { url: mock.url }
  },
  getEnv({ mock, query }) {
    const { format = 'json', names, pool = 'default' } = query
    const environment = poolOf(mock, String(pool)).env(names as EnvironmentNames)
    return format === 'json' ? environment : Buffer.from(formatted(environment, format as EnvironmentFormat))
  },
  reset({ mock, body }) {
    const { what, pool } = body as { what?: Resettable; pool?: string }
    return mock.reset(what, pool === undefined ? undefined : poolOf(mock, pool).id)
  },
  createSnapshot: ({ mock }) => mock.snapshot(),
  restoreSnapshot: ({ mock, params }) => mock.restore({ id: params.snapshot as string }),
}
