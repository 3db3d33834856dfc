import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { explainCommit } from './explain-commit.ts'
import { findChanges } from './find-changes.ts'
import { absoluteEntries, findGit } from './find-git.ts'
import { createGit } from './run-git.ts'
import { createEmptyRepository, createSampleRepository, plainGit, temporaryFolder } from './sample-repository.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const sample = createSampleRepository(path.join(folder.path, 'tides'))

/** A git whose `log` does something and then hangs. */
function slowGit(name: string, first: string): NodeJS.ProcessEnv {
  const bin = path.join(folder.path, name)
  mkdirSync(bin)
  const script = `#!/bin/sh\ncase " $* " in *' log '*) ${first}; exec sleep 60;; esac\nexec ${findGit()} "$@"\n`
  writeFileSync(path.join(bin, 'git'), script, { mode: 0o755 })
  return { PATH: `${bin}${path.delimiter}${process.env.PATH}` }
}

describe('createGit', () => {
  it('finds the repository from a folder below it, and from a bare clone', async () => {
    mkdirSync(path.join(sample, 'below'))
    const bare = path.join(folder.path, 'bare.git')
    plainGit(folder.path, ['clone', '--quiet', '--bare', sample, bare])
    const [below, cloned] = [await createGit(path.join(sample, 'below')), await createGit(bare)]
    expect([below.name, cloned.name]).toEqual(['tides', 'bare'])
    expect(await findChanges(cloned, {})).toEqual(await findChanges(below, {}))
  })

  it('says that a folder is no repository', async () => {
    const plain = path.join(folder.path, 'plain')
    mkdirSync(plain)
    for (const place of [plain, path.join(folder.path, 'missing')]) {
      await expect(createGit(place)).rejects.toThrow(expect.objectContaining({ code: 'not_a_repository' }))
    }
  })

  it('says that git is missing', async () => {
    const asked = createGit(sample, { env: { PATH: folder.path } })
    await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'git_missing' }))
  })

  it('says that git is too old', async () => {
    const old = path.join(folder.path, 'old')
    mkdirSync(old)
    writeFileSync(path.join(old, 'git'), '#!/bin/sh\necho git version 2.25.1\n', { mode: 0o755 })
    const asked = createGit(sample, { env: { PATH: old } })
    const problem = expect.objectContaining({ code: 'git_missing', message: expect.stringContaining('2.25') })
    await expect(asked).rejects.toThrow(problem)
  })

  it('reads no file of a work tree, neither its own nor the one it is started in', async () => {
    const dirty = createSampleRepository(path.join(folder.path, 'dirty'))
    const clean = await explainCommit(await createGit(dirty), { ref: 'gauge' })
    writeFileSync(path.join(dirty, '.gitattributes'), '* -diff\n')
    writeFileSync(path.join(dirty, '.mailmap'), 'Somebody Else <bjorn@example.com>\n')
    const started = process.cwd()
    process.chdir(dirty)
    try {
      expect(await explainCommit(await createGit('.'), { ref: 'gauge' })).toEqual(clean)
    } finally {
      process.chdir(started)
    }
  })

  it('does not inherit GIT_DIR and works without a home', async () => {
    const other = createEmptyRepository(path.join(folder.path, 'other'))
    const env = { PATH: process.env.PATH, GIT_DIR: path.join(other, '.git'), GIT_CONFIG_COUNT: 'x' }
    const git = await createGit(sample, { env })
    expect((await findChanges(git, {})).total).toBe(7)
  })
})

describe('findGit', () => {
  it('never runs a git from a relative folder of PATH', () => {
    expect(absoluteEntries(['.', '', 'bin', '/usr/bin'].join(path.delimiter))).toEqual(['/usr/bin'])
    expect(() => findGit('.:bin')).toThrow(expect.objectContaining({ code: 'git_missing' }))
  })
})

describe('run', () => {
  it('cuts output at the limit and says so', async () => {
    const git = await createGit(sample)
    const { stdout, cut } = await git.run(['log', '--format=%H'], { maxBytes: 50 })
    expect([stdout.length, cut]).toEqual([50, 'bytes'])
  })

  it('stops at the time limit, with what came before where that is asked', async () => {
    const env = slowGit('slow', 'echo first')
    const git = await createGit(sample, { env, timeoutMs: 1000 })
    const [whole, partial] = await Promise.allSettled([git.run(['log']), git.run(['log'], { partial: true })])
    expect(whole).toMatchObject({ status: 'rejected', reason: { code: 'timeout' } })
    expect(partial).toMatchObject({ status: 'fulfilled', value: { stdout: Buffer.from('first\n'), cut: 'time' } })
  })

  it('lets a search that runs out of time answer with what it found', async () => {
    const git = await createGit(sample, { env: slowGit('slower', `${findGit()} "$@"`), timeoutMs: 1500 })
    const { changes, total, note } = await findChanges(git, {})
    expect([changes.length, total]).toEqual([7, undefined])
    expect(note).toContain('until 2024-01-01')
  })

  it('ends with the reason of the signal', async () => {
    const git = await createGit(sample)
    const controller = new AbortController()
    const running = findChanges(git, {}, controller.signal)
    controller.abort(new Error('changed my mind'))
    await expect(running).rejects.toThrow('changed my mind')
    await expect(findChanges(git, {}, controller.signal)).rejects.toThrow('changed my mind')
  })

  it('keeps the words of git out of the message', async () => {
    const git = await createGit(sample)
    const error: unknown = await git.run(['log', '--no-such-option']).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'git_failed', message: expect.not.stringContaining('no-such-option') })
    expect(error).toMatchObject({ cause: { message: expect.stringContaining('no-such-option') } })
  })

  it('says that a clone is partial instead of fetching', async () => {
    const partial = path.join(folder.path, 'partial')
    plainGit(sample, ['config', 'uploadpack.allowFilter', 'true'])
    plainGit(folder.path, ['clone', '--quiet', '--bare', '--filter=blob:none', `file://${sample}`, partial])
    const git = await createGit(partial)
    const asked = git.run(['cat-file', 'blob', plainGit(sample, ['rev-parse', 'main:README.md']).trim()])
    await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'missing_object' }))
  })

  it('opens a folder behind a symbolic link', async () => {
    const link = path.join(folder.path, 'link')
    symlinkSync(sample, link)
    expect((await createGit(link)).name).toBe('tides')
  })
})
