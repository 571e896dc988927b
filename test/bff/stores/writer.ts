// A process that writes to a store without end, to be killed while it does.
import type { Fingerprint } from '../../../src/bff/secrets.ts'
import { fileStore } from '../../../src/bff/stores/file.ts'
import type { FoundSession } from '../../../src/bff/stores/store.ts'

const [folder, id] = process.argv.slice(2) as [string, Fingerprint]
const store = await fileStore(folder)
process.stdout.write('writing\n')
for (let count = 1; count < 1_000_000; count++) {
  const { version: _, ...found } = (await store.findSession(id)) as FoundSession
  await store.replaceSession((await store.findSession(id)) as FoundSession, {
    ...found,
    expiresAt: count,
    sealed: `sealed ${count}`,
  })
}
