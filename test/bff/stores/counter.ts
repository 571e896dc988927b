// A process that counts somebody's sessions.
import type { Fingerprint } from '../../../src/bff/secrets.ts'
import { fileStore } from '../../../src/bff/stores/file.ts'

const [folder, subject] = process.argv.slice(2) as [string, Fingerprint]
const store = await fileStore(folder)
process.stdout.write(String((await store.sessionsOf(subject)).length))
