import { writeFile } from 'node:fs/promises'
import { fingerprints } from 'hawser/interceptors'
import { COMMON, CONNECTING } from '../command-line/options.ts'
import { type Described, printModule } from '../declare/print-module.ts'
import { EXIT } from '../exit-code.ts'
import { usageFailure } from '../failure.ts'
import { createOutput } from '../output/create-output.ts'
import { createProgress } from '../output/progress.ts'
import { clean } from '../output/sanitize.ts'
import { refuseMore, takeTarget } from '../target/target.ts'
import { type AnyClient, withClient } from '../target/with-client.ts'
import { defineCommand } from './command.ts'

export const types = defineCommand({
  name: 'types',
  summary: 'Write TypeScript types for a server that is not yours.',
  usage: ['TARGET [--out FILE]', '[--out FILE] -- COMMAND [ARGS…]'],
  about: [
    'The module says what the tools, resources and prompts of the server take and give, for connect<typeof import(…)>(…). It also holds a fingerprint of each tool: as a .ts file it can be given to expectTools() of hawser/interceptors, which notices when the server defines its tools in another way.',
    'What JSON Schema says and TypeScript cannot – ranges, patterns, conditions – is left out.',
  ],
  takesTarget: true,
  options: {
    out: { type: 'string', short: 'o', value: 'FILE', about: 'Write to this file instead of standard output.' },
    ...CONNECTING,
    ...COMMON,
  },
  examples: [
    { line: 'hawser types https://example.com/mcp > github.ts', about: 'Types of a server at a URL' },
    { line: 'hawser types --out files.ts -- npx some-server', about: 'Types of a program' },
  ],
  run: async ({ values, words, program }) => {
    const { target, words: rest } = takeTarget('types', { words, program }, [])
    refuseMore(rest, program)
    const output = createOutput({ ...values, json: false })
    const progress = createProgress('Listing', output)
    const described = await withClient(target, { values }, describe).finally(progress.stop)
    const text = printModule(described)
    if (values.out === undefined) output.printRaw(text)
    else await write(values.out, text)
    for (const name of doubles(described.tools.map((tool) => tool.name)))
      output.note(`hawser: the server lists two tools called ${clean(JSON.stringify(name))}; the first counts.`)
    return EXIT.ok
  },
})

async function describe(client: AnyClient): Promise<Described> {
  const [discovered, tools, resources, resourceTemplates, prompts] = await Promise.all([
    client.discover(),
    client.listTools(),
    client.listResources(),
    client.listResourceTemplates(),
    client.listPrompts(),
  ])
  const info: unknown = discovered._meta?.['io.modelcontextprotocol/serverInfo']
  return {
    title: titleOf(info),
    tools,
    resources,
    resourceTemplates,
    prompts,
    fingerprints: await fingerprints(tools),
  }
}

function titleOf(info: unknown): string {
  if (typeof info !== 'object' || info === null) return 'without a name'
  const { name, version } = info as { readonly name?: unknown; readonly version?: unknown }
  return `${String(name)} ${String(version)}`
}

/** @throws Failure when the file cannot be written. */
async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: Error) => {
    throw usageFailure(`${file} cannot be written: ${error.message}`)
  })
}

function doubles(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  return new Set(names.filter((name) => seen.size === seen.add(name).size))
}
