import { foldName, type TakenNames } from './check-names.ts'
import { checkHeaderFields } from '../schema/header-fields.ts'
import { type HeaderField, isObject } from '../protocol/index.ts'
import { match } from '../uri-template/match.ts'
import type { Access } from '../server/access.ts'
import { mountedMeta } from '../server/listed-scopes.ts'
import { parseTemplate } from '../uri-template/parse.ts'
import type { UriTemplate } from '../uri-template/template.ts'
import type { Exclude } from './exclusions.ts'
import { exposedName, type MountPoint } from './mount-point.ts'
import type { Entries, Remote } from './remote.ts'

/** What a name or a URI that clients see stands for: the pair that is kept, so that nothing is read back from the name. */
export interface Target {
  readonly remote: Remote
  /** As the mounted server knows it. */
  readonly name: string
  readonly access: Access
}

export interface Row<E extends object = object> {
  /** As clients see it. */
  readonly entry: E
  readonly access: Access
}

/** One list of all mounted servers. */
export interface Table<E extends object = object> {
  readonly rows: readonly Row<E>[]
  /** By what clients send. */
  readonly targets: ReadonlyMap<string, Target>
}

/** What each mounted server lists, in the order of the mounts. */
export type Listed<E extends object> = readonly { readonly remote: Remote; readonly entries: readonly E[] }[]

/** UTF-16 units of one entry as JSON. */
const MAX_ENTRY = 262_144

/** Words that hosts and models handle; prompts may have letters of any one script. */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/
const PROMPT_NAME = /^[\p{L}\p{N}\p{M}_. -]{1,128}$/u
const LATIN = /\p{Script=Latin}/u
const LOOKS_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}]/u

/** Puts the tools or the prompts of all mounts under names that no client takes for each other. */
function mergeNamed<E extends { readonly name: string }>(
  what: 'tool' | 'prompt',
  listed: Listed<E>,
  own: TakenNames,
  findProblem: (entry: E, exposed: string) => string | undefined,
  exclude: Exclude,
): Table<E> {
  // What begins with the prefix of another mount is that one's, also while it cannot be asked.
  const starts = listed
    .map(({ remote: { point } }) => ({ point, start: foldName(`${point.prefix}_`) }))
    .filter(({ point }) => point.prefix !== '')
  const rows: Row<E>[] = []
  const targets = new Map<string, Target>()
  const taken = new Map(own)
  for (const { remote, entries } of listed) {
    const { name: mount, prefix } = remote.point
    for (const entry of entries) {
      const { name } = entry
      // Strangers list what is no text, too; `findProblem` says so.
      const exposed = typeof name === 'string' ? exposedName(prefix, name) : ''
      const folded = foldName(exposed)
      const ownLength = prefix === '' ? 0 : foldName(`${prefix}_`).length
      const owner = starts.find(
        ({ point, start }) => point !== remote.point && start.length > ownLength && folded.startsWith(start),
      )
      const other = taken.get(folded)
      const problem =
        findProblem(entry, exposed) ??
        findSizeProblem(entry) ??
        (owner === undefined ? undefined : `names that begin so are those of the mount "${owner.point.name}"`) ??
        (other === undefined
          ? undefined
          : other === exposed
            ? `"${other}" is another one`
            : `clients could take it for "${other}"`)
      if (problem !== undefined) {
        exclude(mount, what, name, problem)
        continue
      }
      taken.set(folded, exposed)
      const access = (what === 'tool' ? remote.point.toolAccess.get(name) : undefined) ?? remote.point.access
      targets.set(exposed, { remote, name, access })
      rows.push({ entry: expose(entry, exposed, access), access })
    }
  }
  return { rows, targets }
}

/** An entry as clients see it. */
function expose<E extends object>(entry: E & { readonly _meta?: unknown }, name: string, access: Access): E {
  return { ...entry, name, _meta: mountedMeta(entry._meta, access) }
}

function findSizeProblem(entry: object): string | undefined {
  return JSON.stringify(entry).length > MAX_ENTRY ? `it takes more than ${MAX_ENTRY} characters` : undefined
}

/** Why a tool cannot be passed on. */
function findToolProblem({ name, inputSchema }: Entries['tools'], exposed: string): string | undefined {
  if (typeof name !== 'string' || !TOOL_NAME.test(exposed)) return `"${exposed.slice(0, 160)}" is no name for a tool`
  if (!isObject(inputSchema) || inputSchema['type'] !== 'object') return 'its input schema is not that of an object'
  return checkHeaderFields(inputSchema).error?.message
}

/** Why a prompt cannot be passed on. */
function findPromptProblem({ name }: Entries['prompts'], exposed: string): string | undefined {
  if (typeof name !== 'string' || !PROMPT_NAME.test(exposed)) return 'that is no name for a prompt'
  return LATIN.test(name) && LOOKS_LATIN.test(name) ? 'it mixes scripts that look alike' : undefined
}

