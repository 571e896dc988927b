// Where a proxied request may go: the path as it came, if everybody on its way reads the same in it.
import { decodings, hasControls } from './percent-encoding.ts'
import { unsafeApiPath } from './problems.ts'

/**
 * The path to ask the API for.
 *
 * @throws {Problem} `unsafe_path`, if it might be read as another path by somebody on the way
 * @example
 * safeApiPath('/orders/7')     // '/orders/7'
 * safeApiPath('/%2e%2e/admin') // throws
 */
export function safeApiPath(path: string): string {
  const segments = path.split('/').length
  for (const reading of decodings(path)) {
    const isPlain = reading.startsWith('/') && !/\/\/|\\|\/\.{1,2}(\/|$)/.test(reading)
    if (!isPlain || hasControls(reading) || reading.split('/').length !== segments) throw unsafeApiPath()
  }
  return path
}
