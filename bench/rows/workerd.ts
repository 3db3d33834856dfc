import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import workerdPackage from 'workerd'
import { hasForm, type Contender } from '../contenders/index.ts'
import { pin } from '../measure/pin.ts'
import { cleanEnv, stop } from '../measure/program.ts'
import { cpuOf } from '../measure/usage.ts'
import { loadMetrics, measureLoad } from './http.ts'
import type { Effort, Row, Values } from './row.ts'

const folder = fileURLToPath(new URL('../dist/workerd/', import.meta.url))

/** Every contender gets nodejs_compat, because some peers need it. */
const config = (name: string) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.js", esModule = embed "../contenders/${name}/worker.js")],
    compatibilityDate = "2026-06-11", compatibilityFlags = ["nodejs_compat"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
`

export interface Workerd extends AsyncDisposable {
  readonly pid: number
  readonly port: number
}

/** Starts the workerd binary itself with one worker; resolves when it listens. */
export const startWorkerd = (name: string): Promise<Workerd> => {
  mkdirSync(folder, { recursive: true })
  const file = `${folder}${name}.capnp`
  writeFileSync(file, config(name))
  const [command, args] = pin('server', workerdPackage.default, ['serve', '--control-fd=3', file])
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: cleanEnv() })
  return new Promise((resolve, reject) => {
    let complaints = ''
    child.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2000)))
    let events = ''
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      events += chunk.toString()
      const port = Number(/"port": *(\d+)/.exec(events)?.[1])
      if (port > 0) resolve({ pid: child.pid ?? 0, port, [Symbol.asyncDispose]: () => stop(child) })
    })
    child.on('close', (code) => reject(new Error(`workerd ended with ${code}\n${complaints}`)))
    child.on('error', reject)
  })
}

const measure = async (contender: Contender, effort: Effort): Promise<Values> => {
  await using server = await startWorkerd(contender.name)
  return await measureLoad(contender, server.port, () => cpuOf(server.pid), effort)
}

export const workerd: Row = {
  name: 'workerd',
  title: 'HTTP on workerd, 16 connections',
  metrics: loadMetrics,
  takesPart: (contender) => hasForm(contender, 'worker'),
  full: { rounds: 5, seconds: 300, warmMs: 4000, warmCalls: 20_000, runMs: 2500 },
  quick: { rounds: 3, seconds: 5, warmMs: 1200, warmCalls: 8000, runMs: 600, only: ['hawser', 'floor-mcp'] },
  measure,
}
