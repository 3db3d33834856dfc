import { readFile } from 'node:fs/promises'
import type { AuditHead, AuditSource, SummaryOptions } from 'hawser/audit'
import { COMMON, PRINTING, type Values } from '../command-line/options.ts'
import { didYouMean } from '../command-line/suggest.ts'
import { takeFiles } from '../command-line/take-file.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { usageFailure } from '../failure.ts'
import { createOutput } from '../output/create-output.ts'
import { defineCommand } from './command.ts'

const OPTIONS = {
  ...PRINTING,
  client: {
    type: 'string',
    value: 'ID',
    about: 'Only what this client did: its id, or the host of its id. A name is neither.',
  },
  who: { type: 'string', value: 'SUBJECT', about: 'Only what this person or service did.' },
  tenant: { type: 'string', value: 'NAME', about: 'Only of this tenant.' },
  since: { type: 'string', value: 'DATE', about: 'Only from this time on, such as 2026-11-20 or 7d.' },
  lines: { type: 'string', short: 'n', value: 'N', about: 'tail: how many records; 20 when left out.' },
  key: {
    type: 'string',
    value: 'VARIABLE',
    about: 'verify: the environment variable that holds the secret of the log; AUDIT_KEY when left out.',
  },
  retained: { type: 'boolean', about: 'verify: older records may have been deleted because of their age.' },
  expect: {
    type: 'string',
    value: 'FILE',
    about: 'verify: what an earlier verify --json printed; the log has to go on from there.',
  },
  ...COMMON,
} as const

export const audit = defineCommand({
  name: 'audit',
  summary: 'Read an audit log: its last records, whether it was changed, who used what.',
  usage: ['report FILE…', 'tail FILE…', 'verify FILE…'],
  about: [
    'report says of each person and client what was allowed and by whom, which permissions were used and which never were, what was done, and what was refused.',
    'verify finds records that were edited, deleted, moved or cut off. With the secret of the log it also finds a log that was written anew; one that was put back to an earlier state only --expect can find.',
    'FILE is that of jsonlAudit, together with the files that it put away, or of sqliteAudit, or a folder with a copy of what keepAudit has put into a bucket. Name files that another program rotated one by one, oldest first.',
  ],
  takesTarget: false,
  options: OPTIONS,
  examples: [
    {
      line: 'hawser audit report audit.jsonl --client app.example.com',
      about: 'What a client may do, who allowed it, what it did',
    },
    { line: 'hawser audit tail audit.jsonl --who ada -n 5', about: 'The last that was done for somebody' },
    {
      line: 'AUDIT_KEY=… hawser audit verify audit.db --json > end.json',
      about: 'Whether it was changed; and note where it ends',
    },
    { line: 'AUDIT_KEY=… hawser audit verify audit.db --expect end.json', about: 'Whether it was put back since' },
  ],
  run: async ({ values, words: [verb, ...words] }) => {
    const run = verb !== undefined && Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
    if (run === undefined) {
      const known = Object.keys(VERBS)
      throw usageFailure(
        verb === undefined ? `audit needs one of: ${known.join(', ')}.` : `audit has no "${verb}".`,
        ...didYouMean(verb ?? '', known, (it) => `hawser audit ${it}`),
        'Write: hawser audit report FILE',
      )
    }
    const files = takeFiles(`audit ${verb}`, words)
    const { openAudit } = await import('hawser/node')
    const source = await openAudit(...files).catch((error: unknown) => {
      throw usageFailure(error instanceof Error ? error.message : String(error))
    })
    return run(source, values, files.join(' '))
  },
})

type Given = Values<typeof OPTIONS>

const VERBS: Readonly<Record<string, (source: AuditSource, given: Given, files: string) => Promise<ExitCode>>> = {
  report: async (source, given, files) => {
    const { summarizeAudit } = await import('hawser/audit')
    const output = createOutput(given)
    const summary = await summarizeAudit(source, readFilter(given))
    if (output.json) output.printJson(summary)
    else output.print((await import('../output/show-audit-report.ts')).showReport(summary, files, output))
    if (summary.records === 0 && given.client !== undefined)
      output.note('--client takes an id, or the host of one, as the report shows it; not a name.')
    return EXIT.ok
  },

  tail: async (source, given) => {
    const { createClientNames, isSelected, readAuditEvent } = await import('hawser/audit')
    const output = createOutput(given)
    const [filter, most] = [readFilter(given), readCount(given.lines)]
    const names = createClientNames()
    const last: NonNullable<ReturnType<typeof readAuditEvent>>[] = []
    for await (const line of source.lines()) {
      const event = readAuditEvent(line)
      if (event === undefined) continue
      names.note(event)
      if (!isSelected(event, filter)) continue
      last.push(event)
      if (last.length > most) last.shift()
    }
    if (output.json) for (const event of last) output.print(toLine(event))
    else output.print((await import('../output/show-audit-events.ts')).showEvents(last, names, output))
    return EXIT.ok
  },

  verify: async (source, given, files) => {
    const { verifyAudit } = await import('hawser/audit')
    const output = createOutput(given)
    const variable = given.key ?? 'AUDIT_KEY'
    const key = process.env[variable]
    if (given.key !== undefined && key === undefined) throw usageFailure(`The environment has no ${variable}.`)
    const expect = given.expect === undefined ? undefined : await readExpected(given.expect)
    const found = await verifyAudit(source, { key, retained: given.retained, expect }).catch((error: unknown) => {
      if (error instanceof RangeError) throw usageFailure(`${variable}: ${error.message}`)
      throw error
    })
    if (output.json)
      output.printJson({ ...found, sealed: key !== undefined, tenants: Object.fromEntries(found.tenants) })
    else {
      const { showVerification } = await import('../output/show-verification.ts')
      output.print(showVerification(found, { files, variable, hasKey: key !== undefined }, output))
    }
    return found.ok ? EXIT.ok : EXIT.refused
  },
}

const toLine = (event: unknown): string => JSON.stringify(event)

function readFilter({ client, who, tenant, since }: Given): SummaryOptions {
  return { client, who, tenant, since: since === undefined ? undefined : readDate(since) }
}

const DAY = 86_400_000

function readDate(text: string): Date {
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  const date = days === undefined ? new Date(text) : new Date(Date.now() - Number(days) * DAY)
  if (Number.isNaN(date.getTime()))
    throw usageFailure(`--since takes a date such as 2026-11-20, or days such as 7d; it got "${text}".`)
  return date
}

function readCount(text = '20'): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw usageFailure(`--lines takes a number above 0; it got "${text}".`)
  return Number(text)
}

/** Where the log ended, as an earlier `verify --json` printed it. */
async function readExpected(file: string): Promise<ReadonlyMap<string, AuditHead>> {
  try {
    const { tenants } = JSON.parse(await readFile(file, 'utf8')) as {
      readonly tenants: Readonly<Record<string, { readonly to: number; readonly hash: string }>>
    }
    return new Map(Object.entries(tenants).map(([tenant, { to, hash }]) => [tenant, { seq: to, hash }]))
  } catch (cause) {
    throw usageFailure(
      `${file} is not what hawser audit verify --json prints: ${cause instanceof Error ? cause.message : ''}`,
    )
  }
}
