import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

/** Runs plain git, with no settings but the repository's own. */
export function plainGit(folder: string, args: readonly string[], input?: Buffer | string): string {
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C.UTF-8' }
  return execFileSync('git', ['-C', folder, ...args], { env, input, stdio: 'pipe' }).toString()
}

/** A new folder; `remove` deletes it with all it holds. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'git-history-'))
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A repository without commits, made at `folder`. */
export function createEmptyRepository(folder: string): string {
  mkdirSync(folder, { recursive: true })
  plainGit(folder, ['init', '--quiet', '--initial-branch=main'])
  plainGit(folder, ['config', 'user.name', 'Ada Lovelace'])
  plainGit(folder, ['config', 'user.email', 'ada@example.com'])
  return folder
}

/**
 * A small history made at `folder`: three authors, a merge, a rename, a tag, and files of every kind. Every run gives
 * the same shas. Nothing is checked out.
 */
export function createSampleRepository(folder: string): string {
  createEmptyRepository(folder)
  plainGit(folder, ['fast-import', '--quiet'], Buffer.concat(history()))
  return folder
}

const ada = 'Ada Lovelace <ada@example.com>'
const grace = 'Grace Hopper <grace@example.com>'
const bjorn = 'Björn Ångström <bjorn@example.com>'

const firstTide = 'export function tide(hour: number): number {\n  return Math.sin(hour)\n}\n'
const retriedTide =
  'export function tide(hour: number): number {\n  // Ask the gauge again when it is late.\n  return retry(() => Math.sin(hour))\n}\n'

function history(): readonly Buffer[] {
  return [
    commit(1, 'main', ada, '2024-01-01', 'Add a tide calculator', undefined, [
      file('src/tide.ts', firstTide),
      file('README.md', '# Tides\n\nWhen does the water come?\n'),
    ]),
    commit(2, 'main', grace, '2024-02-01', 'Write notes\n\nTwo files whose names are hard to quote.', 1, [
      file('docs/a file with spaces.md', 'Low water at noon.\n'),
      file('docs/größe.md', 'Größe der Flut: 3 m.\n'),
      file('docs/latin.txt', Buffer.from([0x47, 0x72, 0xf6, 0xdf, 0x65, 0x0a])),
    ]),
    commit(3, 'main', ada, '2024-03-01', 'Add a logo', 2, [
      file('assets/logo.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])),
    ]),
    tag('v1.0', 3, ada, '2024-03-02'),
    commit(
      4,
      'gauge',
      bjorn,
      '2024-03-15',
      'Retry when the gauge is late\n\nIt times out at spring tide.\nFixes #12',
      3,
      [file('src/tide.ts', retriedTide)],
    ),
    commit(5, 'main', grace, '2024-03-20', 'Give the calculator its own folder', 3, [
      Buffer.from('R src/tide.ts src/tides/calculate.ts\n'),
    ]),
    commit(
      6,
      'main',
      ada,
      '2024-04-01',
      "Merge branch 'gauge'",
      5,
      [Buffer.from('D src/tide.ts\n'), file('src/tides/calculate.ts', retriedTide)],
      4,
    ),
    commit(7, 'main', grace, '2024-05-01', 'Link the manual', 6, [
      file('manual', 'README.md', '120000'),
      file('outside', '../../../../../../etc/passwd', '120000'),
      Buffer.from(`M 160000 ${'1'.repeat(40)} vendor/gauge\n`),
    ]),
    Buffer.from('reset refs/heads/main\nfrom :7\n\n'),
  ]
}

function commit(
  mark: number,
  branch: string,
  author: string,
  day: string,
  message: string,
  parent: number | undefined,
  changes: readonly Buffer[],
  merged?: number,
): Buffer {
  const when = `${author} ${Date.parse(`${day}T12:00:00Z`) / 1000} +0000`
  const head = `commit refs/heads/${branch}\nmark :${mark}\nauthor ${when}\ncommitter ${when}\n`
  const from = parent === undefined ? '' : `from :${parent}\n`
  const merge = merged === undefined ? '' : `merge :${merged}\n`
  return Buffer.concat([Buffer.from(head), data(message), Buffer.from(from + merge), ...changes, Buffer.from('\n')])
}

function tag(name: string, mark: number, tagger: string, day: string): Buffer {
  const when = Date.parse(`${day}T12:00:00Z`) / 1000
  return Buffer.concat([Buffer.from(`tag ${name}\nfrom :${mark}\ntagger ${tagger} ${when} +0000\n`), data(name)])
}

const file = (name: string, content: Buffer | string, mode = '100644'): Buffer =>
  Buffer.concat([Buffer.from(`M ${mode} inline ${path.posix.normalize(name)}\n`), data(content)])

function data(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')])
}
