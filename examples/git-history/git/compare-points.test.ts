import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { comparePoints } from './compare-points.ts'
import { createGit, type Git } from './run-git.ts'
import { createSampleRepository, plainGit, temporaryFolder } from './sample-repository.ts'

const folder = temporaryFolder()
let git: Git
beforeAll(async () => {
  git = await createGit(createSampleRepository(folder.path))
})
afterAll(() => folder.remove())

describe('comparePoints', () => {
  it('tells what came after a release, and by whom', async () => {
    const compared = await comparePoints(git, { base: 'v1.0' })
    expect(compared).toMatchObject({ ahead: 4, behind: 0, behindCommits: [], mergeBase: compared.base })
    expect(compared.commits.map((commit) => commit.subject)).toEqual([
      'Link the manual',
      "Merge branch 'gauge'",
      'Give the calculator its own folder',
      'Retry when the gauge is late',
    ])
    expect(compared.authors[0]).toEqual({ author: 'Grace Hopper', email: 'grace@example.com', commits: 2 })
    expect(compared.files.map((file) => file.path)).toContain('src/tides/calculate.ts')
    expect(compared.patch).toBeUndefined()
  })

  it('counts both sides of branches that parted, and shows what head changed since', async () => {
    const compared = await comparePoints(git, { base: 'gauge', head: 'main~2' })
    expect(compared).toMatchObject({ ahead: 1, behind: 1, fileCount: 1 })
    expect(compared.mergeBase).toBe(plainGit(folder.path, ['rev-parse', 'v1.0^{commit}']).trim())
    expect(compared.behindCommits.map((commit) => commit.subject)).toEqual(['Retry when the gauge is late'])
    expect(compared.files[0]).toMatchObject({ change: 'renamed', from: 'src/tide.ts' })
  })

  it('shows the patch of one path, counting the commits from before its rename', async () => {
    const compared = await comparePoints(git, { base: 'v1.0~1', head: 'main~2', path: 'src/tides/calculate.ts' })
    expect(compared).toMatchObject({ ahead: 1, fileCount: 1 })
    expect(compared.patch?.text).toContain('rename from src/tide.ts')
  })

  it('lists as many commits as asked and says how many there are', async () => {
    const { commits, note } = await comparePoints(git, { base: 'v1.0', limit: 1 })
    expect(commits).toHaveLength(1)
    expect(note).toContain('1 of 4')
  })

  it('lists the files with the most changed lines where there are too many', async () => {
    const other = temporaryFolder()
    onTestFinished(other.remove)
    const large = await createGit(createSampleRepository(other.path))
    const blobOf = (text: string): string => plainGit(other.path, ['hash-object', '-w', '--stdin'], text).trim()
    const [small, big] = [blobOf('one\n'), blobOf('one\ntwo\n')]
    const entries = Array.from({ length: 150 }, (_, at) => `100644 ${at === 149 ? big : small}\tmany/${at + 100}\n`)
    plainGit(other.path, ['read-tree', 'HEAD'])
    plainGit(other.path, ['update-index', '--index-info'], entries.join(''))
    plainGit(other.path, ['commit', '--quiet', '--message=Many'])
    const { files, fileCount, note } = await comparePoints(large, { base: 'HEAD~1' })
    expect([files.length, fileCount, files[0]?.path]).toEqual([100, 150, 'many/249'])
    expect(note).toContain('Of 150 files, the 100')
  })

  it('says that the points are exchanged or the same', async () => {
    expect((await comparePoints(git, { base: 'main', head: 'v1.0' })).note).toContain('exchange')
    expect((await comparePoints(git, { base: 'main', head: 'HEAD' })).note).toContain('same commit')
  })

  it('compares points without common history directly', async () => {
    const tree = plainGit(folder.path, ['rev-parse', 'v1.0^{tree}']).trim()
    const alone = plainGit(folder.path, ['commit-tree', tree, '-m', 'Alone']).trim()
    const compared = await comparePoints(git, { base: alone, head: 'v1.0' })
    expect(compared).toMatchObject({ fileCount: 0, ahead: 3, behind: 1, note: expect.stringContaining('no history') })
    expect(compared.mergeBase).toBeUndefined()
  })

  it.each([
    [{ base: '--output=/tmp/x' }, 'unsafe_ref'],
    [{ base: 'main', head: '-O' }, 'unsafe_ref'],
    [{ base: 'main..v1.0' }, 'unsafe_ref'],
    [{ base: 'nowhere' }, 'unknown_ref'],
    [{ base: 'main', path: ':(top)' }, 'unsafe_path'],
    [{ base: 'main', limit: 1000 }, 'bad_argument'],
  ] as const)('refuses %j with %s', async (query, code) => {
    await expect(comparePoints(git, query)).rejects.toThrow(expect.objectContaining({ code }))
  })
})
