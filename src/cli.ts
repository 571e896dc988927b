#!/usr/bin/env node
// The binary: 0 after SIGINT or SIGTERM or when done, 1 if nothing could be started or a fixture has problems, 2 if the
// words made no sense.
import { runMocknito } from './program.ts'

process.exitCode = await runMocknito(process)
