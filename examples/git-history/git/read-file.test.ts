import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFile } from './read-file.ts'
import { createGit, type Git } from './run-git.ts'
import { createSampleRepository, plainGit, temporaryFolder } from './sample-repository.ts'

const folder = temporaryFolder()
let git: Git
beforeAll(async () => {
  git = await createGit(createSampleRepository(folder.path))
  plainGit(folder.path, ['read-tree', 'HEAD'])
  const long = ['größe\n'.repeat(100), 'ü'.repeat(1000), '\nend'].join('')
  for (const [name, text] of [
    ['long.txt', long],
    ['star*.txt', 'star\n'],
    ['starry.txt', 'starry\n'],
  ] as const) {
    const blob = plainGit(folder.path, ['hash-object', '-w', '--stdin'], text).trim()
    plainGit(folder.path, ['update-index', '--add', '--cacheinfo', `100644,${blob},${name}`])
  }
  plainGit(folder.path, ['commit', '--quiet', '--message=Add texts'])
})
afterAll(() => folder.remove())

describe('readFile', () => {
  it('reads text at a point of the history', async () => {
    const now = await readFile(git, { path: 'src/tides/calculate.ts' })
    const then = await readFile(git, { ref: 'v1.0', path: 'src/tide.ts' })
    expect(now).toMatchObject({ kind: 'text', text: expect.stringContaining('retry') })
    expect(then).toMatchObject({ kind: 'text', text: expect.not.stringContaining('retry'), size: 71 })
  })

  it.each([
    ['docs/a file with spaces.md', 'text/markdown', 'Low water at noon.\n'],
    ['docs/größe.md', 'text/markdown', 'Größe der Flut: 3 m.\n'],
    ['star*.txt', 'text/plain', 'star\n'],
  ])('reads %s by its exact name', async (path, mediaType, text) => {
    expect(await readFile(git, { path })).toMatchObject({ kind: 'text', path, mediaType, text })
  })

  it('reads text that is not UTF-8 and says so', async () => {
    const file = await readFile(git, { path: 'docs/latin.txt' })
    expect(file).toMatchObject({ kind: 'text', text: 'Größe\n', note: expect.stringContaining('windows-1252') })
  })

  it('gives binary files as Base64, unless they are too large', async () => {
    const logo = await readFile(git, { path: 'assets/logo.png' })
    expect(logo).toMatchObject({ kind: 'binary', mediaType: 'image/png', base64: 'iVBORwABAgM=' })
    const large = await readFile(git, { path: 'assets/logo.png', maxBytes: 7 })
    expect(large).toMatchObject({ kind: 'binary', size: 8, note: expect.stringContaining('8 bytes') })
    expect(large).not.toHaveProperty('base64')
  })

  it('reads long text in pieces that fit together', async () => {
    const pieces: string[] = []
    const notes: string[] = []
    let startLine: number | undefined = 1
    while (startLine !== undefined) {
      const piece = await readFile(git, { path: 'long.txt', maxBytes: 300, startLine })
      if (piece.kind !== 'text') throw new Error(`Expected text, got ${piece.kind}`)
      expect(Buffer.byteLength(piece.text)).toBeLessThanOrEqual(300)
      expect(piece.text).not.toContain('\ufffd')
      pieces.push(piece.text)
      notes.push(...(piece.note ? [piece.note] : []))
      startLine = piece.nextLine
    }
    expect(pieces.join('')).toBe(`${'größe\n'.repeat(100)}${'ü'.repeat(150)}end`)
    expect(notes).toEqual(['Line 101 is longer than 300 bytes and was cut.'])
  })

  it('shows a link as its text and never follows it', async () => {
    expect(await readFile(git, { path: 'outside' })).toMatchObject({
      kind: 'symlink',
      target: '../../../../../../etc/passwd',
    })
    const through = readFile(git, { path: 'outside/passwd' })
    await expect(through).rejects.toThrow(expect.objectContaining({ code: 'unknown_path' }))
  })

  it('names the commit of a submodule', async () => {
    expect(await readFile(git, { path: 'vendor/gauge' })).toMatchObject({ kind: 'submodule', commit: '1'.repeat(40) })
  })

  it('lists a directory', async () => {
    const docs = await readFile(git, { path: 'docs/' })
    expect(docs).toMatchObject({ kind: 'directory', path: 'docs', total: 3 })
    expect(await readFile(git, { path: '' })).toMatchObject({ kind: 'directory', path: '' })
  })

  it('proposes files of the same name', async () => {
    const asked = readFile(git, { path: 'src/Calculate.ts' })
    const problem = expect.objectContaining({
      code: 'unknown_path',
      message: expect.stringContaining('src/tides/calculate.ts'),
    })
    await expect(asked).rejects.toThrow(problem)
  })

  it.each([
    [{ path: '.git/config' }, 'unknown_path'],
    [{ path: '../x' }, 'unsafe_path'],
    [{ path: '/etc/passwd' }, 'unsafe_path'],
    [{ path: ':(top)' }, 'unsafe_path'],
    [{ path: 'README.md', ref: 'HEAD:../../etc/passwd' }, 'unsafe_ref'],
    [{ path: 'README.md', startLine: 9 }, 'bad_argument'],
    [{ path: 'README.md', maxBytes: 1e9 }, 'bad_argument'],
  ] as const)('refuses %j with %s', async (query, code) => {
    await expect(readFile(git, query)).rejects.toThrow(expect.objectContaining({ code }))
  })
})
