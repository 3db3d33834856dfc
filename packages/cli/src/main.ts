#!/usr/bin/env node
import { runCommandLine } from './command-line/run.ts'

const { stdout } = process
// A reader that has seen enough, such as `head`, is no failure.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
// Taken first: a command that loads a file sends what the file prints elsewhere, and the end must wait for the results.
const write = stdout.write.bind(stdout)

const code = await runCommandLine(process.argv.slice(2))
// A server that was loaded from a file may hold timers or handles that would keep this process alive.
if (code !== undefined) write('', () => process.exit(code))
