import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blameLines } from './blame-lines.ts'
import { comparePoints } from './compare-points.ts'
import { explainCommit } from './explain-commit.ts'
import { findChanges } from './find-changes.ts'
import { GitProblem } from './git-problem.ts'
import { listFiles } from './list-files.ts'
import { listRefs } from './list-refs.ts'
import { readFile } from './read-file.ts'
import { createGit } from './run-git.ts'
import { createSampleRepository, plainGit, temporaryFolder } from './sample-repository.ts'

const folder = temporaryFolder()
const repository = path.join(folder.path, 'tides')
const marker = path.join(folder.path, 'ran')
const evil = path.join(folder.path, 'evil.sh')

async function askEverything(): Promise<readonly unknown[]> {
  const git = await createGit(repository)
  return [
    await findChanges(git, { changedText: 'retry', path: 'src' }),
    await findChanges(git, { changedText: 'retry', everyMention: true }),
    await findChanges(git, { path: 'src/tides/calculate.ts' }),
    await explainCommit(git, { ref: 'gauge' }),
    await explainCommit(git, { ref: 'v1.0~1' }),
    await explainCommit(git, { ref: 'main~1' }),
    await blameLines(git, { path: 'src/tides/calculate.ts' }),
    await comparePoints(git, { base: 'v1.0', path: 'src' }),
    await readFile(git, { path: 'src/tides/calculate.ts' }),
    await readFile(git, { path: 'vendor/gauge' }),
    await listFiles(git, { match: 'tide' }),
    await listRefs(git),
  ]
}

const commands = [
  'core.pager',
  'pager.log',
  'core.fsmonitor',
  'core.sshCommand',
  'core.askPass',
  'diff.external',
  'diff.evil.command',
  'diff.evil.textconv',
  'filter.evil.smudge',
  'filter.evil.clean',
  'gpg.program',
  'credential.helper',
]

const spoilers = [
  ['alias.log', '!touch ran'],
  ['log.showSignature', 'true'],
  ['log.mailmap', 'false'],
  ['log.follow', 'true'],
  ['log.decorate', 'full'],
  ['format.pretty', 'oneline'],
  ['color.ui', 'always'],
  ['color.diff', 'always'],
  ['core.abbrev', '40'],
  ['core.worktree', '/'],
  ['core.quotePath', 'true'],
  ['diff.noprefix', 'true'],
  ['diff.mnemonicPrefix', 'true'],
  ['diff.renames', 'false'],
  ['diff.context', '0'],
  ['diff.orderFile', '/nonexistent'],
  ['diff.submodule', 'log'],
  ['diff.ignoreSubmodules', 'all'],
  ['blame.ignoreRevsFile', '/nonexistent'],
  ['blame.showRoot', 'true'],
  ['mailmap.file', '/etc/passwd'],
  ['i18n.logOutputEncoding', 'ISO-8859-1'],
  ['protocol.allow', 'always'],
] as const

describe('a hostile repository', () => {
  let before: readonly unknown[]
  beforeAll(async () => {
    createSampleRepository(repository)
    plainGit(repository, ['checkout', '--quiet', 'main'])
    before = await askEverything()
    writeFileSync(evil, `#!/bin/sh\necho "$0 $*" >> '${marker}'\n`, { mode: 0o755 })
    writeFileSync(path.join(repository, '.git/info/attributes'), '* diff=evil filter=evil\n')
    writeFileSync(path.join(repository, '.gitattributes'), '* diff=evil filter=evil\n')
    for (const name of commands) plainGit(repository, ['config', name, evil])
    for (const [name, value] of spoilers) plainGit(repository, ['config', name, value])
  })
  afterAll(() => folder.remove())

  it('would run its commands in plain git', () => {
    const asked = ['-c', 'diff.orderFile=/dev/null', 'log', '--patch', '--ext-diff', 'gauge']
    plainGit(repository, asked)
    expect(existsSync(marker)).toBe(true)
    rmSync(marker)
  })

  it('runs none of its commands and changes no answer', async () => {
    const after = await askEverything()
    expect(existsSync(marker)).toBe(false)
    expect(withoutBoundaries(after)).toEqual(withoutBoundaries(before))
  })

  it('has nothing written by refs and paths that look like options or commands', async () => {
    const git = await createGit(repository)
    const attacks = [
      `--output=${marker}`,
      '-O',
      `-O${marker}`,
      `$(touch ${marker})`,
      `;touch ${marker}`,
      '`id`',
      `a\ntouch ${marker}`,
      'a\0b',
      ':(top)',
      ':(exclude)x',
      '../x',
      '/etc/passwd',
      'HEAD:../../etc/passwd',
    ]
    const files = readdirSync(folder.path)
    for (const attack of attacks) {
      const asked = [
        findChanges(git, { ref: attack }),
        findChanges(git, { notIn: attack }),
        explainCommit(git, { ref: attack }),
        explainCommit(git, { path: attack }),
        blameLines(git, { path: attack }),
        blameLines(git, { path: 'README.md', ref: attack }),
        comparePoints(git, { base: attack }),
        readFile(git, { path: attack }),
        readFile(git, { path: 'README.md', ref: attack }),
        listFiles(git, { path: attack }),
      ]
      for (const answer of await Promise.allSettled(asked)) {
        const code = expect.stringMatching(/^(unsafe|unknown)_(ref|path)$/)
        expect(answer).toMatchObject({ status: 'rejected', reason: { name: 'GitProblem', code } })
      }
      // Text to look for may be anything on one line; it only finds nothing.
      const texts = await Promise.allSettled([
        findChanges(git, { words: attack }),
        findChanges(git, { author: attack }),
        findChanges(git, { changedText: attack }),
        findChanges(git, { changedText: attack, everyMention: true }),
        listFiles(git, { match: attack }),
      ])
      const codes = texts.map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : 'answered'))
      expect(['answered', 'bad_argument']).toEqual(expect.arrayContaining(codes))
    }
    expect(readdirSync(folder.path)).toEqual(files)
  })
})

const codeOf = (error: unknown): string => (error instanceof GitProblem ? error.code : String(error))

/** `blame.showRoot` decides whether a first commit is marked; only shallow clones look at the mark. */
function withoutBoundaries(answers: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(answers, (key, value: unknown) => (key === 'boundary' ? undefined : value)))
}
