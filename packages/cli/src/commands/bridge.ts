import { COMMON } from '../command-line/options.ts'
import { takeUrl } from '../target/take-url.ts'
import { defineCommand } from './command.ts'

export const bridge = defineCommand({
  name: 'bridge',
  summary: 'Serve a server at a URL over stdio, to a host that only starts programs.',
  usage: ['URL'],
  about: [
    'The host starts this command, and calls go to the URL as whoever signed in there with hawser login. hawser install writes it into the configuration of such a host.',
    'Nobody is asked to sign in: do so beforehand, and again where more permissions are needed.',
  ],
  takesTarget: false,
  options: COMMON,
  examples: [{ line: 'hawser bridge https://example.com/mcp', about: 'The command for a host to start' }],
  run: async ({ words, program }) => {
    const url = takeUrl('bridge', { words, program })
    const { bridgeOverStdio } = await import('../serve/bridge.ts')
    await bridgeOverStdio(url)
    return undefined
  },
})
