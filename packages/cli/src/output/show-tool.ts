import type { Client } from 'hawser'
import { describeShape, isSchema, type Schema } from '../arguments/read-shape.ts'
import type { Output } from './create-output.ts'
import type { Paint } from './paint.ts'
import { cleanLine, cleanProse } from './sanitize.ts'
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
    name: cleanLine(name),
    schema: isSchema(schema) ? schema : {},
    type: cleanLine(describeShape(schema, inputSchema)),
    isRequired: names.includes(name),
  }))
}

/** The arguments in one line: `query: string, limit?: integer = 10`. */
export function describeArguments(tool: Tool, { dim }: Paint): readonly Piece[] {
  const words = argumentsOf(tool).map(({ name, schema, type, isRequired }) => {
    const fallback = schema['default'] === undefined ? '' : ` = ${cleanLine(JSON.stringify(schema['default']))}`
    return `${name}${isRequired ? '' : '?'}: ${type}${fallback}`
  })
  return [{ text: words.join(', '), paint: dim }]
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
  const rows = argumentsOf(tool).map(({ name, schema, type, isRequired }): Row => [
    [{ text: `--${name}`, paint: cyan }],
    [
      { text: typeof schema['description'] === 'string' ? cleanLine(schema['description']) : '' },
      { text: `${type}${isRequired ? ', required' : ''}${describeDefault(schema)}`, paint: dim },
    ],
  ])
  const title = [
    bold(cleanLine(tool.name)),
    cleanLine(tool.title ?? ''),
    (effect.paint ?? ((text) => text))(effect.text),
  ]
  const parts = [
    title.filter((part) => part !== '').join(' · '),
    wrap(cleanProse(tool.description ?? ''), width).join('\n'),
    rows.length === 0 ? 'It takes no arguments.' : `${bold('Arguments')}\n${renderTable(rows, width)}`,
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
  value === undefined ? '' : `, default ${cleanLine(JSON.stringify(value))}`
