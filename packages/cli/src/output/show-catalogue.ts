import type { Catalogue } from '../commands/list.ts'
import type { Output } from './create-output.ts'
import type { Paint } from './paint.ts'
import { cleanLine, cleanName, cleanProse } from './sanitize.ts'
import { describeArguments, describeEffect, joinSome } from './show-tool.ts'
import { type Piece, renderTable, type Row } from './table.ts'
import { truncate, wrap } from './wrap.ts'

/** What a server offers, as tables that fit the terminal. */
export function showCatalogue(catalogue: Catalogue, { paint, width }: Output): string {
  const { tools, resources, resourceTemplates, prompts, instructions } = catalogue
  const sections: readonly (readonly [title: string, rows: readonly Row[]])[] = [
    [
      'Tools',
      tools.map((tool) => [
        name(tool.name, paint),
        [describeEffect(tool, paint)],
        [...about(tool), ...describeArguments(tool, paint)],
      ]),
    ],
    [
      'Resources',
      resources.map((entry) => [name(entry.uri, paint), [type(entry, paint)], [...about(entry, entry.name)]]),
    ],
    [
      'Templates',
      resourceTemplates.map((entry) => [
        name(entry.uriTemplate, paint),
        [type(entry, paint)],
        [...about(entry, entry.name)],
      ]),
    ],
    [
      'Prompts',
      prompts.map((prompt) => [name(prompt.name, paint), [], [...about(prompt), ...promptArguments(prompt, paint)]]),
    ],
  ]
  const shown = sections.filter(([, rows]) => rows.length > 0)
  const parts = [
    wrap(describeServer(catalogue.server, paint), width).join('\n'),
    catalogue.agreed === undefined ? '' : showAgreed(catalogue.agreed, width, paint),
    instructions === undefined ? '' : showInstructions(instructions, width).map(paint.dim).join('\n'),
    ...shown.map(([title, rows]) => showSection(title, rows, width, paint)),
    shown.length === 0 ? 'It offers no tools, no resources and no prompts.' : '',
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Longer lists are for programs. */
const MAX_ROWS = 60

function showSection(title: string, rows: readonly Row[], width: number, { bold, dim }: Paint): string {
  const more = rows.length - MAX_ROWS
  const table = renderTable(rows.slice(0, MAX_ROWS), width)
  return [
    bold(`${title} (${rows.length})`),
    table,
    ...(more > 0 ? [dim(`  … ${more} more; --json lists all`)] : []),
  ].join('\n')
}

function describeServer(server: unknown, { bold, dim }: Paint): string {
  if (typeof server !== 'object' || server === null) return ''
  const { name: title, version, description } = server as Readonly<Record<string, unknown>>
  const text = (value: unknown): string => (typeof value === 'string' ? cleanLine(value) : '')
  const [first, ...rest] = [bold(text(title)), text(version), dim(text(description))].filter((part) => part !== '')
  return [first, ...rest].join(' ')
}

/** What was settled with the server, in words that are as much a stranger's as all the others. */
function showAgreed(agreed: NonNullable<Catalogue['agreed']>, width: number, { dim }: Paint): string {
  const { protocolVersion, transport = '', capabilities } = agreed
  const offered = Object.entries(capabilities).map(([capability, details]) => describeCapability(capability, details))
  const facts: readonly (readonly [string, string])[] = [
    ['Revision', protocolVersion],
    ['Transport', transport],
    ['Capabilities', offered.length === 0 ? 'none' : offered.join(', ')],
  ]
  const rows = facts.map(([title, text]): Row => [[{ text: title, paint: dim }], [], [{ text: cleanLine(text) }]])
  return renderTable(rows, width)
}

function describeCapability(capability: string, details: unknown): string {
  const flags = Object.entries(details ?? {}).filter(([, value]) => value !== false)
  return flags.length === 0 ? capability : `${capability} (${flags.map(([flag]) => flag).join(', ')})`
}

/** Some servers write books; all of it is in the JSON. */
const MAX_INSTRUCTION_LINES = 12
const MAX_DESCRIPTION_COLUMNS = 360

function showInstructions(instructions: string, width: number): readonly string[] {
  const lines = wrap(cleanProse(instructions).trim(), width)
  return lines.length <= MAX_INSTRUCTION_LINES
    ? lines
    : [...lines.slice(0, MAX_INSTRUCTION_LINES), '… (--json prints all of it)']
}

const name = (text: string, { cyan }: Paint): readonly Piece[] => [{ text: cleanName(text), paint: cyan }]

const type = ({ mimeType = '' }: { readonly mimeType?: string }, { dim }: Paint): Piece => ({
  text: cleanLine(mimeType),
  paint: dim,
})

interface Described {
  readonly title?: string
  readonly description?: string
}

/** The description; for a resource without one, what it is called. */
function about({ title = '', description = '' }: Described, fallback = ''): readonly Piece[] {
  const text = [...new Set([title, description])].filter((part) => part !== '').join(' – ')
  return [{ text: truncate(cleanLine(text === '' ? fallback : text), MAX_DESCRIPTION_COLUMNS) }]
}

function promptArguments({ arguments: all = [] }: Catalogue['prompts'][number], { dim }: Paint): readonly Piece[] {
  const names = all.map(({ name: argument, required }) => `${cleanName(argument)}${required === true ? '' : '?'}`)
  return [{ text: joinSome(names), paint: dim }]
}
