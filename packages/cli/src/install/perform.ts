import { confirm, isCancel } from '@clack/prompts'
import { EXIT } from '../exit-code.ts'
import { Failure, usageFailure } from '../failure.ts'
import type { Output } from '../output/create-output.ts'
import { clean } from '../output/sanitize.ts'
import { saysTheSame } from './config/change-config.ts'
import type { Described } from './describe-entry.ts'
import type { Scope } from './find-installed.ts'
import type { Entry, Host } from './host.ts'
import { carryOut, planInstall } from './plan.ts'
import { showDiff } from './show-diff.ts'
import { carryOutUndo, planUndo } from './undo.ts'

/** Whether something may be written. */
export type Permission = 'show' | 'ask' | 'given'

interface Where {
  readonly host: Host
  readonly scope: Scope
  readonly path: string
  readonly name: string
}

/** What came of it. */
export interface Result {
  readonly host: string
  readonly scope: Scope
  readonly file: string
  readonly name: string
  readonly changed: boolean
  /** Whether what was wanted is so, or was only to be looked at. */
  readonly isFine: boolean
  readonly entry?: Entry
  /** For a person. */
  readonly words: string
}

/** Installs a server in one host, with the person's consent. */
export async function performInstall(
  { host, scope, path, name }: Where,
  { entry, warnings }: Described,
  { permission, replace }: { readonly permission: Permission; readonly replace: boolean },
  output: Output,
): Promise<Result> {
  const plan = await planInstall(host, path, name, entry)
  const { file, previous, isOurs } = plan
  const done = { host: host.id, scope, file: file.path, name, entry }
  if (saysTheSame(previous, entry)) {
    return { ...done, changed: false, isFine: true, words: `${name} is in ${host.title} already: ${file.path}` }
  }
  if (previous !== undefined && !isOurs && !replace) {
    throw new Failure(EXIT.refused, `${host.title} has another server called ${name}, in ${file.path}`, [
      'Install under another name: --name NAME',
      'Or replace it: --replace',
    ])
  }
  for (const warning of warnings) output.note(output.notePaint.yellow(warning))
  const isWanted = await agree(`Install ${name} in ${host.title}?`, permission, output, () =>
    showDiff(file.path, file.text, plan.text, { paint: output.notePaint }),
  )
  const backup = isWanted ? await carryOut(plan, host) : undefined
  if (backup !== undefined) output.note(output.notePaint.dim(`The file as it was: ${clean(backup)}`))
  return conclude(done, isWanted, permission, `Installed ${name} in ${host.title}. ${host.next}`)
}

/** Takes an installation back, with the person's consent. */
export async function performUndo(
  { host, scope, path, name }: Where,
  permission: Permission,
  output: Output,
): Promise<Result> {
  const plan = await planUndo(host, path, name)
  const { file, raw, how } = plan
  const done = { host: host.id, scope, file: file.path, name }
  if (how === 'was gone already') {
    if (permission !== 'show') await carryOutUndo(plan)
    return { ...done, changed: false, isFine: true, words: `${name} is not in ${file.path} any more.` }
  }
  const isWanted = await agree(`Take ${name} out of ${host.title}?`, permission, output, () =>
    showDiff(file.path, file.raw ?? '', raw ?? '', { paint: output.notePaint }),
  )
  if (isWanted) await carryOutUndo(plan)
  const rest = how === 'to the letter' ? `${file.path} is what it was before.` : 'What else was changed since stays.'
  return conclude(done, isWanted, permission, `Took ${name} back. ${rest}`)
}

const conclude = (
  done: Omit<Result, 'changed' | 'isFine' | 'words'>,
  changed: boolean,
  permission: Permission,
  words: string,
): Result => ({
  ...done,
  changed,
  isFine: changed || permission === 'show',
  words: changed ? words : 'Nothing was changed.',
})

/** Shows a change and has it agreed to. @throws Failure when nobody is there to ask. */
async function agree(question: string, permission: Permission, output: Output, show: () => string): Promise<boolean> {
  output.note(show())
  if (permission !== 'ask') return permission === 'given'
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw usageFailure('Nobody is here to agree to that.', 'Add --yes to change it, or --dry-run to only look.')
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr })
  if (isCancel(answer)) throw new Failure(EXIT.interrupted, 'Nothing was changed.')
  return answer
}
