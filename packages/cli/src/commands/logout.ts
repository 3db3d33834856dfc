import { COMMON, PRINTING } from '../command-line/options.ts'
import { EXIT } from '../exit-code.ts'
import { createOutput } from '../output/create-output.ts'
import { findSignIn, forgetLogin } from '../target/signed-in.ts'
import { takeUrl } from '../target/take-url.ts'
import { defineCommand } from './command.ts'

export const logout = defineCommand({
  name: 'logout',
  summary: 'Sign out at a server: revoke and forget the tokens.',
  usage: ['TARGET'],
  about: ['Where the issuer cannot be reached, the tokens are forgotten here and expire there.'],
  takesTarget: true,
  options: { ...PRINTING, ...COMMON },
  examples: [{ line: 'hawser logout https://example.com/mcp', about: 'Forget who was signed in' }],
  run: async ({ values, words, program }) => {
    const url = takeUrl('logout', { words, program })
    const output = createOutput(values)
    const auth = await findSignIn(url)
    await auth?.signOut(url)
    await forgetLogin(url)
    const wasSignedIn = auth !== undefined
    if (output.json) output.printJson({ server: url, wasSignedIn })
    else output.print(wasSignedIn ? 'Signed out.' : 'Nobody was signed in.')
    return EXIT.ok
  },
})
