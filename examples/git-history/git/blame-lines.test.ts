import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blameLines } from './blame-lines.ts'
import { createGit, type Git } from './run-git.ts'
import { createSampleRepository, plainGit, temporaryFolder } from './sample-repository.ts'

const folder = temporaryFolder()
let git: Git
beforeAll(async () => {
  git = await createGit(createSampleRepository(folder.path))
  const long = Array.from({ length: 900 }, (_, index) => `line ${index}\n`).join('')
  const blobs = [
    ['long.txt', long],
    ['empty.txt', ''],
    ['open.txt', 'one\ntwo'],
  ] as const
  plainGit(folder.path, ['read-tree', 'HEAD'])
  for (const [name, text] of blobs) {
    const blob = plainGit(folder.path, ['hash-object', '-w', '--stdin'], text).trim()
    plainGit(folder.path, ['update-index', '--add', '--cacheinfo', `100644,${blob},${name}`])
  }
  plainGit(folder.path, ['commit', '--quiet', '--message=Add texts'])
})
afterAll(() => folder.remove())

describe('blameLines', () => {
  it('groups lines by the commit that touched them last, through a rename', async () => {
    const blamed = await blameLines(git, { path: 'src/tides/calculate.ts' })
    expect(blamed).toMatchObject({ startLine: 1, endLine: 4, totalLines: 4 })
    const groups = blamed.groups.map(({ commit, lines, ranges }) => [
      commit.subject,
      lines,
      ranges.map(({ startLine, endLine, pathThen }) => [startLine, endLine, pathThen]),
    ])
    expect(groups).toEqual([
      [
        'Add a tide calculator',
        2,
        [
          [1, 1, 'src/tide.ts'],
          [4, 4, 'src/tide.ts'],
        ],
      ],
      ['Retry when the gauge is late', 2, [[2, 3, 'src/tide.ts']]],
    ])
    expect(blamed.groups[1]?.commit.body).toContain('spring tide')
    expect(blamed.groups[1]?.ranges[0]?.firstLine).toContain('Ask the gauge again')
  })

  it('looks at the lines asked for, at the point asked for', async () => {
    const blamed = await blameLines(git, { path: 'src/tide.ts', ref: 'v1.0', startLine: 2, endLine: 2 })
    expect(blamed.groups.map(({ commit, lines }) => [commit.subject, lines])).toEqual([['Add a tide calculator', 1]])
  })

  it('stops after 400 lines and says where to go on', async () => {
    expect(await blameLines(git, { path: 'long.txt' })).toMatchObject({ endLine: 400, nextLine: 401, totalLines: 900 })
    const last = await blameLines(git, { path: 'long.txt', startLine: 801, endLine: 5000 })
    expect([last.endLine, last.nextLine, last.groups[0]?.lines]).toEqual([900, undefined, 100])
  })

  it('knows empty files and a last line without an end', async () => {
    expect(await blameLines(git, { path: 'empty.txt' })).toMatchObject({ groups: [], totalLines: 0 })
    expect(await blameLines(git, { path: 'open.txt', startLine: 2 })).toMatchObject({ totalLines: 2, endLine: 2 })
  })

  it.each(['docs/a file with spaces.md', 'docs/größe.md', 'docs/latin.txt'])('reads %s', async (path) => {
    expect((await blameLines(git, { path })).groups[0]?.commit.subject).toBe('Write notes')
  })

  it.each([
    [{ path: 'open.txt', startLine: 3 }, 'bad_argument'],
    [{ path: 'open.txt', startLine: 2, endLine: 1 }, 'bad_argument'],
    [{ path: 'open.txt', startLine: 0 }, 'bad_argument'],
    [{ path: 'assets/logo.png' }, 'bad_argument'],
    [{ path: 'outside' }, 'unknown_path'],
    [{ path: 'src' }, 'unknown_path'],
    [{ path: '' }, 'unknown_path'],
    [{ path: 'missing' }, 'unknown_path'],
    [{ path: '/etc/passwd' }, 'unsafe_path'],
    [{ path: 'open.txt', ref: '--contents=/etc/passwd' }, 'unsafe_ref'],
  ] as const)('refuses %j with %s', async (query, code) => {
    await expect(blameLines(git, query)).rejects.toThrow(expect.objectContaining({ code }))
  })

  it('says in a shallow clone that lines may be older', async () => {
    const other = temporaryFolder()
    try {
      plainGit(other.path, ['clone', '--quiet', '--bare', '--depth=1', `file://${folder.path}`, 'shallow'])
      const blamed = await blameLines(await createGit(`${other.path}/shallow`), { path: 'README.md' })
      expect(blamed.note).toContain('older than the commit')
    } finally {
      other.remove()
    }
  })
})
