import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type * as z from 'zod'
import type { Form } from '../contenders/index.ts'
import { pin, type Side } from './pin.ts'

const dist = new URL('../dist/', import.meta.url)

/** Where the build puts a contender's file. */
export const builtPath = (name: string, form: Form): string =>
  fileURLToPath(new URL(`contenders/${name}/${form}.js`, dist))

/** Where the build puts a program of the bench itself. */
export const programPath = (name: string): string => fileURLToPath(new URL(`child/${name}.js`, dist))

/** The environment of measured processes: production, and no flags inherited from this one. */
export const cleanEnv = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _, ...env } = process.env
  return { ...env, NODE_ENV: 'production' }
}

/** A Node process that is talked to by messages. */
export interface Program extends AsyncDisposable {
  readonly pid: number
  /** The next message, which must have this shape. */
  readonly next: <T>(shape: z.ZodType<T>) => Promise<T>
  readonly ask: <T>(message: object, shape: z.ZodType<T>) => Promise<T>
}

export const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** Starts a built file as a Node process of its own. */
export const startProgram = (file: string, side: Side): Program => {
  const [command, args] = pin(side, process.execPath, [file])
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: cleanEnv() })
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2000)))
  const inbox: unknown[] = []
  let wake = () => {}
  child.on('message', (message) => {
    inbox.push(message)
    wake()
  })
  let gone: Error | undefined
  const leave = (what: string) => {
    gone ??= new Error(`${file} ${what}\n${complaints}`)
    wake()
  }
  child.on('close', (code, signal) => leave(`ended with ${code ?? signal}`))
  child.on('error', (error) => leave(error.message))

  const next = async <T>(shape: z.ZodType<T>): Promise<T> => {
    while (inbox.length === 0) {
      if (gone !== undefined) throw gone
      await new Promise<void>((resolve) => (wake = resolve))
    }
    return shape.parse(inbox.shift())
  }
  return {
    pid: child.pid ?? 0,
    next,
    ask: (message, shape) => {
      child.send(message)
      return next(shape)
    },
    [Symbol.asyncDispose]: () => stop(child),
  }
}
