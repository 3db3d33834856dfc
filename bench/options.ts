import { parseArgs } from 'node:util'
import { contenders } from './contenders/index.ts'
import { rows } from './rows/index.ts'

export interface Options {
  readonly quick: boolean
  /** Names of the rows to run; all when empty. */
  readonly only: readonly string[]
  /** Names of the contenders; those of the plan when empty. */
  readonly contenders: readonly string[]
}

const usage = `npm run bench [-- --quick] [-- --only ROW[,ROW…]] [-- --contenders NAME[,NAME…]]
rows: ${rows.map(({ name }) => name).join(', ')}
contenders: ${contenders.map(({ name }) => name).join(', ')}`

const split = (value: string | undefined) => (value === undefined ? [] : value.split(','))

/** Reads the command line; throws with the usage when it names something unknown. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, contenders: { type: 'string' } },
  })
  const only = split(values.only)
  const field = split(values.contenders)
  const known = new Set([...rows, ...contenders].map(({ name }) => name))
  const unknown = [...only, ...field].find((name) => !known.has(name))
  if (unknown !== undefined) throw new Error(`Nothing here is named ${unknown}.\n${usage}`)
  return { quick: values.quick, only, contenders: field }
}
