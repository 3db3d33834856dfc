import { COMMON, CONNECTING, PRINTING } from '../command-line/options.ts'
import { usageFailure } from '../failure.ts'
import { EXIT } from '../exit-code.ts'
import { examine } from '../doctor/examine.ts'
import { createOutput } from '../output/create-output.ts'
import { createProgress } from '../output/progress.ts'
import { showDiagnosis } from '../output/show-diagnosis.ts'
import { readHeaders } from '../target/connection-options.ts'
import { watchInterrupt } from '../target/interrupt.ts'
import { takeUrl } from '../target/take-url.ts'
import { defineCommand } from './command.ts'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Find out why clients cannot use a server, and what to do about it.',
  usage: ['URL'],
  about: [
    'Sends some forty requests that change nothing: as a stranger, with the user agents of known hosts, and as whoever is signed in with hawser login. Ends with 1 when something is wrong.',
    'No tool is called unless --call names one, and only if the server says that it only reads.',
  ],
  takesTarget: false,
  options: {
    ...PRINTING,
    listen: {
      type: 'string',
      value: 'TIME',
      about:
        'Hold a stream open for this long, such as 30s or 6m; 3s when left out. Proxies often cut after five minutes.',
    },
    call: { type: 'string', value: 'NAME', about: 'Call this tool without arguments, if it says that it only reads.' },
    header: CONNECTING.header,
    'private-network': { type: 'boolean', about: 'Let the server name an issuer in a private network.' },
    ...COMMON,
  },
  examples: [
    { line: 'hawser doctor https://notes.example.com/mcp', about: 'Is everything as clients expect?' },
    {
      line: 'hawser doctor https://notes.example.com/mcp --listen 6m',
      about: 'Do streams live as long as they have to?',
    },
    { line: 'hawser doctor http://localhost:3000/mcp --json | jq .counts', about: 'In continuous integration' },
  ],
  run: async ({ values, words, program }) => {
    const url = new URL(takeUrl('doctor', { words, program }))
    const listenMs = readTime(values.listen)
    const headers = readHeaders(values.header)
    const output = createOutput(values)
    const isProven = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')
    const auth = isProven ? undefined : await (await import('../target/signed-in.ts')).findSignIn(url.href)
    using interrupt = watchInterrupt()
    const progress = createProgress('Looking', output)
    const { signal } = interrupt
    const options = {
      headers,
      auth,
      listenMs,
      call: values.call,
      privateNetwork: values['private-network'] === true,
      signal,
    }
    const diagnosis = await examine(url, options).finally(progress.stop)
    if (output.json) output.printJson(diagnosis)
    else output.print(showDiagnosis(diagnosis, output))
    if (!diagnosis.isReachable) return EXIT.unreachable
    return diagnosis.counts.bad > 0 ? EXIT.refused : EXIT.ok
  },
})

const DEFAULT_LISTEN = 3000
const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
])
const MAX_LISTEN = 3_600_000

/** Milliseconds. */
function readTime(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LISTEN
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)([sm])?$/.exec(text) ?? []
  const ms = Number(number) * (UNITS.get(unit) ?? 0)
  if (number !== '' && ms > 0 && ms <= MAX_LISTEN) return ms
  throw usageFailure(
    `--listen takes a time from 1s to 60m; it got "${text}".`,
    'Write it in seconds or minutes: --listen 6m',
  )
}
