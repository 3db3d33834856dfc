import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listFiles, type FilesQuery } from './list-files.ts'
import { listRefs } from './list-refs.ts'
import { createGit, type Git } from './run-git.ts'
import { createSampleRepository, plainGit, temporaryFolder } from './sample-repository.ts'

const folder = temporaryFolder()
let git: Git
beforeAll(async () => {
  git = await createGit(createSampleRepository(folder.path))
})
afterAll(() => folder.remove())

const paths = async (query: FilesQuery): Promise<readonly string[]> =>
  (await listFiles(git, query)).entries.map((entry) => entry.path)

describe('listFiles', () => {
  it('lists one level with kinds and sizes', async () => {
    const { entries } = await listFiles(git, {})
    expect(entries).toEqual([
      { path: 'README.md', kind: 'file', size: 35 },
      { path: 'assets', kind: 'directory' },
      { path: 'docs', kind: 'directory' },
      { path: 'manual', kind: 'symlink', size: 9 },
      { path: 'outside', kind: 'symlink', size: 28 },
      { path: 'src', kind: 'directory' },
      { path: 'vendor', kind: 'directory' },
    ])
  })

  it('lists all files below, and only those whose path holds a text', async () => {
    expect(await paths({ path: 'src', recursive: true })).toEqual(['src/tides/calculate.ts'])
    expect(await paths({ match: 'TIDE', ref: 'v1.0' })).toEqual(['src/tide.ts'])
    expect(await paths({ path: 'docs', match: 'größe' })).toEqual(['docs/größe.md'])
  })

  it('pages without a gap', async () => {
    const whole = await paths({ recursive: true })
    const paged: string[] = []
    let cursor: string | undefined
    do {
      const page = await listFiles(git, { recursive: true, limit: 3, ...(cursor !== undefined && { cursor }) })
      expect(page.total).toBe(whole.length)
      paged.push(...page.entries.map((entry) => entry.path))
      cursor = page.next
    } while (cursor !== undefined)
    expect(paged).toEqual(whole)
    expect(whole.length).toBeGreaterThan(3)
  })

  it.each([
    [{ path: 'README.md' }, 'unknown_path'],
    [{ path: 'nowhere' }, 'unknown_path'],
    [{ path: '..' }, 'unsafe_path'],
    [{ ref: '-r' }, 'unsafe_ref'],
    [{ match: 'a\nb' }, 'bad_argument'],
    [{ cursor: 'x' }, 'bad_cursor'],
  ] as const)('refuses %j with %s', async (query, code) => {
    await expect(listFiles(git, query)).rejects.toThrow(expect.objectContaining({ code }))
  })
})

describe('listRefs', () => {
  it('lists branches and tags, newest first, with the commits they mean', async () => {
    const commit = (ref: string): string => plainGit(folder.path, ['rev-parse', `${ref}^{commit}`]).trim()
    expect(await listRefs(git)).toEqual({
      current: 'main',
      refs: [
        { name: 'main', kind: 'branch', sha: commit('main') },
        { name: 'gauge', kind: 'branch', sha: commit('gauge') },
        { name: 'v1.0', kind: 'tag', sha: commit('v1.0') },
      ],
      more: false,
    })
  })

  it('finds by part of the name and says when there are more', async () => {
    expect((await listRefs(git, { match: 'GAU' })).refs.map((ref) => ref.name)).toEqual(['gauge'])
    expect(await listRefs(git, { limit: 1 })).toMatchObject({ refs: [{ name: 'main' }], more: true })
  })
})
