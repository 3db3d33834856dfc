import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blameLines } from './blame-lines.ts'
import { comparePoints } from './compare-points.ts'
import { explainCommit } from './explain-commit.ts'
import { findChanges } from './find-changes.ts'
import { listFiles } from './list-files.ts'
import { listRefs } from './list-refs.ts'
import { readFile } from './read-file.ts'
import { createGit, type Git } from './run-git.ts'
import { createEmptyRepository, temporaryFolder } from './sample-repository.ts'

const folder = temporaryFolder()
let git: Git
beforeAll(async () => {
  git = await createGit(createEmptyRepository(folder.path))
})
afterAll(() => folder.remove())

const note = expect.stringContaining('no commits yet')

describe('a repository without commits', () => {
  it('answers every question with nothing and a note', async () => {
    expect(await findChanges(git, { words: 'x', path: 'src', changedText: 'y' })).toEqual({
      changes: [],
      total: 0,
      note,
    })
    expect(await explainCommit(git, {})).toMatchObject({ files: [], patch: { text: '' }, note })
    expect(await blameLines(git, { path: 'README.md' })).toMatchObject({ groups: [], totalLines: 0, note })
    expect(await comparePoints(git, { base: 'main', head: 'HEAD' })).toMatchObject({ ahead: 0, commits: [], note })
    expect(await listFiles(git, {})).toEqual({ path: '', entries: [], total: 0, note })
    expect(await readFile(git, { path: '' })).toEqual({ kind: 'directory', path: '', entries: [], total: 0, note })
    expect(await listRefs(git)).toEqual({ current: 'main', refs: [], more: false })
  })

  it('has no file to read', async () => {
    const problem = expect.objectContaining({ code: 'unknown_path', message: note })
    await expect(readFile(git, { path: 'README.md' })).rejects.toThrow(problem)
  })

  it('still refuses what is unsafe', async () => {
    await expect(findChanges(git, { ref: '--all' })).rejects.toThrow(expect.objectContaining({ code: 'unsafe_ref' }))
    await expect(blameLines(git, { path: '../x' })).rejects.toThrow(expect.objectContaining({ code: 'unsafe_path' }))
  })
})
