import { EXIT_CODES } from '../exit-code.ts'
import type { Command } from '../commands/command.ts'
import type { Output } from '../output/create-output.ts'
import { type Row, renderTable } from '../output/table.ts'
import { wrap } from '../output/wrap.ts'
import type { Options } from './options.ts'

const TARGETS: readonly (readonly [form: string, meaning: string])[] = [
  ['notes.ts', 'a file whose default export is a server'],
  ['https://example.com/mcp', 'the URL of a server'],
  [
    '… -- node server.js',
    'a program that serves over stdio: its command comes last, after --, and no other TARGET is given',
  ],
]

/** Prints what `hawser` can do. */
export function printHelp(output: Output, commands: readonly (readonly [name: string, summary: string])[]): void {
  const { bold, dim } = output.paint
  print(output, [
    `${bold('hawser')} – serve, look into and use MCP servers`,
    section(output, 'Usage', '  hawser COMMAND …\n  hawser COMMAND --help'),
    section(output, 'Commands', table(output, commands)),
    section(output, 'TARGET is one of', table(output, TARGETS)),
    section(output, 'Options', '  -h, --help     Show this help.\n  -V, --version  Show the version.'),
    section(
      output,
      'Exit codes',
      table(
        output,
        EXIT_CODES.map(([code, meaning]) => [String(code), meaning] as const),
      ),
    ),
    dim('Examples: hawser list notes.ts · hawser call notes.ts search --query tides'),
  ])
}

/** Prints what one command takes. */
export function printCommandHelp(output: Output, command: Command): void {
  const { name, summary, usage, about, takesTarget, options, examples } = command
  const { cyan, dim } = output.paint
  print(output, [
    summary,
    section(output, 'Usage', usage.map((line) => `  hawser ${name} ${line}`).join('\n')),
    ...about.map((paragraph) => wrap(paragraph, output.width).join('\n')),
    ...(takesTarget ? [section(output, 'TARGET is one of', table(output, TARGETS))] : []),
    section(output, 'Options', table(output, describeOptions(options))),
    section(
      output,
      'Examples',
      examples.map((example) => `  ${dim(`# ${example.about}`)}\n  ${cyan(example.line)}`).join('\n'),
    ),
    dim(
      wrap(`Exit codes: ${EXIT_CODES.map(([code, meaning]) => `${code} ${meaning}`).join(' · ')}`, output.width).join(
        '\n',
      ),
    ),
  ])
}

function describeOptions(options: Options): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, { short, value, label = `--${name}`, about }]) => {
    const written = value === undefined ? label : `${label} ${value}`
    return [short === undefined ? written : `-${short}, ${written}`, about]
  })
}

function table({ width, paint }: Output, pairs: readonly (readonly [string, string])[]): string {
  return renderTable(
    pairs.map(([left, right]): Row => [[{ text: left, paint: paint.cyan }], [{ text: right }]]),
    width,
  )
}

const section = ({ paint }: Output, title: string, body: string): string => `${paint.bold(title)}\n${body}`

const print = (output: Output, parts: readonly string[]): void => output.print(parts.join('\n\n'))
