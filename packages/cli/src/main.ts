#!/usr/bin/env node
import { runCommandLine } from './command-line/run.ts'

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const code = await runCommandLine(process.argv.slice(2))
// A server that was loaded from a file may hold timers or handles that would keep this process alive.
if (code !== undefined) process.stdout.write('', () => process.exit(code))
