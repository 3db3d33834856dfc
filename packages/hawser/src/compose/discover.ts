import { type Call, precompute, type Reply } from '../call/index.ts'
import { type Extensions, isObject, type ServerCapabilities } from '../protocol/index.ts'
import type { Own } from '../server/mounts.ts'
import type { Gate } from './gate.ts'
import { hintOf } from './lists.ts'

const FEATURES = ['tools', 'prompts', 'resources'] as const

/** What a server can whose capabilities are not known now: its neighbours are offered all the same, and it may come back. */
const UNKNOWN: ServerCapabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
}

/** Answers `server/discover` for this server and the mounted ones. Their instructions are not passed on: they name other tools. */
export function createDiscover(gates: readonly Gate[], own: Own): (call: Call) => Promise<Reply> {
  const points = gates.map(({ point }) => point)
  return async (call) => {
    const reply = await own.handle(call)
    const sources = await Promise.all(gates.map((gate) => gate.remoteFor(call).discovered.get('fresh')))
    const theirs = sources.map(({ value }, index) => {
      const capabilities = value?.capabilities ?? UNKNOWN
      return { ...capabilities, extensions: pick(capabilities.extensions, points[index]?.extensions ?? []) }
    })
    const merged = theirs.reduce(mergeCapabilities, own.capabilities)
    return precompute({ ...reply, capabilities: merged, ...hintOf(sources, points, own.frame.cache) })
  }
}

function pick(extensions: Extensions | undefined, wanted: readonly string[]): Extensions {
  const offered = isObject(extensions) ? extensions : {}
  return Object.fromEntries(wanted.flatMap((id) => (Object.hasOwn(offered, id) ? [[id, offered[id]!]] : [])))
}

function mergeCapabilities(a: ServerCapabilities, b: ServerCapabilities): ServerCapabilities {
  const features = FEATURES.flatMap((feature) => {
    const offers = [a[feature], b[feature]].filter(isObject)
    if (offers.length === 0) return []
    const has = (flag: string): boolean => offers.some((offer) => offer[flag] === true)
    const subscribe = feature === 'resources' && has('subscribe') && { subscribe: true }
    return [[feature, { ...(has('listChanged') && { listChanged: true }), ...subscribe }] as const]
  })
  const extensions = { ...b.extensions, ...a.extensions }
  return {
    ...a,
    ...Object.fromEntries(features),
    ...((isObject(a.completions) || isObject(b.completions)) && { completions: {} }),
    ...((isObject(a.logging) || isObject(b.logging)) && { logging: {} }),
    ...(Object.keys(extensions).length > 0 && { extensions }),
  }
}
