#!/usr/bin/env node
// The BFF as a program, configured by its environment alone: node dist/bff-server.js
import { runBff } from './program.ts'

process.exitCode = await runBff(process)
