import type { Client } from 'hawser'
import { describeShape, isSchema, type Schema } from '../arguments/read-shape.ts'
import type { Output } from './create-output.ts'
import type { Paint } from './paint.ts'
import { cleanLine, cleanName, cleanProse } from './sanitize.ts'
import { type Piece, renderTable, type Row } from './table.ts'
import { wrap } from './wrap.ts'

export type Tool = Awaited<ReturnType<Client['listTools']>>[number]

interface Argument {
  readonly name: string
  readonly schema: Schema
  readonly type: string
  readonly isRequired: boolean
}

function argumentsOf({ inputSchema }: Tool): readonly Argument[] {
  const { properties, required } = inputSchema as Schema
  const names = Array.isArray(required) ? (required as readonly unknown[]) : []
  return Object.entries(isSchema(properties) ? properties : {}).map(([name, schema]) => ({
    name: cleanName(name),
    schema: isSchema(schema) ? schema : {},
    type: cleanName(describeShape(schema, inputSchema)),
    isRequired: names.includes(name),
  }))
}

/** The arguments in one line: `query: string, limit?: integer = 10`. */
export function describeArguments(tool: Tool, { dim }: Paint): readonly Piece[] {
  const words = argumentsOf(tool).map(({ name, schema, type, isRequired }) => {
    const fallback = schema['default'] === undefined ? '' : ` = ${cleanName(JSON.stringify(schema['default']))}`
    return `${name}${isRequired ? '' : '?'}: ${type}${fallback}`
  })
  return [{ text: joinSome(words), paint: dim }]
}

/** Most arguments that are listed in one line, and in all. */
const MAX_WORDS = 40
const MAX_ARGUMENTS = 200

/** A list for people, who stop reading at some point. */
export function joinSome(words: readonly string[]): string {
  const more = words.length - MAX_WORDS
  return more > 0 ? `${words.slice(0, MAX_WORDS).join(', ')}, … ${more} more` : words.join(', ')
}

/** What a tool says it does; only hints, since nobody checks them. (server/tools#tool) */
export function describeEffect({ annotations }: Tool, { green, yellow, red }: Paint): Piece {
  if (annotations === undefined) return { text: '' }
  if (annotations.readOnlyHint === true) return { text: 'reads', paint: green }
  return annotations.destructiveHint === false ? { text: 'writes', paint: yellow } : { text: 'destroys', paint: red }
}

/** Everything about one tool that somebody needs to call it. */
export function showTool(tool: Tool, { paint, width }: Output): string {
  const { bold, cyan, dim } = paint
  const effect = describeEffect(tool, paint)
  const all = argumentsOf(tool)
  const rows = all
    .slice(0, MAX_ARGUMENTS)
    .map(({ name, schema, type, isRequired }): Row => [
      [{ text: `--${name}`, paint: cyan }],
      [
        { text: typeof schema['description'] === 'string' ? cleanLine(cleanProse(schema['description'])) : '' },
        { text: `${type}${isRequired ? ', required' : ''}${describeDefault(schema)}`, paint: dim },
      ],
    ])
  const title = [
    bold(cleanName(tool.name)),
    cleanName(tool.title ?? ''),
    (effect.paint ?? ((text) => text))(effect.text),
  ]
  const parts = [
    title.filter((part) => part !== '').join(' · '),
    wrap(cleanProse(tool.description ?? ''), width).join('\n'),
    rows.length === 0 ? 'It takes no arguments.' : `${bold('Arguments')}\n${renderTable(rows, width)}`,
    all.length > rows.length ? dim(`… ${all.length - rows.length} more; hawser list --json has them all`) : '',
    rows.length === 0
      ? ''
      : dim(
          wrap(
            'As one JSON object, or singly: --name value, --name=value; lists by repeating; --no-name for false.',
            width,
          ).join('\n'),
        ),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

const describeDefault = ({ default: value }: Schema): string =>
  value === undefined ? '' : `, default ${cleanName(JSON.stringify(value))}`
