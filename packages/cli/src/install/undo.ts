import { readFile, rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { applyPatch, reversePatch } from 'diff'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'
import { type Change, changeConfig, isChangedOnly, saysTheSame } from './config/change-config.ts'
import type { Value } from './config/config-editor.ts'
import { readEntry } from './config/read-entry.ts'
import { type ConfigFile, readConfig, withText, writeConfig } from './config-file.ts'
import type { Host } from './host.ts'
import { editIn, editorOf } from './plan.ts'
import { digest, type Receipt, Receipts } from './receipts.ts'

/** What taking an installation back would change. */
export interface UndoPlan {
  readonly file: ConfigFile
  readonly receipt: Receipt
  readonly receipts: Receipts
  /** The whole file as it will be; `undefined` when it goes. */
  readonly raw: string | undefined
  /** How exactly the file becomes what it was. */
  readonly how: 'to the letter' | 'and other changes stay' | 'was gone already'
}

/**
 * Finds out how to take back the latest installation of a name, and nothing else.
 *
 * @throws Failure when there is none, or when the entry was changed by somebody else since.
 */
export async function planUndo(host: Host, path: string, name: string): Promise<UndoPlan> {
  const file = await readConfig(path)
  const receipts = new Receipts(file.path, name)
  const receipt = (await receipts.all()).at(-1)
  if (receipt === undefined) {
    throw new Failure(EXIT.refused, `Nothing was installed as ${name} in ${file.path} by this command.`, [
      'What was written by hand is taken out by hand.',
    ])
  }
  const plan = { file, receipt, receipts }
  if (file.raw === undefined) return { ...plan, raw: undefined, how: 'was gone already' }
  const before = receipt.backup === undefined ? undefined : await readFile(receipt.backup, 'utf8').catch(() => '')
  // An empty backup stands for one that was lost.
  if (digest(file.raw) === receipt.after && before !== '') return { ...plan, raw: before, how: 'to the letter' }

  const editor = editorOf(host)
  const place = { table: host.table, name }
  const now = editIn(file, () => readEntry(editor.read(file.text), place))
  if (now === undefined) return { ...plan, raw: file.raw, how: 'was gone already' }
  if (!saysTheSame(now, receipt.entry)) {
    throw new Failure(EXIT.refused, `${name} in ${file.path} is not what was installed: somebody changed it since.`, [
      'Look at it, and take it out by hand.',
    ])
  }
  // It was read from a configuration of the same format.
  const change: Change = { place, value: receipt.previous as Value | undefined, withTable: !receipt.hadTable }
  const patched = applyPatch(file.text, reversePatch(receipt.patch), { autoConvertLineEndings: false })
  const text =
    patched !== false && isChangedOnly(editor, file.text, patched, change)
      ? patched
      : editIn(file, () => changeConfig(editor, file.text, change))
  return { ...plan, raw: withText(file, text), how: 'and other changes stay' }
}

/** Takes back what was planned. */
export async function carryOutUndo({ file, receipt, receipts, raw, how }: UndoPlan): Promise<void> {
  if (how !== 'was gone already') {
    if (raw === undefined) await removeFile(file, receipt.madeFolder)
    else await writeConfig(file, raw)
  }
  await receipts.drop()
}

/** A file that was made goes, with the folders that were made for it, as far as nobody has put anything there. */
async function removeFile({ path, raw }: ConfigFile, madeFolder: string | undefined): Promise<void> {
  if ((await readConfig(path)).raw !== raw) throw new Failure(EXIT.refused, `${path} was changed in the meantime.`)
  await rm(path)
  if (madeFolder === undefined) return
  for (let folder = dirname(path); folder.startsWith(madeFolder); folder = dirname(folder)) {
    if (
      !(await rmdir(folder).then(
        () => true,
        () => false,
      ))
    )
      return
  }
}
