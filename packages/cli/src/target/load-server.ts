import { existsSync, statSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Server } from 'hawser'
import { EXIT } from '../exit-code.ts'
import { Failure, usageFailure } from '../failure.ts'
import { findConfig } from '../wrangler/project.ts'
import { describeLoadError } from './describe-load-error.ts'

/** Under which a Worker has its server, whatever copy of `hawser` made it. */
const SERVED = Symbol.for('hawser.served')
const MODULES = new Set(['.ts', '.mts', '.js', '.mjs', '.cjs', '.cts'])

/**
 * Imports a file and takes the server that is its default export, or that its default export serves, as the Worker of `worker(server)` does.
 *
 * @param args What the file finds in `process.argv` behind its own name, as if it had been started by itself.
 * @throws Failure `usage` when there is no such file, `definition` when it cannot be loaded or exports no server.
 */
export async function loadServer(file: string, args?: readonly string[]): Promise<Server> {
  const path = resolve(file)
  // Whoever hands arguments on serves the file, and could not serve a program instead.
  checkFile(file, path, args === undefined)
  checkTypeScript(path, process.features.typescript)
  loadVariables(path)
  process.argv = [process.execPath, path, ...(args ?? [])]
  const module = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw describeLoadError(file, error)
  })
  const found = (module as Readonly<Record<string, unknown>>)['default']
  // A CommonJS module that was compiled from ESM keeps its default export one level deeper.
  const server = isRecord(found) && found['__esModule'] === true ? found['default'] : found
  if (isServer(server)) return server
  const served: unknown = isRecord(server) ? Reflect.get(server, SERVED) : undefined
  if (isServer(served)) return served
  throw new Failure(
    EXIT.definition,
    `${file} has no server as its default export.`,
    advise(file, module as object, server),
  )
}

/** A file of a Worker finds in its environment what it finds when the Worker runs on this machine. */
function loadVariables(path: string): void {
  const config = findConfig(dirname(path))
  const variables = config && join(dirname(config), '.dev.vars')
  if (variables !== undefined && existsSync(variables)) process.loadEnvFile(variables)
}

/** @throws Failure for what is no module. */
export function checkFile(file: string, path: string, mayBeProgram: boolean): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) {
    throw usageFailure(
      `There is no file ${file}`,
      `Looked for ${path}`,
      ...(mayBeProgram ? ['To use a program instead, put its command last: -- node server.js'] : []),
    )
  }
  if (!found.isFile()) throw usageFailure(`${file} is not a file.`, 'Name the module whose default export is a server.')
  if (!MODULES.has(extname(path))) {
    throw usageFailure(
      `${file} is not a JavaScript or TypeScript module.`,
      mayBeProgram
        ? `If it is a server in another language, put the command that starts it last: -- ${commandFor(file)}`
        : 'A server in another language is started by its own command.',
    )
  }
}

const commandFor = (file: string): string =>
  extname(file) === '.py' ? `python ${file}` : `./${file.replace(/^\.\//, '')}`

/** @throws Failure when this Node cannot run TypeScript. */
export function checkTypeScript(path: string, support: false | 'strip' | 'transform' | undefined): void {
  if (!/\.[cm]?ts$/.test(path) || support) return
  throw new Failure(EXIT.definition, `This Node (${process.version}) does not run TypeScript by itself.`, [
    'Node does from 22.18 and 24 on, unless --no-strip-types turns it off. Update Node, or compile the file and name the .js file.',
  ])
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** By its shape: the file may bring another copy of `hawser`. */
function isServer(value: unknown): value is Server {
  return (
    isRecord(value) &&
    ['handle', 'log', 'headerFields', 'close'].every((name) => typeof value[name] === 'function') &&
    isRecord(value['info'])
  )
}

/** Says what was found instead, and the two lines that are missing. */
function advise(file: string, module: object, found: unknown): readonly string[] {
  const named = Object.entries(module).filter(([name]) => name !== 'default' && name !== 'module.exports')
  const server = named.find(([, value]) => isServer(value))?.[0]
  if (server !== undefined)
    return [`Its export ${server} is a server. Add this line:`, '', `  export default ${server}`]
  const names = named.slice(0, 8).map(([name]) => name)
  const others = names.length === 0 ? '' : ` Its named exports are ${names.join(', ')}.`
  return [
    `Found ${describe(found)}.${others}`,
    'Write these two lines:',
    '',
    "  const app = mcp({ name: 'notes', version: '1.0.0' })",
    '  export default app.server({ tools: { search } })',
    '',
    `If the file starts a server by itself, connect to it with its command last: -- node ${file}`,
  ]
}

function describe(value: unknown): string {
  if (value === undefined) return 'no default export'
  if (typeof value === 'function') return `a function ${value.name === '' ? '' : `(${value.name}) `}as default export`
  if (!isRecord(value)) return `${value === null ? 'null' : `a ${typeof value}`} as default export`
  if (typeof value['then'] === 'function') return 'a promise as default export; await it first'
  if (typeof value['server'] === 'function')
    return 'what mcp() returned as default export; make a server of it with .server({ … })'
  const { kind } = value
  if (kind === 'tool' || kind === 'resource' || kind === 'prompt')
    return `a ${kind} as default export; a server is made of it`
  const keys = Object.keys(value).slice(0, 8)
  return `an object ${keys.length === 0 ? 'without properties' : `with ${keys.join(', ')}`} as default export`
}
