import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChangesQuery } from './changes-query.ts'
import { findChanges } from './find-changes.ts'
import { createGit, type Git } from './run-git.ts'
import { createSampleRepository, plainGit, temporaryFolder } from './sample-repository.ts'

const folder = temporaryFolder()
let git: Git
beforeAll(async () => {
  git = await createGit(createSampleRepository(folder.path))
})
afterAll(() => folder.remove())

const subjects = async (query: ChangesQuery): Promise<readonly string[]> =>
  (await findChanges(git, query)).changes.map((change) => change.subject)

describe('findChanges', () => {
  it('lists the history newest first, with people, times and files', async () => {
    const { changes, total, next } = await findChanges(git, {})
    expect([changes.length, total, next]).toEqual([7, 7, undefined])
    expect(changes[3]).toEqual({
      sha: plainGit(folder.path, ['rev-parse', 'gauge']).trim(),
      shortSha: plainGit(folder.path, ['rev-parse', '--short', 'gauge']).trim(),
      subject: 'Retry when the gauge is late',
      author: 'Björn Ångström',
      email: 'bjorn@example.com',
      date: '2024-03-15T12:00:00+00:00',
      files: ['src/tide.ts'],
      fileCount: 1,
      matched: [],
    })
    expect(changes[1]).toMatchObject({ merge: true, files: ['src/tides/calculate.ts'] })
  })

  it('finds every word, in any order and case, also in the body', async () => {
    expect(await subjects({ words: 'LATE spring gauge' })).toEqual(['Retry when the gauge is late'])
    expect(await subjects({ words: 'late logo' })).toEqual([])
    expect(await subjects({ words: '"is late"' })).toEqual(['Retry when the gauge is late'])
    expect(await subjects({ words: '"late is"' })).toEqual([])
  })

  it('takes words literally, not as patterns', async () => {
    expect(await subjects({ words: '.*' })).toEqual([])
    expect(await subjects({ words: '#12' })).toEqual(['Retry when the gauge is late'])
    expect(await subjects({ words: '--all' })).toEqual([])
  })

  it('finds by part of the name or address of an author', async () => {
    expect(await subjects({ author: 'hopper' })).toHaveLength(3)
    expect(await subjects({ author: 'bjorn@' })).toEqual(['Retry when the gauge is late'])
    expect(await subjects({ author: 'b.orn' })).toEqual([])
  })

  it('finds by time, both ends included', async () => {
    const query = { since: '2024-03-01', until: '2024-03-15' }
    expect(await subjects(query)).toEqual(['Retry when the gauge is late', 'Add a logo'])
    const clock = (): number => Date.parse('2024-05-03T00:00:00Z')
    const { changes } = await findChanges(git, { since: '1 week ago' }, undefined, clock)
    expect(changes.map((change) => change.subject)).toEqual(['Link the manual'])
  })

  it('finds nothing in a time without changes, however far it is', async () => {
    for (const query of [
      { since: '2100-01-01' },
      { since: '9999-12-31' },
      { until: '1960-01-01' },
      { until: '9999 years ago' },
    ])
      expect(await subjects(query)).toEqual([])
    expect(await subjects({ since: '9999 years ago', until: '9999-12-31' })).toHaveLength(7)
  })

  it('finds by directory, and by file through renames', async () => {
    expect(await subjects({ path: 'docs' })).toEqual(['Write notes'])
    expect(await subjects({ path: 'docs/a file with spaces.md' })).toEqual(['Write notes'])
    expect(await subjects({ path: 'docs/größe.md' })).toEqual(['Write notes'])
    expect(await subjects({ path: 'src/tides/calculate.ts' })).toEqual([
      'Give the calculator its own folder',
      'Retry when the gauge is late',
      'Add a tide calculator',
    ])
  })

  it('takes a path literally, not as a pattern', async () => {
    expect(await subjects({ path: '*.md' })).toEqual([])
    expect(await subjects({ path: 'docs/*' })).toEqual([])
  })

  it('finds a file that is gone', async () => {
    expect(await subjects({ path: 'src/tide.ts' })).toContain('Add a tide calculator')
  })

  it('finds text that a change brings or takes away, literally and in any case', async () => {
    expect(await subjects({ changedText: 'RETRY(() => Math' })).toEqual(['Retry when the gauge is late'])
    expect(await subjects({ changedText: 'retry.*Math' })).toEqual([])
    expect(await subjects({ changedText: '3 m.', path: 'docs' })).toEqual(['Write notes'])
  })

  it('tells every mention from a first one', async () => {
    const mention = { changedText: 'return' }
    expect(await subjects(mention)).toEqual(['Add a tide calculator'])
    expect(await subjects({ ...mention, everyMention: true })).toEqual([
      'Retry when the gauge is late',
      'Add a tide calculator',
    ])
    expect(await subjects({ changedText: '(() => Math.sin(hour))', everyMention: true })).toHaveLength(1)
    expect(await subjects({ changedText: 'Math[sin](hour)$', everyMention: true })).toEqual([])
  })

  it('says why each change matched', async () => {
    const query = { words: 'spring', author: 'Björn', path: 'src', changedText: 'retry(' }
    const { changes } = await findChanges(git, query)
    expect(changes[0]?.matched).toEqual([
      'message: It times out at spring tide.',
      'author: Björn Ångström <bjorn@example.com>',
      'path: src/tide.ts modified',
      'line: src/tide.ts: + return retry(() => Math.sin(hour))',
    ])
  })

  it('leaves out what another point has', async () => {
    expect(await subjects({ ref: 'gauge', notIn: 'v1.0' })).toEqual(['Retry when the gauge is late'])
  })

  it.each([{}, { author: 'a' }, { path: 'src/tides/calculate.ts' }, { changedText: 'a' }] as const)(
    'pages without a gap for %j',
    async (query) => {
      const whole = (await findChanges(git, query)).changes
      const paged: unknown[] = []
      let cursor: string | undefined
      do {
        const page = await findChanges(git, { ...query, limit: 2, ...(cursor !== undefined && { cursor }) })
        expect(page.total).toBe(page.next === undefined ? whole.length : undefined)
        paged.push(...page.changes)
        cursor = page.next
      } while (cursor !== undefined)
      expect(paged).toEqual(whole)
      expect(whole.length).toBeGreaterThan(2)
    },
  )

  it('keeps its pages together while the branch grows', async () => {
    const other = temporaryFolder()
    try {
      const growing = await createGit(createSampleRepository(other.path))
      const first = await findChanges(growing, { limit: 2 })
      plainGit(other.path, ['commit', '--quiet', '--allow-empty', '--message=Newer'])
      const second = await findChanges(growing, { limit: 2, cursor: first.next ?? '' })
      expect(second.changes.map((change) => change.subject)).toEqual([
        'Give the calculator its own folder',
        'Retry when the gauge is late',
      ])
    } finally {
      other.remove()
    }
  })

  it('refuses a cursor of another question', async () => {
    const { next = '' } = await findChanges(git, { limit: 2 })
    const asked = findChanges(git, { limit: 2, author: 'ada', cursor: next })
    await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'bad_cursor' }))
  })

  it.each([
    [{ limit: 0 }, 'bad_argument'],
    [{ limit: 101 }, 'bad_argument'],
    [{ limit: Number.NaN }, 'bad_argument'],
    [{ words: '' }, 'bad_argument'],
    [{ words: '"' }, 'bad_argument'],
    [{ words: 'a\n--all' }, 'bad_argument'],
    [{ words: 'a b c d e f g h i j k' }, 'bad_argument'],
    [{ author: 'a\0b' }, 'bad_argument'],
    [{ changedText: '' }, 'bad_argument'],
    [{ since: 'whenever' }, 'bad_argument'],
    [{ path: '../x' }, 'unsafe_path'],
    [{ ref: '--all' }, 'unsafe_ref'],
    [{ ref: 'main', notIn: '--all' }, 'unsafe_ref'],
    [{ ref: 'nowhere' }, 'unknown_ref'],
  ] as const)('refuses %j with %s', async (query, code) => {
    await expect(findChanges(git, query)).rejects.toThrow(expect.objectContaining({ code }))
  })

  it('says that a shallow clone ends early', async () => {
    const other = temporaryFolder()
    try {
      plainGit(other.path, ['clone', '--quiet', '--bare', '--depth=1', `file://${folder.path}`, 'shallow'])
      const found = await findChanges(await createGit(`${other.path}/shallow`), {})
      expect(found).toMatchObject({ total: 1, note: expect.stringContaining('shallow') })
    } finally {
      other.remove()
    }
  })
})
