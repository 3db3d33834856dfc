import { COMMANDS } from '../commands/index.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { usageFailure } from '../failure.ts'
import { COMMON } from './options.ts'
import { parseCommandLine } from './parse.ts'

/** Runs one command and resolves to what the process is to end with, unless it goes on by itself. Never rejects. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode | undefined> {
  try {
    return await dispatch(args)
  } catch (error) {
    const { reportError } = await import('../output/report-error.ts')
    return reportError(error, args)
  }
}

async function dispatch(args: readonly string[]): Promise<ExitCode | undefined> {
  const at = args.findIndex((arg) => !arg.startsWith('-'))
  const name = args[at]
  const before = at < 0 ? args : args.slice(0, at)
  if (before.some((arg) => arg === '--version' || arg === '-V')) return printVersion()
  if (before.includes('--') || name === undefined) return printOverview(before)
  if (name === 'help') return dispatch(args[at + 1] === undefined ? ['--help'] : [...args.slice(at + 1), '--help'])
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (entry === undefined) throw await unknownCommand(name)

  const command = await entry.load()
  const line = parseCommandLine([...before, ...args.slice(at + 1)], command.options, { open: command.open === true })
  if (line.values.help !== true) return command.run(line)
  if (await command.showHelp?.(line)) return EXIT.ok
  const { printCommandHelp } = await import('./help.ts')
  printCommandHelp(await createHelpOutput(line.values.color), command)
  return EXIT.ok
}

/** Without a command there is nothing to do but to say what could be done. */
async function printOverview(args: readonly string[]): Promise<ExitCode> {
  const { values } = parseCommandLine(
    args.filter((arg) => arg !== '--'),
    COMMON,
  )
  const { printHelp } = await import('./help.ts')
  const output = await createHelpOutput(values.color)
  const overview = Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const)
  const isWanted = values.help === true
  printHelp(isWanted ? output : { ...output, print: output.note, paint: output.notePaint }, overview)
  return isWanted ? EXIT.ok : EXIT.usage
}

const createHelpOutput = async (color: boolean | undefined) =>
  (await import('../output/create-output.ts')).createOutput({ json: false, color })

async function printVersion(): Promise<ExitCode> {
  const { VERSION } = await import('../version.ts')
  process.stdout.write(`${VERSION}\n`)
  return EXIT.ok
}

async function unknownCommand(name: string): Promise<Error> {
  const { didYouMean } = await import('./suggest.ts')
  const isTarget = /^https?:\/\//i.test(name) || /\.[cm]?[jt]s$/i.test(name)
  return usageFailure(
    `Unknown command: ${name}`,
    ...(isTarget
      ? [`To see what it offers: hawser list ${name}`]
      : didYouMean(name, Object.keys(COMMANDS), (it) => `hawser ${it}`)),
    `Commands: ${Object.keys(COMMANDS).join(', ')}. See hawser --help`,
  )
}
