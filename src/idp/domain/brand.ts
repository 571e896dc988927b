// What the owner of a pool has made of the pages of a client (AWS: UI customization of the classic pages, branding style
// of managed login): a style sheet over that of the look, and a logo. Both are read when they are asked for, so that a
// file can be edited while the mock is running.
import type { Client } from './client.ts'
import type { UserPool } from './user-pool.ts'

export interface Picture {
  readonly content: Buffer
  readonly contentType: string
}

export interface Brand {
  readonly stylesheet?: () => string
  readonly logo?: () => Picture
  /** Where pages are dark, if it is another one. */
  readonly darkLogo?: () => Picture
}

/** By client id. */
export type Brands = Map<string, Brand>

/** The brand of every client that has none of its own. */
export const everyClient = 'ALL'

export const brandOf = (
  { brands }: Pick<UserPool, 'brands'>,
  { id }: Pick<Client, 'id'>,
): Brand | undefined => brands.get(id) ?? brands.get(everyClient)

/** The addresses of a document by language, and `default` for the others. */
export type Links = Readonly<Record<string, string>>

/** What people agree to by signing up. DOC: the page has links only if there are both. */
export interface Terms {
  readonly termsOfUse: Links
  readonly privacyPolicy: Links
}
