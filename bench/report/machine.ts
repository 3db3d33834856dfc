import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import * as z from 'zod'
import { contenders } from '../contenders/index.ts'
import { pinning } from '../measure/pin.ts'

const folders = [new URL('../node_modules/', import.meta.url), new URL('../../node_modules/', import.meta.url)]

const versionOf = (name: string): string => {
  const file = folders.map((folder) => new URL(`${name}/package.json`, folder)).find((url) => existsSync(url))
  if (file === undefined) return 'not installed'
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version
}

const commit = (): string | undefined => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}

const others = ['zod', 'workerd', 'esbuild', 'typescript', '@modelcontextprotocol/client', '@modelcontextprotocol/node']

/** What a reader needs to judge the figures of a row: when, of which commit, on what machine and how busy, of which versions. */
export const facts = () => ({
  date: new Date().toISOString(),
  commit: commit(),
  loadAverage: loadavg()[0],
  machine: {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    pinning,
  },
  versions: {
    node: process.version,
    ...Object.fromEntries(
      [...contenders.flatMap((one) => one.package ?? []), ...others].map((name) => [name, versionOf(name)]),
    ),
  },
})
