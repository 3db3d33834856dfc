import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DefinitionError, mcp } from '../../index.ts'
import { connect } from '../../testing/index.ts'
import { type SkillDefinitions, skills, type SkillsOptions } from './index.ts'

const PIXEL = new Uint8Array([0x89, 0x50, 0xff, 0x00])
const refunds: SkillDefinitions = {
  'acme/billing/refunds': {
    description: 'Refund an order. Use it when a customer asks: "my money?"',
    license: 'MIT',
    metadata: { version: '1.0', author: 'ada' },
    body: '# Refunds\n\nRead references/FORMS.md.',
    files: {
      'references/FORMS.md': '# Forms\n',
      'scripts/refund.py': 'print("ok")\n',
      'assets/logo.png': PIXEL,
      notes: 'plain',
    },
  },
  'git-workflow': '---\nname: git-workflow\ndescription: Branch and commit.\n---\n# Git\n',
}
const serve = (given: SkillDefinitions = refunds, options?: SkillsOptions) => {
  const shop = mcp({ name: 'shop', version: '1.0.0', log: () => {} })
  return shop.server({ use: [skills(given, options)] })
}
const sha256 = (bytes: Uint8Array | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

describe('a skill', () => {
  it('is listed with its frontmatter and every file, whose digest and size are those of what is read', async () => {
    await using client = await connect(serve())
    const { skills: listed, ttlMs, cacheScope } = await client.request('skills/list', {})
    expect({ ttlMs, cacheScope }).toEqual({ ttlMs: 60_000, cacheScope: 'public' })
    expect(listed.map(({ uri }) => uri)).toEqual([
      'skill://acme/billing/refunds/SKILL.md',
      'skill://git-workflow/SKILL.md',
    ])
    expect(listed[0]?.resources.map(({ uri }) => uri)).toEqual([
      'skill://acme/billing/refunds/SKILL.md',
      ...['references/FORMS.md', 'scripts/refund.py', 'assets/logo.png', 'notes'].map(
        (file) => `skill://acme/billing/refunds/${file}`,
      ),
    ])
    for (const { uri, frontmatter, resources } of listed) {
      for (const file of resources) {
        const { contents } = await client.read(file.uri)
        const [part] = contents
        const bytes =
          part !== undefined && 'text' in part ? Buffer.from(part.text) : Buffer.from(part?.blob ?? '', 'base64')
        expect([file.digest, file.size]).toEqual([sha256(bytes), bytes.length])
      }
      const { contents } = await client.read(uri)
      const text = contents.map((part) => ('text' in part ? part.text : '')).join('')
      expect(parse(text.split('---\n')[1] ?? '')).toEqual(frontmatter)
    }
  })

  it('is given by its URI, and nothing else is', async () => {
    await using client = await connect(serve())
    const { skill } = await client.request('skills/get', { uri: 'skill://git-workflow/SKILL.md' })
    expect(skill).toMatchObject({ frontmatter: { name: 'git-workflow', description: 'Branch and commit.' } })
    for (const uri of [
      'skill://git-workflow',
      'skill://none/SKILL.md',
      'skill://acme/billing/refunds/notes',
      'constructor',
    ]) {
      await expect(client.request('skills/get', { uri })).rejects.toMatchObject({ code: 'invalid_params' })
    }
    await expect(client.request('skills/get', {} as never)).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it.each([
    'skill://acme/billing/refunds/../refunds/notes',
    'skill://acme/billing/refunds/%2e%2e/x',
    'skill://acme/billing/refunds/notes/',
    'skill://acme/billing/refunds/NOTES',
    'skill://acme/billing/refunds',
  ])('is read by the URIs that are listed, and by no spelling of a path: %s', async (uri) => {
    await using client = await connect(serve())
    await expect(client.read(uri)).rejects.toMatchObject({ code: 'method_not_found' })
  })

  it('has its media types, text where it is text', async () => {
    await using client = await connect(serve())
    const read = async (file: string) => (await client.read(`skill://acme/billing/refunds/${file}`)).contents[0]
    expect(await read('scripts/refund.py')).toMatchObject({ mimeType: 'text/x-python', text: 'print("ok")\n' })
    expect(await read('assets/logo.png')).toMatchObject({ mimeType: 'image/png', blob: 'iVD/AA==' })
    expect(await read('notes')).toMatchObject({ mimeType: 'text/plain' })
    expect(await read('SKILL.md')).toMatchObject({ mimeType: 'text/markdown' })
  })

  it('is a resource among others, unless it is not to be listed', async () => {
    const shop = mcp({ name: 'shop', version: '1.0.0', pageSize: 1, log: () => {} })
    const terms = shop.resource({ uri: 'shop://terms', read: () => 'Pay first.' })
    const more = shop.resource({ uri: 'shop://more', read: () => 'More.' })
    const given = { resources: { terms, more }, use: [skills(refunds)] }
    await using client = await connect(shop.server(given))
    expect(
      (await client.listResources()).map(({ uri, name, description }) => [uri, name, description?.slice(0, 6)]),
    ).toEqual([
      ['shop://terms', 'terms', undefined],
      ['shop://more', 'more', undefined],
      ['skill://acme/billing/refunds/SKILL.md', 'refunds', 'Refund'],
      ['skill://git-workflow/SKILL.md', 'git-workflow', 'Branch'],
    ])
    expect(await client.read('shop://terms')).toMatchObject({ contents: [{ text: 'Pay first.' }] })
    await using quiet = await connect(serve(refunds, { list: false }))
    expect(await quiet.listResources()).toEqual([])
    expect(await quiet.listResourceTemplates()).toEqual([])
    expect(await quiet.read('skill://git-workflow/SKILL.md')).toMatchObject({
      contents: [{ mimeType: 'text/markdown' }],
    })
  })

  it('is told of in the capabilities, with the resources that it needs', async () => {
    await using client = await connect(serve())
    expect((await client.discover()).capabilities).toEqual({
      resources: {},
      extensions: { 'io.modelcontextprotocol/skills': { directoryRead: true } },
    })
  })

  it('shows its folders', async () => {
    await using client = await connect(serve())
    const read = async (uri: string) =>
      (await client.request('resources/directory/read', { uri })).resources.map(
        ({ name, mimeType }) => `${name} ${mimeType}`,
      )
    expect(await read('skill://acme')).toEqual(['billing inode/directory'])
    expect(await read('skill://acme/billing/refunds')).toEqual([
      'refunds text/markdown',
      'assets inode/directory',
      'notes text/plain',
      'references inode/directory',
      'scripts inode/directory',
    ])
    expect(await read('skill://acme/billing/refunds/scripts')).toEqual(['refund.py text/x-python'])
    for (const uri of ['skill://acme/', 'skill://acme/billing/refunds/notes', 'skill://none', 'file:///etc']) {
      await expect(read(uri)).rejects.toMatchObject({ code: 'invalid_params' })
    }
  })

  it('comes in pages, each skill whole', async () => {
    const many = Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`s${at}`, { description: 'x', body: 'y' }]))
    await using client = await connect(serve(many, { pageSize: 2 }))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page: { skills: readonly { uri: string }[]; nextCursor?: string } = await client.request(
        'skills/list',
        cursor === undefined ? {} : { cursor },
      )
      seen.push(...page.skills.map(({ uri }) => uri))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(['s0', 's1', 's2', 's3', 's4'].map((name) => `skill://${name}/SKILL.md`))
    for (const wrong of ['0', '-1', '99', '1e1', 'x', '']) {
      await expect(client.request('skills/list', { cursor: wrong })).rejects.toMatchObject({ code: 'invalid_params' })
    }
  })

  it('holds the files of the skills that are nested in it', async () => {
    const nested = {
      outer: { description: 'o', body: 'o', files: { 'a.md': 'a' } },
      'outer/inner': { description: 'i', body: 'i' },
    }
    await using client = await connect(serve(nested))
    const { skills: listed } = await client.request('skills/list', {})
    expect(listed.map(({ resources }) => resources.map(({ uri }) => uri.slice('skill://outer/'.length)))).toEqual([
      ['SKILL.md', 'a.md', 'inner/SKILL.md'],
      ['inner/SKILL.md'],
    ])
  })
})

