// All of test/idp/routes in one process.
import { together } from './together.ts'

await together(new URL('../idp/routes/', import.meta.url))
