// What a test author holds: the same interface whether the mock is in this process or elsewhere. Nothing of
// Fastify is in its types.
import type { SecurePort } from '../https/index.ts'
import type { Pool } from './pool.ts'

/** A mock that listens. */
export interface Mocknito extends AsyncDisposable {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** The port that speaks TLS, if there is one. */
  readonly https?: SecurePort | undefined
  readonly pools: readonly Pool[]
  /** The first pool of the fixture. */
  readonly pool: Pool
  /** Stops listening and lets go of every connection. */
  close(): Promise<void>
}
