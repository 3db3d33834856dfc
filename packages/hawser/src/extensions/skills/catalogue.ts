import { DefinitionError } from '../../call/index.ts'
import type { Resource, ResourceContents } from '../../protocol/index.ts'
import type { Frontmatter } from './frontmatter.ts'
import { mediaTypeOf } from './media-type.ts'
import { decodeText, type SkillFiles } from './skill-files.ts'

/** A skill as clients see it. (SEP-2640, skills) */
export interface Skill {
  readonly uri: string
  readonly frontmatter: Frontmatter
  /** Every file of the skill; `digest` is `sha256:` and 64 hexadecimal digits, `size` is in bytes. */
  readonly resources: readonly { readonly uri: string; readonly digest: string; readonly size: number }[]
}

const DIRECTORY = 'inode/directory'

/** All that is served, by URI. */
export interface Catalogue {
  /** In the order in which they were written down. Digests are made when they are first wanted. */
  readonly skills: () => Promise<ReadonlyMap<string, Skill>>
  readonly contents: ReadonlyMap<string, ResourceContents>
  /** The `SKILL.md` of each skill, as a resource. */
  readonly manifests: readonly Resource[]
  /** Direct children of every directory, sorted by name. */
  readonly directories: ReadonlyMap<string, readonly Resource[]>
}

/** The URI of a path below `skill://`. */
const uriOf = (...parts: readonly string[]): string =>
  `skill://${parts
    .flatMap((part) => part.split('/'))
    .map(encodeURIComponent)
    .join('/')}`

/** @throws DefinitionError `bad-skill` when two skills serve different files under one URI. */
export function createCatalogue(all: readonly SkillFiles[]): Catalogue {
  const contents = new Map<string, ResourceContents>()
  const bytesOf = new Map<string, Uint8Array>()
  const directories = new Map<string, Map<string, Resource>>()
  for (const { path, frontmatter, files } of all) {
    addDirectories(directories, path)
    for (const [file, bytes] of files) {
      const uri = uriOf(path, file)
      const earlier = bytesOf.get(uri)
      // A nested skill is part of the one around it, which may bring its files, too.
      if (earlier !== undefined && !isSame(earlier, bytes))
        throw new DefinitionError(
          'bad-skill',
          `Skill "${path}": the file "${file}" is served by another skill with other contents.`,
        )
      bytesOf.set(uri, bytes)
      const text = decodeText(bytes)
      const mimeType = mediaTypeOf(file, text !== undefined)
      contents.set(uri, text === undefined ? { uri, mimeType, blob: toBase64(bytes) } : { uri, mimeType, text })
      const folder = `${path}/${file}`.split('/').slice(0, -1).join('/')
      addDirectories(directories, folder)
      const name = file.split('/').at(-1) ?? file
      const isManifest = file === 'SKILL.md'
      directories.get(uriOf(folder))?.set(name, {
        uri,
        name: isManifest ? frontmatter.name : name,
        ...(isManifest && { description: frontmatter.description }),
        mimeType,
        size: bytes.length,
      })
    }
  }
  let skills: Promise<ReadonlyMap<string, Skill>> | undefined
  return {
    contents,
    manifests: all.map(({ path, frontmatter: { name, description }, files }) => ({
      uri: uriOf(path, 'SKILL.md'),
      name,
      description,
      mimeType: 'text/markdown',
      size: files.get('SKILL.md')?.length ?? 0,
    })),
    directories: new Map(
      [...directories].map(([uri, children]) => [
        uri,
        [...children].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, child]) => child),
      ]),
    ),
    skills: () => (skills ??= digestAll(all)),
  }
}

/** Every directory from the first segment of a path on. */
function addDirectories(directories: Map<string, Map<string, Resource>>, path: string): void {
  const segments = path.split('/')
  for (const [index, name] of segments.entries()) {
    const uri = uriOf(segments.slice(0, index + 1).join('/'))
    if (!directories.has(uri)) directories.set(uri, new Map())
    if (index > 0)
      directories.get(uriOf(segments.slice(0, index).join('/')))?.set(name, { uri, name, mimeType: DIRECTORY })
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

async function digestAll(all: readonly SkillFiles[]): Promise<ReadonlyMap<string, Skill>> {
  const entries = all.map(async ({ path, frontmatter, files }): Promise<[string, Skill]> => {
    const resources = [...files].map(async ([file, bytes]) => ({
      uri: uriOf(path, file),
      digest: await digestOf(bytes),
      size: bytes.length,
    }))
    const uri = uriOf(path, 'SKILL.md')
    return [uri, { uri, frontmatter, resources: await Promise.all(resources) }]
  })
  return new Map(await Promise.all(entries))
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))
  return `sha256:${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** 32 KiB at a time, since `String.fromCharCode` takes its characters as arguments. */
const CHUNK = 0x8000

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return btoa(binary)
}
