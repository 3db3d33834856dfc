import { existsSync } from 'node:fs'
import type { Dialect } from '../wire/dialect.ts'

export type Form =
  | 'inproc'
  | 'sessions'
  | 'guarded'
  | 'issuer'
  | 'http'
  | 'audited'
  | 'listeners'
  | 'stdio'
  | 'stdio-plain'
  | 'stdio-json-schema'
  | 'worker'
  | 'worker-plain'
  | 'worker-guarded'
  | 'worker-issuer'
  | 'worker-listeners'
  | 'worker-notes'
  | 'client'
  | 'calls'

/** One library in the comparison, or one of the two hand-written floors. */
export interface Contender {
  readonly name: string
  /** What the tables and the chart call it. */
  readonly label: string
  readonly package?: string
  readonly dialect: Dialect
  /** Its answers are constant, so the probes do not judge them. */
  readonly constant?: true
}

const newest: Dialect = { revision: '2026-07-28', session: false }

export const contenders: readonly Contender[] = [
  { name: 'hawser', label: 'Hawser', package: 'hawser', dialect: newest },
  { name: 'floor', label: 'floor: constant answer', dialect: newest, constant: true },
  { name: 'floor-mcp', label: 'floor: 60-line MCP', dialect: newest },
  { name: 'sdk', label: 'official SDK 2', package: '@modelcontextprotocol/server', dialect: newest },
  {
    name: 'sdk1',
    label: 'official SDK 1',
    package: '@modelcontextprotocol/sdk',
    dialect: { revision: '2025-11-25', session: true },
  },
  { name: 'tmcp', label: 'tmcp', package: 'tmcp', dialect: newest },
  {
    name: 'mcp-lite',
    label: 'mcp-lite',
    package: 'mcp-lite',
    dialect: { revision: '2025-06-18', session: false },
  },
  { name: 'agents', label: 'agents', package: 'agents', dialect: newest },
  {
    name: 'workers-oauth-provider',
    label: 'workers-oauth-provider',
    package: '@cloudflare/workers-oauth-provider',
    dialect: newest,
  },
]

const source = (name: string, form: Form) => new URL(`./${name}/${form}.ts`, import.meta.url)

/** A contender takes part in a form when it has a file for it. */
export const hasForm = (contender: Contender, form: Form): boolean => existsSync(source(contender.name, form))
