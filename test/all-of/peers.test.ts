// All of test/peers in one process.
import { together } from './together.ts'

await together(new URL('../peers/', import.meta.url))
