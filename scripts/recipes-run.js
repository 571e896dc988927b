// Ends the test run: every fenced block of every recipe has been run by a test, or the suite fails. Reads what the tests wrote
// down (test/support/recipe.ts).
import { readdirSync, readFileSync, rmSync } from 'node:fs'

const pages = new URL('../docs/recipes/', import.meta.url)
const folder = new URL('../test-artefacts/recipes-run/', import.meta.url)

if (process.argv[2] === '--forget') {
  rmSync(folder, { recursive: true, force: true })
} else {
  const run = new Set(
    readdirSync(folder).map((file) => {
      const { page, name } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
      return `${page}.md ${name}`
    }),
  )
  const blocks = readdirSync(pages)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      const fences = readFileSync(new URL(file, pages), 'utf8').matchAll(
        /(?:`([\w.-]+)`:\n\n)?```\w+\n.*?```$/gms,
      )
      return [...fences].map(([, name = 'a block without a name']) => `${file} ${name}`)
    })
  const missing = blocks.filter((block) => !run.has(block))
  for (const block of missing) console.error(`no test has run ${block}`)
  console.log(`${blocks.length} blocks of recipes, ${missing.length} not run`)
  process.exitCode = missing.length === 0 ? 0 : 1
}
