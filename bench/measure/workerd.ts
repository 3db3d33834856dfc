import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import workerdPackage from 'workerd'
import type { Form } from '../contenders/index.ts'
import { pin } from './pin.ts'
import { cleanEnv, stop } from './program.ts'

const folder = fileURLToPath(new URL('../dist/workerd/', import.meta.url))

/** What a Worker is given besides its script. */
export interface WorkerGiven {
  /** Text by the name of its binding. */
  readonly texts?: Readonly<Record<string, string>>
  /** The class of its Durable Objects, and the name of their binding. */
  readonly objects?: { readonly binding: string; readonly className: string }
}

/** Every contender gets nodejs_compat, because some peers need it. */
const config = (name: string, form: Form, { texts = {}, objects }: WorkerGiven, disk: string) => {
  const bindings = Object.entries(texts).map(([key, text]) => `(name = "${key}", text = ${JSON.stringify(text)})`)
  if (objects !== undefined)
    bindings.push(`(name = "${objects.binding}", durableObjectNamespace = "${objects.className}")`)
  const namespaces =
    objects === undefined
      ? ''
      : `, durableObjectNamespaces = [(className = "${objects.className}", uniqueKey = "bench", enableSql = true)],
    durableObjectStorage = (localDisk = "disk")`
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "../contenders/${name}/${form}.js")],
    compatibilityDate = "2026-06-11", compatibilityFlags = ["nodejs_compat"],
    bindings = [${bindings.join(', ')}]${namespaces})),
    (name = "disk", disk = (path = ${JSON.stringify(disk)}, writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
`
}

export interface Workerd extends AsyncDisposable {
  readonly pid: number
  readonly port: number
}

/** Starts the workerd binary itself with one worker; resolves when it listens. */
export const startWorkerd = (name: string, form: Form, given: WorkerGiven = {}): Promise<Workerd> => {
  mkdirSync(folder, { recursive: true })
  const file = `${folder}${name}-${form}.capnp`
  const disk = given.objects === undefined ? folder : mkdtempSync(join(tmpdir(), 'hawser-bench-'))
  writeFileSync(file, config(name, form, given, disk))
  const [command, args] = pin('server', workerdPackage.default, ['serve', '--control-fd=3', file])
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: cleanEnv() })
  const end = async () => {
    await stop(child)
    if (disk !== folder) rmSync(disk, { recursive: true, force: true })
  }
  return new Promise((resolve, reject) => {
    let complaints = ''
    child.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2000)))
    let events = ''
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      events += chunk.toString()
      const port = Number(/"port": *(\d+)/.exec(events)?.[1])
      if (port > 0) resolve({ pid: child.pid ?? 0, port, [Symbol.asyncDispose]: end })
    })
    child.on('close', (code) => reject(new Error(`workerd ended with ${code}\n${complaints}`)))
    child.on('error', reject)
  })
}
