// A mock in another process, or on another machine, under the interface of one in this process.
import type { Info, Mocknito, PoolSeed, Snapshot } from '../handle/mocknito.ts'
import type { Pool } from '../handle/pool.ts'
import { pathOf, wireTo } from './http.ts'
import { type PoolRecord, type RemotePool, remotePool } from './pool.ts'
import { remoteRequests } from './requests.ts'

export interface ConnectOptions {
  /** What the control API asks for where the mock is not bound to loopback. */
  readonly token?: string
}

/**
 * Connects to a mock that listens. What it says of pools and clients is as of now and of every later call of this
 * handle; `close` lets go of the mock and does not stop it.
 *
 * @throws if no mock answers there
 * @example
 * const mock = await connect('http://127.0.0.1:9400')
 * const pool = await mock.createPool()
 */
export async function connect(url: string, { token }: ConnectOptions = {}): Promise<Mocknito> {
  const wire = wireTo(new URL(url).origin, token)
  let { url: announcedUrl } = await wire.call<Info>('GET', '/info')
  let remotes: RemotePool[] = []
  const refresh = async () => {
    const records = await wire.call<PoolRecord[]>('GET', '/pools')
    remotes = await Promise.all(
      records.map(async (record) => {
        const known = remotes.find(({ pool }) => pool.id === record.id)
        if (known === undefined) return remotePool(wire, record)
        await known.update(record)
        return known
      }),
    )
  }
  await refresh()
  const close = async () => wire.close()
  return {
    get url() {
      return announcedUrl
    },
    port: Number(new URL(url).port),
    get pools() {
      return remotes.map(({ pool }) => pool)
    },
    get pool() {
      return remotes[0]?.pool as Pool
    },
    requests: remoteRequests(wire, '/requests'),
    info: () => wire.call<Info>('GET', '/info'),
    async setPublicUrl(publicUrl) {
      announcedUrl = (await wire.call<{ url: string }>('PATCH', '/info', { publicUrl })).url
      await refresh()
    },
    async createPool(seed: PoolSeed = {}) {
      const remote = await remotePool(wire, await wire.call<PoolRecord>('POST', '/pools', seed))
      remotes = [...remotes, remote]
      return remote.pool
    },
    async deletePool(id) {
      await wire.call('DELETE', pathOf('pools', id))
      remotes = remotes.filter(({ pool }) => pool.id !== id)
    },
    async reset(what, pool) {
      await wire.call('POST', '/reset', { what, pool })
      await refresh()
    },
    snapshot: () => wire.call<Snapshot>('POST', '/snapshots'),
    async restore({ id }) {
      await wire.call('POST', `${pathOf('snapshots', id)}/restore`)
      await refresh()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
