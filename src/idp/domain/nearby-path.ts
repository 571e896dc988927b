// What somebody probably meant who asked for a path that is not there: another case, a slash too many, a prefix too
// many or too few (AWS's own pages write /authorize and /oauth2/login in passing), or a letter.
import { editDistance } from './redirect-uri.ts'

/** More letters than that are no slip. */
const mostLetters = 2

const bare = (path: string): string => path.toLowerCase().replace(/\/+$/, '')

/**
 * The path that comes nearest, if one comes near.
 *
 * @example
 * nearbyPath('/oauth2/userinfo', ['/oauth2/token', '/oauth2/userInfo']) // '/oauth2/userInfo'
 */
export function nearbyPath(asked: string, paths: readonly string[]): string | undefined {
  const wanted = bare(asked.slice(0, 100))
  if (wanted === '') return undefined
  const isNear: readonly ((path: string) => boolean)[] = [
    (path) => path === wanted,
    (path) => path.endsWith(wanted) || wanted.endsWith(path),
    (path) => editDistance(path, wanted) <= mostLetters,
  ]
  for (const test of isNear) {
    const found = paths.find((path) => test(bare(path)))
    if (found !== undefined) return found
  }
  return undefined
}