/** Tools, with the arguments of each that HTTP mirrors into headers. */
export interface ToolTable extends Table<Entries['tools']> {
  readonly headerFields: ReadonlyMap<string, readonly HeaderField[]>
}

export function mergeTools(listed: Listed<Entries['tools']>, own: TakenNames, exclude: Exclude): ToolTable {
  for (const { remote, entries } of listed) {
    const { name: mount, toolAccess } = remote.point
    // One that lists nothing may be one that cannot be asked.
    if (entries.length === 0 || toolAccess.size === 0) continue
    const names = new Set(entries.map(({ name }) => name))
    for (const tool of toolAccess.keys()) if (!names.has(tool)) exclude.miss(mount, tool)
  }
  const table = mergeNamed('tool', listed, own, findToolProblem, exclude)
  const headerFields = new Map(
    table.rows.map(({ entry }) => [entry.name, checkHeaderFields(entry.inputSchema).fields ?? []]),
  )
  return { ...table, headerFields }
}

export function mergePrompts(
  listed: Listed<Entries['prompts']>,
  own: TakenNames,
  exclude: Exclude,
): Table<Entries['prompts']> {
  return mergeNamed('prompt', listed, own, findPromptProblem, exclude)
}

/** Who answers a URI by claim; claims do not overlap. */
export function claimant(uri: string, points: Iterable<MountPoint>): MountPoint | undefined {
  for (const point of points) if (point.uris.some((start) => uri.startsWith(start))) return point
  return undefined
}

/** Resources keep their URIs, since tools and views name them; each has one server that answers it. */
export function mergeResources(
  listed: Listed<Entries['resources']>,
  points: readonly MountPoint[],
  isOwnUri: (uri: string) => boolean,
  exclude: Exclude,
): Table<Entries['resources']> {
  const rows: Row<Entries['resources']>[] = []
  const targets = new Map<string, Target>()
  for (const { remote, entries } of listed) {
    for (const entry of entries) {
      const { uri, name } = entry
      const owner = typeof uri === 'string' ? claimant(uri, points) : undefined
      const other = typeof uri === 'string' ? targets.get(uri) : undefined
      const problem =
        typeof uri !== 'string' || typeof name !== 'string'
          ? 'it lacks a URI or a name'
          : isOwnUri(uri)
            ? 'this server answers it itself'
            : owner !== undefined && owner !== remote.point
              ? `mount "${owner.name}" claims it`
              : other !== undefined
                ? `mount "${other.remote.point.name}" lists it already`
                : findSizeProblem(entry)
      if (problem !== undefined) {
        exclude(remote.point.name, 'resource', uri, problem)
        continue
      }
      const { prefix, access } = remote.point
      targets.set(uri, { remote, name: uri, access })
      rows.push({ entry: expose(entry, exposedName(prefix, name), access), access })
    }
  }
  return { rows, targets }
}

/** Families of resources, with what it takes to find the one that a URI belongs to. */
export interface TemplateTable extends Table<Entries['templates']> {
  readonly families: readonly { readonly template: UriTemplate; readonly remote: Remote }[]
}

export function mergeTemplates(
  listed: Listed<Entries['templates']>,
  own: readonly { readonly uriTemplate: string }[],
  exclude: Exclude,
): TemplateTable {
  const rows: Row<Entries['templates']>[] = []
  const targets = new Map<string, Target>()
  const families: { template: UriTemplate; remote: Remote }[] = []
  const taken = new Set(own.map(({ uriTemplate }) => uriTemplate))
  for (const { remote, entries } of listed) {
    for (const entry of entries) {
      const { uriTemplate, name } = entry
      const template = typeof uriTemplate === 'string' && typeof name === 'string' ? tryParse(uriTemplate) : undefined
      const problem =
        template?.pattern === undefined
          ? 'it cannot be told from a URI whether it belongs to it'
          : taken.has(uriTemplate)
            ? 'it is listed already'
            : findSizeProblem(entry)
      if (template === undefined || problem !== undefined) {
        exclude(remote.point.name, 'resource template', uriTemplate, problem ?? 'it is no template')
        continue
      }
      taken.add(uriTemplate)
      const { prefix, access } = remote.point
      targets.set(uriTemplate, { remote, name: uriTemplate, access })
      families.push({ template, remote })
      rows.push({ entry: expose(entry, exposedName(prefix, name), access), access })
    }
  }
  return { rows, targets, families }
}

/** The servers one of whose families a URI belongs to. */
export function familiesOf(uri: string, { families }: TemplateTable): ReadonlySet<Remote> {
  return new Set(
    families
      .filter(({ template }) => match(template, uri, { traversal: true }) !== undefined)
      .map(({ remote }) => remote),
  )
}

function tryParse(text: string): UriTemplate | undefined {
  try {
    return parseTemplate(text)
  } catch {
    return undefined
  }
}
