import { expect, it } from 'vitest'
import { readCommands } from './read-commands.ts'

it('takes the commands of blocks of sh, without what is said about them', () => {
  const page = [
    '```sh',
    'npm test     # offline',
    'npx hawser read x.ts notes://#tides',
    '',
    '```',
    '```console',
    '$ rm -rf /',
    '```',
    '```sh',
    'npm start',
    '```',
  ]
  expect(readCommands(page.join('\n'))).toEqual(['npm test', 'npx hawser read x.ts notes://#tides', 'npm start'])
})
