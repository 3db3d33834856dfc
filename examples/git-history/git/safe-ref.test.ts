import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGit, type Git } from './run-git.ts'
import { checkRef, resolveRef } from './safe-ref.ts'
import { createSampleRepository, plainGit, temporaryFolder } from './sample-repository.ts'

describe('checkRef', () => {
  it.each(['main', 'HEAD', '@', 'v1.0', 'feature/größe', 'HEAD~3', 'v1.0^2~1', 'main^', '4f2a91c', 'refs/heads/main'])(
    'accepts %j',
    (ref) => expect(checkRef(ref)).toBe(ref),
  )

  it.each([
    ['an empty name', ''],
    ['a long option', '--output=/tmp/x'],
    ['a short option', '-O'],
    ['a path in a commit', 'HEAD:../../etc/passwd'],
    ['a path in the index', ':README.md'],
    ['a range', 'main..v1.0'],
    ['a symmetric range', 'main...v1.0'],
    ['an exclusion', '^main'],
    ['the reflog', 'HEAD@{1}'],
    ['a branch visited before', '@{-1}'],
    ['a search', ':/secret'],
    ['a search from a commit', 'HEAD^{/secret}'],
    ['a peel', 'HEAD^{tree}'],
    ['a pattern', 'ma*'],
    ['a shell command', '$(touch x)'],
    ['a space', 'main x'],
    ['a newline', 'main\n--output=x'],
    ['a NUL', 'main\0'],
    ['half a character', 'main\ud800'],
    ['invisible characters', 'ma\u202ein'],
    ['the stash', 'stash'],
    ['the stash by its full name', 'refs/stash~1'],
    ['what was fetched last', 'FETCH_HEAD'],
    ['a name without end', 'a'.repeat(300)],
  ])('refuses %s', (_, ref) => {
    expect(() => checkRef(ref)).toThrow(expect.objectContaining({ code: 'unsafe_ref' }))
  })
})

describe('resolveRef', () => {
  const folder = temporaryFolder()
  let git: Git
  beforeAll(async () => {
    git = await createGit(createSampleRepository(folder.path))
  })
  afterAll(() => folder.remove())

  it('follows an annotated tag to its commit', async () => {
    expect(await resolveRef(git, 'v1.0')).toBe(await resolveRef(git, 'main~3'))
  })

  it('takes an abbreviated sha', async () => {
    const sha = await resolveRef(git, 'main')
    expect(await resolveRef(git, sha?.slice(0, 8) ?? '')).toBe(sha)
  })

  it('names branches and tags when a ref is unknown', async () => {
    const problem = expect.objectContaining({
      code: 'unknown_ref',
      message: expect.stringMatching(/"nope".*main.*v1\.0/),
    })
    await expect(resolveRef(git, 'nope')).rejects.toThrow(problem)
  })

  it('refuses the sha of a file', async () => {
    const blob = plainGit(folder.path, ['rev-parse', 'main:README.md']).trim()
    await expect(resolveRef(git, blob)).rejects.toThrow(expect.objectContaining({ code: 'unknown_ref' }))
  })
})
