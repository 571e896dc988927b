// A process that counts somebody's sessions, ten times at once.
import type { Fingerprint } from '../../../src/bff/secrets.ts'
import { fileStore } from '../../../src/bff/stores/file.ts'

const [folder, subject] = process.argv.slice(2) as [string, Fingerprint]
const store = await fileStore(folder)
const found = await Promise.all(Array.from({ length: 10 }, () => store.sessionsOf(subject)))
process.stdout.write(found.map(({ length }) => length).join(' '))
