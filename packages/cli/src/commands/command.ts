import type { CommandLine } from '../command-line/parse.ts'
import type { ExitCode } from '../exit-code.ts'
import type { COMMON, Options } from '../command-line/options.ts'

/** Options of a command, those that all have included. */
type CommandOptions = Options & typeof COMMON

/** What a command is, in the order in which its help shows it. */
export interface CommandDefinition<O extends CommandOptions> {
  readonly name: string
  /** One sentence. */
  readonly summary: string
  /** What may follow the name, one way a line. */
  readonly usage: readonly string[]
  /** Paragraphs. */
  readonly about: readonly string[]
  readonly takesTarget: boolean
  /** Options that are not its own belong to a tool or a prompt. */
  readonly open?: boolean
  readonly options: O
  readonly examples: readonly Example[]
  /** Resolves to the exit code, or to nothing for what goes on until it ends the process itself. */
  readonly run: (line: CommandLine<O>) => Promise<ExitCode | undefined>
  /** Help that depends on the words of the line; false when they are too few. */
  readonly showHelp?: (line: CommandLine<O>) => Promise<boolean>
}

export interface Example {
  readonly line: string
  readonly about: string
}

/** A command, its own options known to itself only. */
export interface Command extends Omit<CommandDefinition<CommandOptions>, 'run' | 'showHelp'> {
  readonly run: (line: CommandLine<CommandOptions>) => Promise<ExitCode | undefined>
  readonly showHelp?: (line: CommandLine<CommandOptions>) => Promise<boolean>
}

/** Defines a command, so that `run` knows the types of its options. */
export function defineCommand<const O extends CommandOptions>(definition: CommandDefinition<O>): Command {
  const { run, showHelp } = definition
  return {
    ...definition,
    // The line was read by these very options.
    run: (line) => run(line as CommandLine<O>),
    showHelp: showHelp && ((line) => showHelp(line as CommandLine<O>)),
  }
}
