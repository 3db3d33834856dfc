import { COMMON, PRINTING } from '../command-line/options.ts'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import { createOutput } from '../output/create-output.ts'
import { showAccount } from '../output/show-account.ts'
import { findSignIn } from '../target/signed-in.ts'
import { takeUrl } from '../target/take-url.ts'
import { defineCommand } from './command.ts'

export const whoami = defineCommand({
  name: 'whoami',
  summary: 'Show who is signed in at a server, and with which permissions.',
  usage: ['TARGET'],
  about: ['By what is kept on this machine: nothing is sent.'],
  takesTarget: true,
  options: { ...PRINTING, ...COMMON },
  examples: [{ line: 'hawser whoami https://example.com/mcp --json | jq .scopes', about: 'What was granted' }],
  run: async ({ values, words, program }) => {
    const url = takeUrl('whoami', { words, program })
    const output = createOutput(values)
    const account = await (await findSignIn(url))?.whoami(url)
    if (account === undefined)
      throw new Failure(EXIT.refused, 'Nobody is signed in there.', [`Sign in: hawser login ${url}`])
    if (output.json) output.printJson(account)
    else output.print(showAccount(account, output))
    return EXIT.ok
  },
})
