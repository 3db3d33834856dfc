import { readFile, writeFile } from 'node:fs/promises'
import { permissionsOf } from 'hawser/testing'
import { COMMON, PRINTING } from '../command-line/options.ts'
import { takeFile } from '../command-line/take-file.ts'
import { EXIT } from '../exit-code.ts'
import { Failure, usageFailure } from '../failure.ts'
import { createOutput, type Output } from '../output/create-output.ts'
import { clean } from '../output/sanitize.ts'
import { compareLocks, toLock } from '../permissions/lock.ts'
import { showPermissions } from '../permissions/show-permissions.ts'
import { loadServer } from '../target/load-server.ts'
import { defineCommand } from './command.ts'

export const scopes = defineCommand({
  name: 'scopes',
  summary: 'Show what each permission of a server means, and notice when that changes.',
  usage: ['FILE', 'FILE --write [--lock LOCK]', 'FILE --check [--lock LOCK]'],
  about: [
    'FILE is a module whose default export is a server. A scope means what it opens: people who allowed it yesterday did not allow what it opens since today.',
    '--write keeps the meaning of every scope in a lock file, which belongs into version control. --check compares, and ends with exit code 1 when a scope means something else: give what is new a scope of its own, or write the lock anew and have that reviewed.',
  ],
  takesTarget: false,
  options: {
    check: { type: 'boolean', about: 'Fail when the lock file says something else.' },
    write: { type: 'boolean', about: 'Write the lock file.' },
    lock: { type: 'string', value: 'LOCK', about: 'The lock file; scopes.lock.json in this folder when left out.' },
    ...PRINTING,
    ...COMMON,
  },
  examples: [
    { line: 'hawser scopes notes.ts', about: 'What may somebody do who holds notes:write?' },
    { line: 'hawser scopes notes.ts --check', about: 'In continuous integration' },
  ],
  run: async ({ values, words }) => {
    const file = takeFile('scopes', words, ' [--check | --write]')
    if (values.check === true && values.write === true) throw usageFailure('--check or --write, not both.')
    const permissions = permissionsOf(await loadServer(file))
    const output = createOutput(values)
    const { lock = 'scopes.lock.json' } = values
    const text = toLock(permissions)
    if (values.write === true) {
      await writeFile(lock, text).catch((error: Error) => {
        throw usageFailure(`${lock} cannot be written: ${error.message}`)
      })
      output.note(`hawser: wrote ${clean(lock)}`)
      return EXIT.ok
    }
    if (values.check === true) return check(lock, text, file, output)
    if (output.json) output.printJson(permissions)
    else output.print(showPermissions(permissions, output))
    return EXIT.ok
  },
})

async function check(lock: string, text: string, file: string, output: Output): Promise<typeof EXIT.ok> {
  const known = await readFile(lock, 'utf8').catch((error: Error) => {
    throw usageFailure(`${lock} cannot be read: ${error.message}`, `To make it: hawser scopes ${file} --write`)
  })
  const changes = compareLocks(known, text)
  if (changes.length === 0) {
    output.note(`hawser: every scope means what ${clean(lock)} says`)
    return EXIT.ok
  }
  throw new Failure(EXIT.refused, `Scopes of ${file} mean something else than ${lock} says.`, [
    ...changes.map(clean),
    `Give what is new a scope of its own. If this is meant: hawser scopes ${file} --write, and have it reviewed.`,
  ])
}
