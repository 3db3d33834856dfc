import type { Binding } from '../deploy/bundle.ts'
import type { Examined } from '../doctor/check.ts'
import type { Output } from './create-output.ts'
import { cleanLine, cleanName } from './sanitize.ts'
import { showChecks } from './show-diagnosis.ts'
import { renderTable } from './table.ts'
import { wrap } from './wrap.ts'

/** A Worker as it would be deployed. */
export interface Deployment {
  readonly name: string
  readonly checks: readonly Examined[]
  readonly bindings: readonly Binding[]
  /** Bytes. */
  readonly size: number
  readonly gzip: number
  /** Since the last deployment from this machine; absent where there was none. */
  readonly changes: readonly string[] | undefined
}

/** What is checked, what the Worker may reach, and what would change. */
export function showDeployment({ name, checks, bindings, changes }: Deployment, output: Output): string {
  const { paint, width } = output
  const table = bindings.map(({ name: binding, kind }) => [
    [{ text: cleanName(binding), paint: paint.cyan }],
    [{ text: cleanName(kind) }],
  ])
  const since =
    changes === undefined
      ? 'Nothing was deployed from this machine yet.'
      : changes.length === 0
        ? 'Nothing, since the last deployment from this machine.'
        : changes.map(cleanLine).join('\n')
  const indent = (text: string): string =>
    text
      .split('\n')
      .flatMap((line) => wrap(line, width - 2))
      .map((line) => `  ${line}`)
      .join('\n')
  return [
    paint.bold(cleanName(name)),
    `${paint.bold('Checks')}\n${showChecks(checks, output)}`,
    `${paint.bold('Bindings')}\n${table.length === 0 ? '  none' : renderTable(table, width)}`,
    `${paint.bold('What would change')}\n${indent(since)}`,
  ].join('\n\n')
}
