import { inspect } from 'node:util'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import { createOutput } from './create-output.ts'
import { clean, cleanProse } from './sanitize.ts'
import { shellWord } from './shell-word.ts'

/** What is said about an error, and what the process ends with. */
interface Report {
  readonly exitCode: ExitCode
  readonly message: string
  readonly hints: readonly string[]
}

/** Tells the person what went wrong and what to do about it, on standard error. */
export function reportError(error: unknown, args: readonly string[]): ExitCode {
  const hasProgram = args.includes('--')
  const isPlain = args.slice(0, hasProgram ? args.indexOf('--') : undefined).includes('--no-color')
  const { note, notePaint } = createOutput({ color: isPlain ? false : undefined })
  const { exitCode, message, hints } = describe(error, hasProgram, nameUrl(args))
  note(`${notePaint.red('hawser:')} ${cleanProse(message)}`)
  for (const hint of hints) note(clean(hint).replace(/^(?=.)/gm, '  '))
  return exitCode
}

/**
 * Errors are told apart by name and code, since a server file may bring a copy of `hawser` of its own.
 */
function describe(error: unknown, hasProgram: boolean, target: string): Report {
  if (error instanceof Failure) return error
  if (!(error instanceof Error)) return { exitCode: EXIT.refused, message: inspect(error), hints: [] }
  const { name, message } = error
  const code = 'code' in error ? error.code : undefined
  switch (name) {
    case 'DefinitionError':
      return { exitCode: EXIT.definition, message, hints: [] }
    case 'ConnectionError':
      return {
        exitCode: EXIT.unreachable,
        message: message + rootCause(error),
        hints: hasProgram ? adviseProgram(code) : adviseConnection(code),
      }
    case 'AuthorizationError':
      return { exitCode: EXIT.refused, message: message + rootCause(error), hints: adviseAuthorization(error, target) }
    case 'ProtocolError':
      return describeRefusal(message, code, 'number' in error ? error.number : undefined, target)
    default:
      return { exitCode: EXIT.refused, message: error.stack ?? message, hints: [] }
  }
}

/** The URL that a command was given, to be copied into another one; `TARGET` where there was none. */
function nameUrl(args: readonly string[]): string {
  const url = args.find((arg) => /^https?:\/\//i.test(arg))
  return url === undefined ? 'TARGET' : shellWord(url)
}

function describeRefusal(message: string, code: unknown, number: unknown, target: string): Report {
  const said = `The server refused: ${message} (${String(number)})`
  switch (code) {
    case 'unsupported_version':
      return {
        exitCode: EXIT.unreachable,
        message: said,
        hints: ['Server and client have no revision of the protocol in common.'],
      }
    case 'method_not_found':
      return { exitCode: EXIT.refused, message: said, hints: [`See what it offers: hawser list ${target}`] }
    default:
      return { exitCode: EXIT.refused, message: said, hints: [] }
  }
}

/** `fetch` says only that it failed; why is some causes deeper. */
function rootCause({ message, cause }: Error): string {
  let deepest = cause
  for (let depth = 0; depth < 8 && deepest instanceof Error && deepest.cause instanceof Error; depth++)
    deepest = deepest.cause
  const reason = deepest instanceof Error ? deepest.message : ''
  return reason === '' || message.includes(reason) ? '' : ` (${reason})`
}

function adviseProgram(code: unknown): readonly string[] {
  switch (code) {
    case 'timeout':
      return ['Wait longer with --timeout SECONDS, or see what it logs with --stderr.']
    case 'disconnected':
    case 'bad_reply':
      return ['It has to serve MCP over stdio. It gets few environment variables: --env NAME hands one on.']
    default:
      return []
  }
}

function adviseConnection(code: unknown): readonly string[] {
  switch (code) {
    case 'timeout':
      return ['Wait longer with --timeout SECONDS.']
    case 'disconnected':
      return ['Is it running, and is the address right?']
    case 'unavailable':
      return ['It is there, but cannot answer now. Try again later.']
    case 'bad_reply':
      return ['Is this the address of an MCP server? Its path is often /mcp.']
    default:
      return []
  }
}

function adviseAuthorization(error: Error, target: string): readonly string[] {
  const scopes = 'scopes' in error && Array.isArray(error.scopes) ? error.scopes.map(String) : []
  const needed = scopes.length > 0 ? [`Scopes needed: ${scopes.join(', ')}`] : []
  const wanted = scopes.map((scope) => ` --scope ${shellWord(scope)}`).join('')
  const problem = 'problem' in error ? error.problem : undefined
  // Whoever tried to sign in is told why that failed, not to try it.
  if (problem !== undefined && problem !== 'needs_person') return needed
  return [...needed, `Sign in: hawser login ${target}${wanted}`, "Or send a token: --header 'Authorization: Bearer …'"]
}
