import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Contender } from '../contenders/index.ts'
import type { Row, Values } from './row.ts'

const folder = fileURLToPath(new URL('../dist/types/', import.meta.url))
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

const schemas = (index: number) => `
const input${index} = z.object({
  query: z.string().min(1), limit: z.number().int().default(10), order: z.enum(['newest', 'oldest', 'kind${index}']),
  tags: z.array(z.string()).optional(), period: z.object({ from: z.string(), to: z.string() }).optional(),
  archived: z.boolean().default(false),
})
const output${index} = z.object({ hits${index}: z.array(z.object({ title: z.string(), score: z.number() })) })
const run${index} = (args: z.output<typeof input${index}>) => ({
  hits${index}: [{ title: args.query + args.order, score: args.limit }],
})`

const indexes = (count: number) => Array.from({ length: count }, (_, index) => index)

const sources: Record<string, (count: number) => string> = {
  hawser: (count) => `import { mcp } from 'hawser'
import * as z from 'zod'
const kit = mcp({ name: 'types', version: '1.0.0' })
${indexes(count)
  .map(
    (index) => `${schemas(index)}
const tool${index} = kit.tool({
  description: 'Find.', effect: 'read', input: input${index}, output: output${index}, run: (args) => run${index}(args),
})`,
  )
  .join('\n')}
export default kit.server({ tools: { ${indexes(count)
    .map((index) => `tool${index}`)
    .join(', ')} } })
`,
  sdk: (count) => `import { McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
const server = new McpServer({ name: 'types', version: '1.0.0' })
${indexes(count)
  .map(
    (index) => `${schemas(index)}
server.registerTool(
  'tool${index}',
  { description: 'Find.', inputSchema: input${index}, outputSchema: output${index} },
  (args) => ({ content: [], structuredContent: run${index}(args) }),
)`,
  )
  .join('\n')}
export default server
`,
}

/** Compiles a generated file with so many tools; instantiations and seconds as the compiler counts them. */
const compile = async (name: string, count: number) => {
  const base = `${name}-${count}`
  writeFileSync(`${folder}${base}.ts`, sources[name]?.(count) ?? '')
  const compilerOptions = {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  }
  writeFileSync(`${folder}${base}.json`, JSON.stringify({ compilerOptions, files: [`${base}.ts`] }))
  const args = [tsc, '-p', `${folder}${base}.json`, '--extendedDiagnostics', '--singleThreaded']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const read = (label: string) => Number(new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(stdout)?.[1])
  return { instantiations: read('Instantiations'), seconds: read('Check time') }
}

const measure = async ({ name }: Contender): Promise<Values> => {
  mkdirSync(folder, { recursive: true })
  const one = await compile(name, 1)
  const half = await compile(name, 100)
  const all = await compile(name, 200)
  const late = (all.instantiations - half.instantiations) / 100
  return {
    instantiations: all.instantiations,
    perTool: late,
    growth: late / ((half.instantiations - one.instantiations) / 99),
    seconds: all.seconds,
  }
}

export const types: Row = {
  name: 'types',
  title: 'Type-checking 200 tools',
  metrics: [
    { name: 'instantiations', title: 'type instantiations, imports included', unit: '', better: 'lower' },
    { name: 'perTool', title: 'type instantiations per further tool', unit: '', better: 'lower' },
    { name: 'growth', title: 'per tool, tools 101–200 over 2–100', unit: '×', better: 'lower' },
    { name: 'seconds', title: 'check time', unit: 's', better: 'lower' },
  ],
  takesPart: ({ name }) => name in sources,
  full: { rounds: 1, seconds: 60 },
  quick: { rounds: 1, seconds: 3, only: ['hawser'] },
  measure,
}
