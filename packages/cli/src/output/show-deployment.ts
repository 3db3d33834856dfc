import type { Comparison } from '../deploy/compare.ts'
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
  readonly comparison: Comparison
}

/** What is checked, what the Worker may reach, and what would change. */
export function showDeployment({ name, checks, bindings, comparison }: Deployment, output: Output): string {
  const { paint, width } = output
  const table = bindings.map(({ name: binding, kind }) => [
    [{ text: cleanName(binding), paint: paint.cyan }],
    [{ text: cleanName(kind) }],
  ])
  const { changes, unknown } = comparison
  const same =
    comparison.with === 'note'
      ? 'Nothing, since the last deployment from this machine.'
      : 'Nothing: it is the same as what is deployed.'
  const since = [
    ...(comparison.with === undefined ? ['Nothing was deployed from this machine yet.'] : []),
    ...(comparison.with !== undefined && changes.length === 0 ? [same] : changes.map(cleanLine)),
    ...(unknown === undefined ? [] : [`(What is deployed is not known: ${cleanLine(unknown)}.)`]),
  ].join('\n')
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
