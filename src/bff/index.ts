// The BFF's public face: `import { bff } from 'mocknito/bff'`.
export { type BffConfig, type BffOptions, ConfigError, readConfig } from './config.ts'
export {
  type ClientCredentials,
  type CredentialSource,
  credentialsInFile,
  type RotatingCredentials,
  rotatingCredentials,
} from './credentials.ts'
export type { BffParts } from './parts.ts'
export { type BffPluginOptions, bff } from './plugin.ts'
export { type StartBffOptions, type StartedBff, startBff } from './start.ts'
export { fileStore } from './stores/file.ts'
export { memoryStore } from './stores/memory.ts'
export type { FoundSession, SessionRecord, Store } from './stores/store.ts'
