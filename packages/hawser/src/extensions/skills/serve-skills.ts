import { type Call, type Handle, isCallOf, ProtocolError, type Reply } from '../../call/index.ts'
import { type CacheHint, type Meta, type RequestMeta, type Resource } from '../../protocol/index.ts'
import type { ServerExtension } from '../../server/index.ts'
import { createCatalogue, type Skill } from './catalogue.ts'
import { nestSkills } from './nest.ts'
import { compileSkill, type SkillDefinition } from './skill-files.ts'

/** How skills are shown. */
export interface SkillsOptions {
  /** Milliseconds that clients may keep what they are told; one minute when left out. */
  readonly ttl?: number | undefined
  /** Whether `resources/list` shows the `SKILL.md` of each skill; it does when left out. They can be read either way. */
  readonly list?: boolean | undefined
  /** Entries per page; 100 when left out. */
  readonly pageSize?: number | undefined
}

const SKILLS = 'io.modelcontextprotocol/skills'

/** Skills by their path, such as `refunds` or `acme/billing/refunds`; the last part is the name. */
export interface SkillDefinitions {
  readonly [path: string]: SkillDefinition
}

/**
 * Serves Agent Skills: instructions with their files, which a client loads when they are needed. Each file is a resource
 * under `skill://`, and clients are told its digest and its size. Everything is read once, when the module loads.
 *
 * @throws DefinitionError `bad-skill` for what no host could load.
 * @example
 * const guides = skills({ refunds: { description: 'Refund an order. Use it when a customer asks for money back.', body: '# Refunds\n…' } })
 * export default shop.server({ tools, use: [guides] })
 * @see io.modelcontextprotocol/skills, SEP-2640, https://agentskills.io/specification
 */
export function skills(definitions: SkillDefinitions, options: SkillsOptions = {}): ServerExtension {
  const { ttl = 60_000, list = true, pageSize = 100 } = options
  const all = Object.entries(definitions).map(([path, definition]) => compileSkill(path, definition))
  const catalogue = createCatalogue(nestSkills(all))
  const hint: CacheHint = { ttlMs: ttl > 0 ? Math.trunc(ttl) : 0, cacheScope: 'public' }
  return {
    id: SKILLS,
    settings: { directoryRead: true },
    start: ({ resultMeta: _meta }) => {
      const listSkills = async ({ params }: Call<'skills/list'>): Promise<Reply> => {
        const { page, nextCursor } = slice([...(await catalogue.skills()).values()], pageSize, params)
        return { skills: page, nextCursor, ...hint, _meta }
      }
      const getSkill = async ({ params }: Call<'skills/get'>): Promise<Reply> => {
        const uri = uriOf(params)
        const skill = (await catalogue.skills()).get(uri)
        if (skill === undefined)
          throw new ProtocolError('invalid_params', 'No skill is served at this URI.', {
            data: { uri: uri.slice(0, 2048) },
          })
        return { skill, ...hint, _meta }
      }
      const readDirectory = ({ params }: Call<'resources/directory/read'>): Reply => {
        const uri = uriOf(params)
        const children = catalogue.directories.get(uri)
        if (children === undefined)
          throw new ProtocolError('invalid_params', 'This URI is not that of a directory.', {
            data: { uri: uri.slice(0, 2048) },
          })
        const { page, nextCursor } = slice(children, pageSize, params)
        return { resources: page, nextCursor, ...hint, _meta }
      }
      const read = (call: Call<'resources/read'>, next: Handle): Reply | Promise<Reply> => {
        const found = catalogue.contents.get(call.params.uri)
        return found === undefined ? next(call) : { contents: [found], ...hint, _meta }
      }
      const resources = async (call: Call<'resources/list'>, next: Handle): Promise<Reply> => {
        const reply = await orNone(next(call), { resources: [], ...hint, _meta })
        if (!list || !('resources' in reply) || reply.nextCursor !== undefined) return reply
        // The skills stand on the last page.
        return {
          ...reply,
          resources: [...reply.resources, ...catalogue.manifests],
          ttlMs: Math.min(reply.ttlMs, hint.ttlMs),
        }
      }
      const templates = (call: Call, next: Handle): Promise<Reply> =>
        orNone(next(call), { resourceTemplates: [], ...hint, _meta })
      return {
        interceptor: (next) => async (call) => {
          if (isCallOf(call, 'resources/read')) return read(call, next)
          if (isCallOf(call, 'resources/list')) return resources(call, next)
          if (isCallOf(call, 'resources/templates/list')) return templates(call, next)
          if (isCallOf(call, 'server/discover')) return withResources(await next(call))
          if (isCallOf(call, 'skills/list')) return listSkills(call)
          if (isCallOf(call, 'skills/get')) return getSkill(call)
          if (isCallOf(call, 'resources/directory/read')) return readDirectory(call)
          return next(call)
        },
      }
    },
  }
}

/** The files are read as resources, so the server has some. */
function withResources(reply: Reply): Reply {
  if (!('capabilities' in reply) || reply.capabilities.resources !== undefined) return reply
  return { ...reply, capabilities: { ...reply.capabilities, resources: {} } }
}

/** A server without resources of its own does not know the method. */
async function orNone(reply: Promise<Reply>, none: Reply): Promise<Reply> {
  try {
    return await reply
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'method_not_found') return none
    throw error
  }
}

/** Params of methods that only extensions know come unchecked. */
type Params = { readonly uri?: unknown; readonly cursor?: unknown }

function uriOf({ uri }: Params): string {
  if (typeof uri === 'string') return uri
  throw new ProtocolError('invalid_params', 'params.uri must be a string')
}

/** One page of a list that never changes while the process runs. */
function slice<T>(
  items: readonly T[],
  pageSize: number,
  { cursor }: Params,
): { readonly page: readonly T[]; readonly nextCursor?: string | undefined } {
  const start = cursor === undefined ? 0 : Number(cursor)
  if (cursor !== undefined && !(typeof cursor === 'string' && /^[1-9]\d{0,8}$/.test(cursor) && start < items.length)) {
    throw new ProtocolError('invalid_params', 'Unknown cursor. List again from the start.')
  }
  const end = start + pageSize
  return { page: items.slice(start, end), nextCursor: end < items.length ? String(end) : undefined }
}

interface Answer extends CacheHint {
  readonly _meta?: Meta
}

declare module '../../protocol/methods.ts' {
  interface Methods {
    'skills/list': {
      params: ListParams
      result: Answer & { readonly skills: readonly Skill[]; readonly nextCursor?: string }
    }
    'skills/get': {
      params: { readonly uri: string; readonly _meta?: RequestMeta }
      result: Answer & { readonly skill: Skill }
    }
    'resources/directory/read': {
      params: ListParams & { readonly uri: string }
      result: Answer & { readonly resources: readonly Resource[]; readonly nextCursor?: string }
    }
  }
}
