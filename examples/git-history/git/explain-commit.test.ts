import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explainCommit } from './explain-commit.ts'
import { findChanges } from './find-changes.ts'
import { createGit, type Git } from './run-git.ts'
import { createSampleRepository, plainGit, temporaryFolder } from './sample-repository.ts'

const folder = temporaryFolder()
let git: Git
beforeAll(async () => {
  git = await createGit(createSampleRepository(folder.path))
})
afterAll(() => folder.remove())

describe('explainCommit', () => {
  it('tells message, people, times, files and patch', async () => {
    const explained = await explainCommit(git, { ref: 'gauge' })
    expect(explained.commit).toMatchObject({
      subject: 'Retry when the gauge is late',
      body: 'It times out at spring tide.\nFixes #12',
      author: 'Björn Ångström',
      authoredAt: '2024-03-15T12:00:00+00:00',
      parents: [plainGit(folder.path, ['rev-parse', 'v1.0^{commit}']).trim()],
    })
    expect(explained).toMatchObject({ branches: ['main', 'gauge'], fileCount: 1, additions: 2, deletions: 1 })
    expect(explained.patch.text).toContain('+  return retry(() => Math.sin(hour))')
    expect(explained.patch).toMatchObject({ cut: false, lines: explained.patch.text.split('\n').length })
  })

  it('names the first release that has the commit', async () => {
    expect((await explainCommit(git, { ref: 'v1.0~2' })).tags).toEqual(['v1.0'])
    expect((await explainCommit(git, { ref: 'gauge' })).tags).toEqual([])
  })

  it('shows everything of a first commit as added', async () => {
    const { commit, files } = await explainCommit(git, { ref: 'v1.0~2' })
    expect(commit?.parents).toEqual([])
    expect(files.map((file) => [file.path, file.change])).toEqual([
      ['README.md', 'added'],
      ['src/tide.ts', 'added'],
    ])
  })

  it('shows what a merge brought to its first parent, and says so', async () => {
    const explained = await explainCommit(git, { ref: 'main~1' })
    expect(explained.commit?.parents).toHaveLength(2)
    expect(explained.files).toEqual([
      { path: 'src/tides/calculate.ts', change: 'modified', additions: 2, deletions: 1 },
    ])
    expect(explained.note).toContain('first parent')
  })

  it.each(['src/tides/calculate.ts', 'src/tide.ts', 'src/tides'])(
    'shows a rename as one when asked for %s',
    async (path) => {
      const { files, patch } = await explainCommit(git, { ref: 'main~2', path })
      expect(files).toEqual([
        { path: 'src/tides/calculate.ts', from: 'src/tide.ts', change: 'renamed', additions: 0, deletions: 0 },
      ])
      expect(patch.text).toContain('rename to src/tides/calculate.ts')
    },
  )

  it('marks a binary file and does not print it', async () => {
    const { files, patch } = await explainCommit(git, { ref: 'v1.0' })
    expect(files).toEqual([{ path: 'assets/logo.png', change: 'added', binary: true }])
    expect(patch.text).toContain('Binary files')
  })

  it('cuts a long patch and names the files to ask for', async () => {
    const { patch } = await explainCommit(git, { ref: 'v1.0~1', maxLines: 8 })
    expect(patch).toMatchObject({ lines: 8, cut: true })
    expect(patch.hint).toContain('docs/größe.md, docs/latin.txt')
    expect(patch.hint).not.toContain('spaces')
    const one = await explainCommit(git, { ref: 'v1.0~1', path: 'docs/größe.md' })
    expect(one.patch.text).toContain('+Größe der Flut: 3 m.')
    expect(one.patch.text).not.toContain('Low water')
  })

  it('gives no patch when none is wanted', async () => {
    expect((await explainCommit(git, { maxLines: 0 })).patch).toEqual({ text: '', lines: 0, cut: false })
  })

  it('says that a path is not part of the commit', async () => {
    const asked = explainCommit(git, { ref: 'v1.0', path: 'README.md' })
    await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'unknown_path' }))
  })

  it('uses the names of the mailmap', async () => {
    const other = temporaryFolder()
    try {
      createSampleRepository(other.path)
      const blob = plainGit(
        other.path,
        ['hash-object', '-w', '--stdin'],
        'Grace B. Hopper <grace@example.com>\n',
      ).trim()
      plainGit(other.path, ['read-tree', 'HEAD'])
      plainGit(other.path, ['update-index', '--add', '--cacheinfo', `100644,${blob},.mailmap`])
      plainGit(other.path, ['commit', '--quiet', '--message=Name people'])
      plainGit(other.path, ['config', 'log.mailmap', 'false'])
      const named = await createGit(other.path)
      expect((await explainCommit(named, { ref: 'HEAD~1' })).commit?.author).toBe('Grace B. Hopper')
      expect((await findChanges(named, { author: 'B. Hopper' })).total).toBe(3)
    } finally {
      other.remove()
    }
  })

  it('says in a shallow clone why all files look added', async () => {
    const other = temporaryFolder()
    try {
      plainGit(other.path, ['clone', '--quiet', '--bare', '--depth=1', `file://${folder.path}`, 'shallow'])
      const explained = await explainCommit(await createGit(`${other.path}/shallow`), {})
      expect(explained.note).toContain('parent of this commit is not here')
    } finally {
      other.remove()
    }
  })

  it('bounds message, names and lines', async () => {
    const other = temporaryFolder()
    try {
      createSampleRepository(other.path)
      const long = 'x'.repeat(20_000)
      const blob = plainGit(other.path, ['hash-object', '-w', '--stdin'], `${long}\n`.repeat(3)).trim()
      plainGit(other.path, ['update-index', '--add', '--cacheinfo', `100644,${blob},long.txt`])
      plainGit(
        other.path,
        ['commit', '--quiet', '--file=-', `--author=${'n'.repeat(500)} <n@example.com>`],
        `${long}\n\n${long}\u001b[2J`,
      )
      const { commit, patch } = await explainCommit(await createGit(other.path), { path: 'long.txt' })
      expect([commit?.subject.length, commit?.body.length, commit?.author.length]).toEqual([300, 4000, 100])
      expect(Math.max(...patch.text.split('\n').map((line) => line.length))).toBe(500)
    } finally {
      other.remove()
    }
  })
})
