import { type Call, isCallOf, ProtocolError } from '../call/index.ts'
import type { Own } from '../server/mounts.ts'
import { unknownPrompt, unknownResource, unknownTemplate, unknownTool } from '../server/unknown.ts'
import type { Catalogue } from './catalogue.ts'
import type { Gate } from './gate.ts'
import { claimant, familiesOf, type Target } from './merge.ts'
import type { MountPoint } from './mount-point.ts'
import type { OwnLists } from './own-lists.ts'

/** Finds the mounted server that a call is for, by what is listed; nothing when this server answers it itself. */
export interface Find {
  readonly named: (kind: 'tools' | 'prompts', name: string, call: Call) => Promise<Target | undefined>
  readonly resource: (uri: string, call: Call) => Promise<Target | undefined>
  readonly template: (uriTemplate: string, call: Call) => Promise<Target | undefined>
  /** For any method that names something. */
  readonly target: (call: Call) => Promise<Target | undefined>
  readonly owner: (uri: string, call: Call) => Promise<MountPoint | undefined>
}

/** Lists are asked again for what is not in them: they may have changed. */
const NEEDS = ['known', 'renewed'] as const

export function createFind(catalogue: Catalogue, gates: readonly Gate[], own: Own, lists: OwnLists): Find {
  const points = gates.map(({ point }) => point)
  const templates = new Set(lists.templates.map(({ listing }) => listing.uriTemplate))
  const isOwnUri = (uri: string): boolean => own.find(uri) !== undefined

  /** @throws ProtocolError `invalid_params` for a URI that two mounted servers answer. */
  const findRead = async (uri: string, call: Call): Promise<Target | undefined> => {
    if (isOwnUri(uri)) return undefined
    const claimed = claimant(uri, points)
    const gate = gates.find(({ point }) => point === claimed)
    if (gate !== undefined) return { remote: gate.remoteFor(call), name: uri, access: gate.point.access }
    for (const need of NEEDS) {
      const { table } = await catalogue.resources(call, need)
      const listed = table.targets.get(uri)
      if (listed !== undefined) return listed
      const families = await catalogue.templates(call, need)
      const [remote, ...others] = familiesOf(uri, families.table)
      if (others.length > 0) {
        throw new ProtocolError(
          'invalid_params',
          'This URI belongs to families of several mounted servers, so it is not known which of them is meant.',
          {
            data: { uri: uri.slice(0, 2048) },
          },
        )
      }
      if (remote !== undefined) return { remote, name: uri, access: remote.point.access }
    }
    return undefined
  }

  const find: Find = {
    named: async (kind, name, call) => {
      if (own[kind].has(name)) return undefined
      for (const need of NEEDS) {
        const { table } = await catalogue[kind](call, need)
        const target = table.targets.get(name)
        if (target !== undefined) return target
      }
      throw kind === 'tools' ? unknownTool(name) : unknownPrompt(name)
    },
    resource: async (uri, call) => {
      const target = await findRead(uri, call)
      if (target !== undefined || isOwnUri(uri)) return target
      throw unknownResource(uri)
    },
    template: async (uriTemplate, call) => {
      if (templates.has(uriTemplate)) return undefined
      for (const need of NEEDS) {
        const { table } = await catalogue.templates(call, need)
        const target = table.targets.get(uriTemplate)
        if (target !== undefined) return target
      }
      throw unknownTemplate(uriTemplate)
    },
    target: async (call) => {
      if (isCallOf(call, 'tools/call')) return find.named('tools', call.params.name, call)
      if (isCallOf(call, 'prompts/get')) return find.named('prompts', call.params.name, call)
      if (isCallOf(call, 'resources/read')) return find.resource(call.params.uri, call)
      if (!isCallOf(call, 'completion/complete')) return undefined
      const { ref } = call.params
      return ref.type === 'ref/resource' ? find.template(ref.uri, call) : find.named('prompts', ref.name, call)
    },
    owner: async (uri, call) => {
      const target = await findRead(uri, call).catch(() => undefined)
      return target?.remote.point
    },
  }
  return find
}
