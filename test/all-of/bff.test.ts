// All of test/bff in one process.
import { together } from './together.ts'

await together(new URL('../bff/', import.meta.url))
