// Lets Node 20 run the TypeScript of src and test as it stands: `node --import ./scripts/typescript.js`. Types are erased, once for
// each version of a file; what it made is kept in test-artefacts. Types are not checked here: `npm run types` does that.
import { register } from 'node:module'

register('./typescript-hooks.js', import.meta.url)
