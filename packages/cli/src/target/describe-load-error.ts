import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'

/** Lines of a stack that are worth showing: those of the author's own files. */
const MAX_LINES = 4

/** Turns what `import()` threw into words for the author of the file. */
export function describeLoadError(file: string, error: unknown): Error {
  const fail = (message: string, hints: readonly string[] = []) =>
    new Failure(EXIT.definition, message, hints, { cause: error })
  if (!(error instanceof Error)) return fail(`${file} threw while it was loaded: ${String(error)}`)
  const { message } = error
  if (error.name === 'DefinitionError') return fail(message, places(error))
  switch ('code' in error ? error.code : undefined) {
    case 'ERR_MODULE_NOT_FOUND': {
      const name = /Cannot find package '([^']+)'/.exec(message)?.[1]
      return name === undefined
        ? fail(`${file} cannot be loaded: ${message}`)
        : fail(`${file} imports "${name}", which is not installed.`, [
            `Install it where the file is: npm install ${name}`,
          ])
    }
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return fail(`${file} uses TypeScript that has to be compiled: ${message}`, [
        'Node only strips types. Do without enums, namespaces and parameter properties, or compile the file and name the .js file.',
      ])
    case 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING':
      return fail(`${file} cannot be loaded: ${message}`, [
        'Node runs no TypeScript inside node_modules. Compile that package.',
      ])
    default:
      return fail(`${file} threw while it was loaded: ${error.name}: ${message}`, [
        ...places(error),
        // Of the place of a syntax error, only Node's own report knows.
        ...(error.name === 'SyntaxError' ? [`To see the place: node ${file}`] : []),
      ])
  }
}

/** Where it happened, without the insides of Node and of packages. */
function places({ stack = '' }: Error): readonly string[] {
  const lines = stack.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => /^at .*file:|^at .*\//.test(line) && !/node:|node_modules/.test(line))
    .slice(0, MAX_LINES)
}
