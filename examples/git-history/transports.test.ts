import { command, listen } from 'hawser/node'
import { connect, type TestClient } from 'hawser/testing'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSampleRepository, temporaryFolder } from './git/sample-repository.ts'
import { createGitHistory } from './server.ts'

const folder = temporaryFolder()
beforeAll(() => void createSampleRepository(folder.path))
afterAll(() => folder.remove())

type GitHistory = ReturnType<typeof createGitHistory>
type Connected = Promise<readonly [TestClient<GitHistory>, close?: () => Promise<void>]>

const transports: readonly (readonly [name: string, open: () => Connected])[] = [
  ['in memory', async () => [await connect(createGitHistory(folder.path))]],
  [
    'stdio',
    async () => {
      const args = ['--conditions=hawser-source', join(import.meta.dirname, 'stdio.ts')]
      const child = command(process.execPath, args, { env: { GIT_REPO: folder.path } })
      return [await connect<GitHistory>(child)]
    },
  ],
  [
    'HTTP',
    async () => {
      const { url, close } = await listen(createGitHistory(folder.path), { port: 0 })
      return [await connect<GitHistory>(url), close]
    },
  ],
]

describe.each(transports)('git-history, %s', (_, open) => {
  let git: TestClient<GitHistory>
  let close: (() => Promise<void>) | undefined
  beforeAll(async () => void ([git, close] = await open()))
  afterAll(async () => {
    await git.close()
    await close?.()
  })

  it('offers tools, files and a prompt', async () => {
    expect((await git.listTools()).map(({ name }) => name)).toEqual([
      'find_changes',
      'explain_commit',
      'who_changed',
      'compare_points',
      'browse_files',
    ])
    expect((await git.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toEqual(['git://{ref}/{+path}'])
    expect((await git.listPrompts()).map(({ name }) => name)).toEqual(['explain_this_change'])
  })

  it('finds changes, page by page', async () => {
    const subjects: string[] = []
    let cursor: string | undefined
    do {
      const page = await git.tools.find_changes({ author: 'ada', limit: 2, cursor })
      subjects.push(...page.changes.map(({ subject }) => subject))
      cursor = page.next
    } while (cursor !== undefined)
    expect(subjects).toEqual(["Merge branch 'gauge'", 'Add a logo', 'Add a tide calculator'])
  })

  it('explains, blames and compares', async () => {
    const { commit, patch, tags } = await git.tools.explain_commit({ ref: 'v1.0' })
    expect([commit?.subject, patch.cut, tags]).toEqual(['Add a logo', false, ['v1.0']])
    const { groups } = await git.tools.who_changed({ path: 'src/tides/calculate.ts', startLine: 2, endLine: 3 })
    expect(groups.map((group) => [group.commit.author, group.lines])).toEqual([['Björn Ångström', 2]])
    expect(await git.tools.compare_points({ base: 'v1.0', head: 'gauge' })).toMatchObject({ ahead: 1, behind: 0 })
  })

  it('reads files as they were', async () => {
    expect(await git.tools.browse_files({ ref: 'v1.0', path: 'src/tide.ts' })).toMatchObject({
      kind: 'text',
      text: expect.stringContaining('return Math.sin(hour)'),
    })
    expect(await git.resources.file({ ref: 'gauge', path: 'docs/größe.md' })).toBe('Größe der Flut: 3 m.\n')
    expect(await git.resources.file({ ref: 'HEAD', path: 'assets/logo.png' })).toEqual(
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
    )
    expect((await git.read('git://HEAD/docs/a%20file%20with%20spaces.md')).contents).toEqual([
      {
        uri: 'git://HEAD/docs/a%20file%20with%20spaces.md',
        mimeType: 'text/markdown',
        text: 'Low water at noon.\n',
      },
    ])
    expect((await git.read('git://v1.0/docs')).contents[0]).toMatchObject({
      text: 'docs/a file with spaces.md\ndocs/größe.md\ndocs/latin.txt',
    })
  })

  it('reads whatever it lists', async () => {
    const listed = await git.listResources()
    expect(listed.map(({ name }) => name)).toEqual(['README.md', 'assets', 'docs', 'src', 'vendor'])
    for (const { uri } of listed) expect((await git.read(uri)).contents).toHaveLength(1)
  })

  it.each(['git://HEAD/missing', 'git://nowhere/README.md', 'git://HEAD/../etc/passwd', 'git://--all/README.md'])(
    'finds nothing at %s',
    async (uri) => {
      await expect(git.read(uri)).rejects.toMatchObject({ code: 'invalid_params', data: { uri } })
    },
  )

  it.each([
    ['find_changes', { ref: '--output=/etc/passwd' }, /Expected one branch, tag or commit/],
    ['explain_commit', { ref: 'main..v1.0' }, /Expected one branch, tag or commit/],
    ['compare_points', { base: 'nowhere' }, /Newest branches and tags: .*v1\.0/],
    ['who_changed', { path: '../secrets' }, /Expected a path from the top/],
    ['browse_files', { path: ':(top)' }, /Expected a path from the top/],
    ['find_changes', { cursor: 'e30' }, /cursor does not belong/],
    ['find_changes', { limit: 1000 }, /limit: .*100/],
    ['find_changes', { autor: 'ada' }, /did you mean `author`/],
  ])('tells the model what is wrong with %s %j', async (tool, args, message) => {
    const { isError, content } = await git.call(tool, args)
    expect([isError, content]).toEqual([true, [{ type: 'text', text: expect.stringMatching(message) }]])
  })

  it('completes refs, paths and commits', async () => {
    const file = { type: 'ref/resource', uri: 'git://{ref}/{+path}' } as const
    const valuesOf = async (name: string, value: string, ref?: string): Promise<readonly string[]> =>
      (await git.complete(file, { name, value }, ref === undefined ? undefined : { ref })).values
    expect(await valuesOf('ref', '')).toEqual(expect.arrayContaining(['HEAD', 'main', 'gauge', 'v1.0']))
    expect(await valuesOf('ref', 'v1')).toEqual(['v1.0'])
    expect(await valuesOf('path', 's', 'gauge')).toEqual(['src/'])
    expect(await valuesOf('path', 'src/', 'gauge')).toEqual(['src/tide.ts'])
    expect(await valuesOf('path', 'src/', '--all')).toEqual([])
    const prompt = { type: 'ref/prompt', name: 'explain_this_change' } as const
    const { values } = await git.complete(prompt, { name: 'commit', value: '73b01' })
    expect(values).toEqual(['73b01aa'])
  })

  it('prepares the question what a change does', async () => {
    const [message, ...others] = await git.prompts.explain_this_change({ commit: 'gauge' })
    expect(others).toEqual([])
    expect(message).toMatchObject({
      role: 'user',
      content: { type: 'text', text: expect.stringMatching(/Explain this change.*Retry when the gauge is late/s) },
    })
    await expect(git.prompts.explain_this_change({ commit: '--all' })).rejects.toThrow(/Expected one branch/)
  })

  it('stops git when the caller leaves', async () => {
    const signal = AbortSignal.abort()
    await expect(git.tools.find_changes({}, { signal })).rejects.toMatchObject({ code: 'aborted' })
    const controller = new AbortController()
    const search = git.tools.find_changes({ changedText: 'tide' }, { signal: controller.signal })
    controller.abort()
    await expect(search).rejects.toMatchObject({ code: 'aborted' })
    expect((await git.tools.find_changes({ limit: 1 })).changes).toHaveLength(1)
  })
})
