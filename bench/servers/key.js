// The signing key of a server, as a JWK: made once for a run of the benchmark, like the cached keys of mocknito.
import { readFileSync } from 'node:fs'

export const readKey = () => JSON.parse(readFileSync(process.env.BENCH_KEY_FILE, 'utf8'))

/** Tells the benchmark where the server listens. */
export const ready = (url) => process.stdout.write(`${JSON.stringify({ url, issuer: url })}\n`)
