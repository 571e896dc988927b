// A process that opens sessions and lets values wait, without end, to be killed while it does.
import { type Fingerprint, fingerprint } from '../../../src/bff/secrets.ts'
import { fileStore } from '../../../src/bff/stores/file.ts'

const [folder, subject] = process.argv.slice(2) as [string, Fingerprint]
const store = await fileStore(folder)
process.stdout.write('opening\n')
for (let count = 0; count < 100_000; count++) {
  const id = fingerprint(`${process.pid} ${count}`)
  await store.addSession({ id, subject, expiresAt: 2e12, sealed: `sealed ${id}` })
  await store.keepOnce(id, `value of ${id}`, 2e12)
}
