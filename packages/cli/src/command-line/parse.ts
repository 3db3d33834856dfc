import { usageFailure } from '../failure.ts'
import type { Option, Options, Values } from './options.ts'
import { didYouMean } from './suggest.ts'

/** Not imported, since an import makes all of `node:util`, which takes a tenth of the time in which a server starts. */
const { parseArgs } = process.getBuiltinModule('node:util')

/** A command line, understood as far as a command's own options go. */
export interface CommandLine<O extends Options = Options> {
  readonly values: Values<O>
  /** What is no option of the command, in its order. */
  readonly words: readonly string[]
  /** What follows `--`. */
  readonly program: readonly string[] | undefined
}

export interface ParseOptions {
  /** Options that are not known belong to a tool, whose arguments follow the first word. */
  readonly open?: boolean
}

/**
 * Reads the arguments of one command. Options may stand anywhere before `--`.
 *
 * @throws Failure for an option that is not known, lacks its value, or has one that it does not take.
 */
export function parseCommandLine<const O extends Options>(
  args: readonly string[],
  options: O,
  { open = false }: ParseOptions = {},
): CommandLine<O> {
  const end = args.indexOf('--')
  const own = end < 0 ? [...args] : args.slice(0, end)
  const { tokens } = parseArgs({
    args: own,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, short }]) => [
        name,
        short === undefined ? { type } : { type, short },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values = new Map<string, boolean | string | string[]>(
    Object.entries(options).flatMap(([name, { multiple }]) => (multiple === true ? [[name, []]] : [])),
  )
  const words: string[] = []
  let lastIndex = -1
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const [name, option, isNegated] = find(token.name, options)
    if (option !== undefined) {
      const value = readValue(name, option, isNegated, token)
      const all = values.get(name)
      if (Array.isArray(all)) all.push(String(value))
      else values.set(name, value)
    } else if (open && words.length > 0) {
      // Short options that are written together are one word of several tokens.
      if (token.index !== lastIndex) words.push(own[token.index] ?? token.rawName)
    } else {
      throw usageFailure(
        `Unknown option ${token.rawName}`,
        ...didYouMean(token.name, Object.keys(options), (it) => `--${it}`),
      )
    }
    lastIndex = token.index
  }
  return {
    values: Object.fromEntries(values) as Values<O>,
    words,
    program: end < 0 ? undefined : args.slice(end + 1),
  }
}

function find(name: string, options: Options): [name: string, option: Option | undefined, isNegated: boolean] {
  if (Object.hasOwn(options, name)) return [name, options[name], false]
  const positive = name.startsWith('no-') ? name.slice('no-'.length) : ''
  const option = Object.hasOwn(options, positive) ? options[positive] : undefined
  return option?.type === 'boolean' ? [positive, option, true] : [name, undefined, false]
}

interface OptionToken {
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function readValue(
  name: string,
  option: Option,
  isNegated: boolean,
  { rawName, value, inlineValue }: OptionToken,
): boolean | string {
  if (option.type === 'boolean') {
    if (value !== undefined) throw usageFailure(`${rawName} takes no value, but it got "${value}".`)
    return !isNegated
  }
  const example = `--${name}=${option.value ?? 'VALUE'}`
  if (value === undefined) throw usageFailure(`${rawName} needs a value.`, `Write ${example}`)
  if (inlineValue !== true && value.startsWith('-') && value !== '-') {
    throw usageFailure(
      `${rawName} needs a value, but "${value}" follows, which looks like an option.`,
      `Write ${example}`,
    )
  }
  return value
}
