import { COMMON, CONNECTING, PRINTING } from '../command-line/options.ts'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import { createOutput } from '../output/create-output.ts'
import { createProgress } from '../output/progress.ts'
import { showCatalogue } from '../output/show-catalogue.ts'
import { type AnyClient, withClient } from '../target/with-client.ts'
import { refuseMore, takeTarget } from '../target/target.ts'
import { defineCommand } from './command.ts'

export const list = defineCommand({
  name: 'list',
  summary: 'Show what a server offers: its tools, resources, templates and prompts.',
  usage: ['TARGET', '-- COMMAND [ARGS…]'],
  about: ['The arguments of one tool: hawser call TARGET TOOL --help'],
  takesTarget: true,
  options: {
    ...PRINTING,
    verbose: {
      type: 'boolean',
      short: 'v',
      about: 'Show also what was agreed with the server: revision, transport and capabilities.',
    },
    ...CONNECTING,
    ...COMMON,
  },
  examples: [
    { line: 'hawser list notes.ts', about: 'What the server in this file offers' },
    {
      line: "hawser list https://example.com/mcp --header 'Authorization: Bearer …'",
      about: 'A server that wants a token',
    },
    {
      line: 'hawser list -v -- npx some-server',
      about: 'Which revision of the protocol a program speaks, and over what',
    },
    {
      line: "hawser list --json -- npx some-server | jq '.tools[].name'",
      about: 'The names of the tools of a program',
    },
  ],
  run: async ({ values, words, program }) => {
    const { target, words: rest } = takeTarget('list', { words, program }, [])
    refuseMore(rest, program)
    const output = createOutput(values)
    const progress = createProgress('Listing', output)
    const isVerbose = values.verbose === true
    const catalogue = await withClient(target, { values }, (client) => readCatalogue(client, isVerbose)).finally(
      progress.stop,
    )
    if (output.json) output.printJson(catalogue)
    else output.print(showCatalogue(catalogue, output))
    return EXIT.ok
  },
})

/** Everything that a server tells about itself. */
export interface Catalogue {
  readonly server: unknown
  readonly instructions: string | undefined
  /** Left out unless somebody wants to know. */
  readonly agreed?: Pick<Agreement, 'protocolVersion' | 'transport' | 'capabilities'>
  readonly tools: Awaited<ReturnType<AnyClient['listTools']>>
  readonly resources: Awaited<ReturnType<AnyClient['listResources']>>
  readonly resourceTemplates: Awaited<ReturnType<AnyClient['listResourceTemplates']>>
  readonly prompts: Awaited<ReturnType<AnyClient['listPrompts']>>
}

type Agreement = Awaited<ReturnType<AnyClient['agreed']>>

async function readCatalogue(client: AnyClient, isVerbose: boolean): Promise<Catalogue> {
  const [discovered, agreed, tools, resources, resourceTemplates, prompts] = await Promise.all([
    client.discover().catch(explain),
    isVerbose ? client.agreed().catch(explain) : undefined,
    client.listTools(),
    client.listResources(),
    client.listResourceTemplates(),
    client.listPrompts(),
  ])
  return {
    server: discovered._meta?.['io.modelcontextprotocol/serverInfo'],
    instructions: discovered.instructions,
    ...(agreed && { agreed: describe(agreed) }),
    tools,
    resources,
    resourceTemplates,
    prompts,
  }
}

const describe = ({ protocolVersion, transport, capabilities }: Agreement): NonNullable<Catalogue['agreed']> => ({
  protocolVersion,
  transport: transport ?? 'in this process',
  capabilities,
})

/** Every server describes itself, be it only when it is greeted. (server/discover) */
function explain(error: unknown): never {
  if (!(error instanceof Error && 'code' in error && error.code === 'method_not_found')) throw error
  throw new Failure(
    EXIT.unreachable,
    'The server speaks no revision of the protocol that is known here: it answers neither server/discover nor initialize.',
    [],
    { cause: error },
  )
}