describe('a skill that no host could load', () => {
  const text = (frontmatter: string) => `---\n${frontmatter}\n---\n# x\n`
  it.each<[string, SkillDefinitions, string]>([
    ['name', { Refunds: { description: 'x', body: 'y' } }, 'its name "Refunds" needs'],
    ['hyphens', { 'a--b': { description: 'x', body: 'y' } }, 'single hyphens'],
    ['path', { '../a': { description: 'x', body: 'y' } }, '".." cannot be part of its path'],
    ['empty path', { '': { description: 'x', body: 'y' } }, 'cannot be part of its path'],
    ['description', { a: { description: ' ', body: 'y' } }, 'no description'],
    ['long description', { a: { description: 'x'.repeat(1025), body: 'y' } }, '1025 characters'],
    ['reserved key', { a: { description: 'x', body: 'y', metadata: { 'io.modelcontextprotocol/x': 1 } } }, 'reserved'],
    ['file', { a: { description: 'x', body: 'y', files: { '../b': 'z' } } }, 'would leave it'],
    ['absolute file', { a: { description: 'x', body: 'y', files: { '/b': 'z' } } }, 'would leave it'],
    ['backslash', { a: { description: 'x', body: 'y', files: { 'c\\d': 'z' } } }, 'would leave it'],
    [
      'number of files',
      {
        a: {
          description: 'x',
          body: 'y',
          files: Object.fromEntries(Array.from({ length: 512 }, (_, at) => [`f${at}`, ''])),
        },
      },
      '513 files; hosts accept 512',
    ],
    [
      'size',
      { a: { description: 'x', body: 'y', files: { big: new Uint8Array(16 * 1024 * 1024) } } },
      'hosts accept 16777216',
    ],
    ['no SKILL.md', { a: { files: { 'b.md': 'z' } } }, 'it has no SKILL.md'],
    ['bytes', { a: { files: { 'SKILL.md': new Uint8Array([0xff]) } } }, 'does not begin with a line ---'],
    ['no frontmatter', { a: '# x' }, 'does not begin with a line ---'],
    ['another name', { a: text('name: b\ndescription: x') }, 'the name in its frontmatter is "b"'],
    ['ambiguous', { a: text('name: a\ndescription: x\nsince: 2026-01-01') }, 'the same at since'],
    ['no metadata', { a: text('name: a\ndescription: x\nmetadata: y1') }, 'its metadata is no record'],
    ['compatibility', { a: text('name: a\ndescription: x\ncompatibility: 3') }, 'its compatibility is no text'],
    [
      'nested limit',
      {
        a: { description: 'x', body: 'y', files: { big: new Uint8Array(9 * 1024 * 1024) } },
        'a/b': { description: 'x', body: 'y', files: { big: new Uint8Array(9 * 1024 * 1024) } },
      },
      'with the skills nested in it',
    ],
    [
      'conflict',
      { a: { description: 'x', body: 'y', files: { 'b/SKILL.md': 'other' } }, 'a/b': { description: 'x', body: 'y' } },
      'with other contents',
    ],
  ])('is refused when the module loads: %s', (_, definitions, message) => {
    expect(() => skills(definitions)).toThrow(DefinitionError)
    expect(() => skills(definitions)).toThrow(message)
    expect(() => skills(definitions)).toThrow('docs/errors.md#bad-skill')
  })
})
