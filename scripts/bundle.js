// Makes of the modules in build/ what people install: one file for each entry in dist/, with the libraries in it, and one for each
// part that is loaded only when it is needed. Most of a cold start is finding and reading files: some hundred and sixty of ours
// and three hundred of theirs become a dozen (docs/decisions/0014-bundle.md).
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = new URL('../', import.meta.url)
const dist = new URL('dist/', root)

const entries = {
  cli: 'build/cli.js',
  index: 'build/index.js',
  bff: 'build/bff/index.js',
  'bff-server': 'build/bff/main.js',
  'bff-testing': 'build/bff-testing/index.js',
}

/** CommonJS libraries ask for Node's modules by `require`, which an ES module does not have. */
const requireForLibraries =
  "import { createRequire as createRequireForLibraries } from 'node:module'\nconst require = createRequireForLibraries(import.meta.url)"

forgetOldBundles()
const { metafile } = await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: entries,
  outdir: 'dist',
  // Flat, so that package-root.ts finds the package from wherever it lands.
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: builtinModules,
  banner: { js: requireForLibraries },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
})
writeFileSync(new URL('THIRD-PARTY-LICENSES.txt', dist), licences(Object.keys(metafile.inputs)))

function forgetOldBundles() {
  if (!existsSync(dist)) return
  for (const { name } of readdirSync(dist, { withFileTypes: true }).filter((entry) => entry.isFile()))
    rmSync(new URL(name, dist))
}

/** What the licences of the libraries in the bundle ask for: their text goes where their code goes. */
function licences(inputs) {
  const folders = inputs.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [])
  return [...new Set(folders)].sort().map(licenceOf).join('\n')
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(new URL(`${folder}/package.json`, root), 'utf8'))
  const file = readdirSync(new URL(folder, root)).find((entry) => /^(un)?licen[cs]e/i.test(entry))
  const text =
    file === undefined ? '' : `\n${readFileSync(new URL(`${folder}/${file}`, root), 'utf8').trim()}\n`
  return `${'='.repeat(80)}\n${name} ${version}, ${license}\n${text}`
}
