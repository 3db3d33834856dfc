// Not imported: an import of `node:process` or `node:fs` calls all their getters, which load what a server never uses.
const fs = process.getBuiltinModule('node:fs')
const { syncBuiltinESMExports } = process.getBuiltinModule('node:module')

/** Standard output, out of everybody else's reach. */
export interface GuardedStdout {
  /** The only way left to write to it; false means that the pipe is full until `drain`. `done` runs once it is written. */
  readonly write: (text: string, done?: () => void) => boolean
  /** Gives standard output back to the program. */
  readonly restore: () => void
}

/** Functions of `fs` that take a descriptor first. */
const writers = ['write', 'writeSync', 'writev', 'writevSync', 'writeFile', 'writeFileSync', 'appendFileSync'] as const

type Writer = (...args: readonly unknown[]) => unknown

/**
 * Takes standard output for the protocol. What anything else writes to it – `console.log`, `process.stdout`, `fs` on
 * descriptor 1 – goes to standard error, the first time with a line that says where it came from. A child process that
 * inherits descriptor 1 is out of reach: give it a pipe.
 *
 * @example
 * const stdout = guardStdout()
 * console.log('this goes to stderr')
 * stdout.write('{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}\n')
 * @see basic/transports/stdio#receiving-messages
 */
export function guardStdout(): GuardedStdout {
  const { stdout, stderr } = process
  const original = { write: Reflect.get(stdout, 'write') as Writer, end: Reflect.get(stdout, 'end') as Writer }
  const toStderr = stderr.write.bind(stderr) as Writer
  let hinted = false

  const hint = (): void => {
    if (hinted) return
    hinted = true
    stderr.write(
      `hawser: stdout carries the protocol, so what is written to it goes to stderr. Log with console.error. ${findCulprit()}\n`,
    )
  }

  stdout.write = (...args: readonly unknown[]): boolean => {
    hint()
    return toStderr(...args) === true
  }
  stdout.end = (...args: readonly unknown[]): typeof stdout => {
    if (args.length > 0 && typeof args[0] !== 'function') stdout.write(String(args[0]))
    return stdout
  }
  const restoreFs = divertFs(hint)

  return {
    write: (text, done) => original.write.call(stdout, text, done) === true,
    restore: () => {
      Object.assign(stdout, original)
      restoreFs()
    },
  }
}

/** Sends what `fs` is told to write to descriptor 1 to descriptor 2; loggers that avoid streams write this way. */
function divertFs(hint: () => void): () => void {
  const originals = Object.fromEntries(writers.map((name) => [name, fs[name] as Writer]))
  for (const [name, original] of Object.entries(originals)) {
    const diverted: Writer = (target, ...rest) => {
      if (target !== 1) return original(target, ...rest)
      hint()
      return original(2, ...rest)
    }
    // `util.promisify` finds the shape of the result in a symbol of the function.
    for (const key of Object.getOwnPropertySymbols(original)) {
      Object.defineProperty(diverted, key, Object.getOwnPropertyDescriptor(original, key) ?? {})
    }
    Object.assign(fs, { [name]: diverted })
  }
  syncBuiltinESMExports()
  return () => {
    Object.assign(fs, originals)
    syncBuiltinESMExports()
  }
}

/** The first line of the stack that is neither Node's nor this file's. */
function findCulprit(): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 50
  const lines = (new Error().stack ?? '').split('\n').slice(1)
  Error.stackTraceLimit = stackTraceLimit
  const line = lines.find(
    (text) => !text.includes('(node:') && !text.includes('at node:') && !text.includes(import.meta.filename),
  )
  return line === undefined ? '' : `First written ${line.trim()}`
}
