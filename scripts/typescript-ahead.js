// Makes the JavaScript of all that the tests may load, so that no process of theirs has to load TypeScript: in a clean clone
// each of them would, for its own file at least. `node scripts/typescript-ahead.js`
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { javaScriptOf } from './typescript-hooks.js'

const root = new URL('../', import.meta.url)
for (const folder of ['src/', 'test/'])
  for (const name of readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.ts') && !name.endsWith('.d.ts')) {
      const path = fileURLToPath(new URL(folder + name, root))
      await javaScriptOf(path, readFileSync(path, 'utf8'))
    }
