/** `npm start`: two servers of this repository, one of them with sign-in, asked and then left running. */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'

// Nothing is built: Node strips the types, and keeps the result for the next start.
const cache = join(import.meta.dirname, '../node_modules/.cache/hawser')
enableCompileCache(cache)

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', () => process.exit(0))

const { start } = await import('./tour/start.ts')
process.exitCode = await start(process.argv.slice(2), { cache })
