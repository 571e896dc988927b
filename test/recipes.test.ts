// The index of the recipes has every page, and each page is one that a stranger can follow. That every block is run by some test is
// checked when all tests are over (scripts/recipes-run.js).
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

const folder = new URL('../docs/recipes/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8')
const recipes = readdirSync(folder).filter((file) => file !== 'README.md')
/** It is about a store, which never meets an issuer. */
const withoutIssuer = 'bff-on-dynamodb.md'

t.test('the index links every recipe, and nothing that is not there', async (t) => {
  const links = [...read('README.md').matchAll(/\]\(([\w-]+\.\w+)\)/g)].map(([, file]) => file)
  t.strictSame(links.sort(), recipes.sort())
})

t.test(
  'a page has settings, code and what is Cognito’s own, and each block a name to save it under',
  async (t) => {
    for (const page of recipes.filter((file) => file.endsWith('.md') && file !== withoutIssuer)) {
      const text = read(page)
      const fences = text.match(/^ *```/gm) ?? []
      const named = text.match(/`[\w.-]+`:\n\n```\w+$/gm) ?? []
      t.ok(named.length >= 2, page)
      t.equal(fences.length, 2 * named.length, page)
      t.match(text, /^Cognito's own: /m, page)
      t.match(text, /http:\/\/127\.0\.0\.1:9400/, `${page} says where the mock is`)
    }
  },
)
