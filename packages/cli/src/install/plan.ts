import { structuredPatch } from 'diff'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import { changeConfig, saysTheSame } from './config/change-config.ts'
import type { ConfigEditor, Place } from './config/config-editor.ts'
import { jsonc } from './config/jsonc.ts'
import { readEntry } from './config/read-entry.ts'
import { toml } from './config/toml.ts'
import { type ConfigFile, readConfig, withText, writeConfig } from './config-file.ts'
import type { Entry, Host } from './host.ts'
import { digest, Receipts } from './receipts.ts'

export const editorOf = ({ format }: Pick<Host, 'format'>): ConfigEditor => (format === 'toml' ? toml : jsonc)

/** What installing a server would change. */
export interface Plan {
  readonly file: ConfigFile
  readonly place: Place
  readonly entry: Entry
  /** What stands there now; the same as `entry` when there is nothing to do. */
  readonly previous: unknown
  /** Whether it was written by an earlier installation and left alone since. */
  readonly isOurs: boolean
  readonly text: string
}

/** @throws Failure for a configuration that cannot be read or edited. */
export async function planInstall(host: Host, path: string, name: string, entry: Entry): Promise<Plan> {
  const file = await readConfig(path)
  const place = { table: host.table, name }
  const editor = editorOf(host)
  const previous = editIn(file, () => readEntry(editor.read(file.text), place))
  const last = (await new Receipts(file.path, name).all()).at(-1)
  const isDone = saysTheSame(previous, entry)
  return {
    file,
    place,
    entry,
    previous,
    isOurs: last !== undefined && saysTheSame(last.entry, previous),
    text: isDone ? file.text : editIn(file, () => changeConfig(editor, file.text, { place, value: entry })),
  }
}

/**
 * Writes what was planned, and what is needed to take it back.
 *
 * @returns Where the copy of the file as it was is, if there was one.
 */
export async function carryOut({ file, place, entry, previous, text }: Plan, host: Host): Promise<string | undefined> {
  const receipts = new Receipts(file.path, place.name)
  const backup = file.raw === undefined ? undefined : await receipts.backUp(file.raw)
  const whole = withText(file, text)
  const madeFolder = await writeConfig(file, whole)
  await receipts.add({
    version: 1,
    at: new Date().toISOString(),
    entry,
    previous,
    hadTable: Object.hasOwn(editorOf(host).read(file.text), place.table),
    after: digest(whole),
    patch: structuredPatch('', '', file.text, text, '', '', { context: 3 }),
    backup,
    madeFolder,
  })
  return backup
}

/** Says which file it is that cannot be edited. */
export function editIn<T>({ path }: Pick<ConfigFile, 'path'>, edit: () => T): T {
  try {
    return edit()
  } catch (cause) {
    throw new Failure(
      EXIT.refused,
      `${path} is left alone: ${cause instanceof Error ? cause.message : String(cause)}.`,
      ['Mend it, or edit it by hand; --json with --dry-run prints the entry.'],
      { cause },
    )
  }
}
