// The sample API, listening on this machine.
import type { AddressInfo } from 'node:net'
import { createSampleApi, type SampleApiOptions } from './app.ts'

export interface StartedSampleApi extends AsyncDisposable {
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts the API.
 *
 * @param port 0 takes a free one
 * @example
 * await using api = await startSampleApi({ issuer, jwksUri, clientIds: () => [clientId] }, 0)
 */
export async function startSampleApi(options: SampleApiOptions, port: number): Promise<StartedSampleApi> {
  const api = createSampleApi(options)
  await api.listen({ host: '127.0.0.1', port })
  const close = async () => {
    await api.close()
  }
  const url = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`
  return { url, close, [Symbol.asyncDispose]: close }
}
