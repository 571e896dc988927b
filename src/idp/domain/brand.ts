// What the owner of a pool has made of the pages of a client (AWS: UI customization of the classic pages, branding style
// of managed login): a style sheet over that of the look, and pictures. All are read when they are asked for, so that a
// file can be edited while the mock is running.
import type { Client } from './client.ts'
import { PagesUnavailable } from './refusal.ts'
import { demand, type Trail } from './trail.ts'
import type { UserPool } from './user-pool.ts'

export interface Picture {
  readonly content: Buffer
  readonly contentType: string
}

/** What a page has a place for. The dark ones are shown where pages are dark. */
export type PictureName =
  | 'logo'
  | 'dark-logo'
  | 'favicon'
  | 'page-background'
  | 'dark-page-background'
  | 'form-background'
  | 'dark-form-background'

export type Pictures = Readonly<Partial<Record<PictureName, () => Picture>>>

export interface Brand {
  readonly stylesheet?: () => string
  readonly pictures: Pictures
  /**
   * Calls `changed` after a file of it was edited, until the returned function is called. A brand that has no files has
   * no such function either.
   */
  readonly watch?: (changed: () => void) => () => void
}

/** By client id. */
export type Brands = Map<string, Brand>

/** The brand of every client that has none of its own. */
export const everyClient = 'ALL'

export const brandOf = (
  { brands }: Pick<UserPool, 'brands'>,
  { id }: Pick<Client, 'id'>,
): Brand | undefined => brands.get(id) ?? brands.get(everyClient)

/**
 * Lets the pages of a client be shown. Whoever sees no page, on the way back from an identity provider, needs no style.
 *
 * @throws PagesUnavailable
 */
export function demandStyle(
  { pool, client }: { readonly pool: UserPool; readonly client: Client },
  trail: Trail,
): void {
  if (pool.look === 'classic') return
  const isShown = brandOf(pool, client) !== undefined || pool.choices['missing-style'] === 'default-style'
  demand(trail, 'pages.style', isShown, () => {
    const reason = `no entry of ManagedLoginBrandings is for ${client.name} (the switch missing-style is unavailable)`
    return new PagesUnavailable(reason)
  })
}

/** The addresses of a document by language, and `default` for the others. */
export type Links = Readonly<Record<string, string>>

/** What people agree to by signing up. DOC: the page has links only if there are both. */
export interface Terms {
  readonly termsOfUse: Links
  readonly privacyPolicy: Links
}
