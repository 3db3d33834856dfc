import type { AnyClient } from '../target/with-client.ts'
import { createTypePrinter, indent } from './print-type.ts'
import { comment, quote, quoteName } from './quote.ts'

type Listed<List extends 'listTools' | 'listResources' | 'listResourceTemplates' | 'listPrompts'> = Awaited<
  ReturnType<AnyClient[List]>
>

/** What a server tells about itself, as far as types know it. */
export interface Described {
  /** Name and version. */
  readonly title: string
  readonly tools: Listed<'listTools'>
  readonly resources: Listed<'listResources'>
  readonly resourceTemplates: Listed<'listResourceTemplates'>
  readonly prompts: Listed<'listPrompts'>
  readonly fingerprints: { readonly [tool: string]: string }
}

/** Names that JavaScript asks of every object, so that a client cannot have functions of these names. */
const TAKEN: ReadonlySet<string> = new Set([
  'then',
  'catch',
  'finally',
  'toJSON',
  ...Object.getOwnPropertyNames(Object.prototype),
])

/**
 * Writes a module that stands for a server to the compiler, in a form that is good as `.ts` and as `.d.ts`. The same server
 * gives the same text, in whatever order it lists what it has.
 */
export function printModule(described: Described): string {
  const { title, tools, resources, resourceTemplates, prompts, fingerprints } = described
  const printer = createTypePrinter()
  const parts = {
    tools: printMembers(tools, ({ description, inputSchema, outputSchema }) => ({
      about: description,
      fields: [
        `readonly '~input'?: ${printer.print(inputSchema)}`,
        `readonly '~output'?: ${outputSchema === undefined ? 'string' : printer.print(outputSchema)}`,
      ],
    })),
    // Of a template and a resource with one name, clients take the template.
    resources: printMembers([...resourceTemplates, ...resources], (one) => ({
      about: one.description,
      fields: [`readonly '~variables'?: ${'uriTemplate' in one ? printVariables(one.uriTemplate) : '{}'}`],
    })),
    prompts: printMembers(prompts, ({ description, arguments: all }) => ({
      about: description,
      fields: [`readonly '~args'?: ${printArguments(all)}`],
    })),
  }
  const members = Object.entries(parts).map(([name, text]) => `readonly ${name}: ${text}`)
  return [
    comment(`Types of the server ${title}, written by hawser types. Write them anew rather than changing them.`),
    '/** Exists for the compiler only: `connect<typeof import(…)>(url)` reads it. */',
    'export declare const server: {',
    indent(`readonly '~parts'?: {\n${members.map((member) => `${indent(member)}\n`).join('')}}`),
    '}',
    '',
    '/** How each tool was defined; `expectTools(fingerprints)` of hawser/interceptors notices when that has changed. */',
    `export const fingerprints = ${quote(JSON.stringify(sortMembers(fingerprints)))}`,
    ...printer.declarations().flatMap((declaration) => ['', declaration]),
    '',
  ].join('\n')
}

interface Member {
  readonly about: string | undefined
  readonly fields: readonly string[]
}

/** One property for each name, the first of those that have it, in the order of names. */
function printMembers<T extends { readonly name: string }>(items: readonly T[], describe: (item: T) => Member): string {
  const byName = new Map(items.toReversed().map((item) => [item.name, item]))
  const members = [...byName.values()]
    .filter(({ name }) => !TAKEN.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((item) => {
      const { about, fields } = describe(item)
      return `${comment(about)}readonly ${quoteName(item.name)}: {\n${fields.map((field) => `${indent(field)}\n`).join('')}}`
    })
  return members.length === 0 ? '{}' : `{\n${members.map((member) => `${indent(member)}\n`).join('')}}`
}

/** Only what stands in a query may be left out. (RFC 6570 §3.2.8) */
function printVariables(template: string): string {
  const found = [...template.matchAll(/\{([+#./;?&]?)([^{}]*)\}/g)].flatMap(([, operator, list = '']) =>
    list.split(',').map((spec) => {
      const name = spec.replace(/\*$|:\d+$/, '')
      return [name, operator === '?' || operator === '&'] as const
    }),
  )
  return printTexts([...new Map(found)])
}

function printArguments(all: Described['prompts'][number]['arguments']): string {
  return printTexts([...new Map((all ?? []).map(({ name, required }) => [name, required !== true]))])
}

function printTexts(names: readonly (readonly [name: string, isOptional: boolean])[]): string {
  if (names.length === 0) return '{}'
  return `{ ${names.map(([name, isOptional]) => `readonly ${quoteName(name)}${isOptional ? '?' : ''}: string`).join('; ')} }`
}

function sortMembers(record: { readonly [name: string]: string }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
