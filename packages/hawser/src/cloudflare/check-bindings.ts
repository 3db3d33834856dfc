import { findMissing } from '../server/index.ts'

interface Item {
  readonly name: string
  readonly definition: { readonly bindings?: readonly string[] | undefined }
}

/** What of a server says which bindings it uses, with the servers that are mounted in it. */
export interface Bound {
  readonly parts?: {
    readonly tools: ReadonlyMap<string, Item>
    readonly resources: readonly Item[]
    readonly prompts: ReadonlyMap<string, Item>
    readonly mounts: Readonly<Record<string, { readonly definition: { readonly local?: Local | undefined } }>>
  }
}

/** A server of the same module that is mounted, and what it is given. */
interface Local {
  readonly server: Bound
  readonly env: unknown
}

/**
 * Looks when the module loads whether all bindings are there that tools, resources and prompts name, also those of servers that are
 * mounted. Of one that is mounted by its address nothing is known.
 *
 * @param env What the Worker has; absent elsewhere than on Workers, where nothing is looked at.
 * @throws TypeError that names the item and the binding.
 */
export function checkBindings(server: Bound, env: object | undefined): void {
  if (env === undefined) return
  check(server, env, 'this Worker does not have', 'Add it to wrangler.jsonc, or take it out of `bindings`.')
}

function check({ parts }: Bound, env: unknown, lack: string, fix: string): void {
  if (parts === undefined) return
  const { tools, resources, prompts, mounts } = parts
  const kinds = { tool: tools.values(), resource: resources, prompt: prompts.values() }
  for (const [kind, items] of Object.entries(kinds)) {
    for (const { name, definition } of items) {
      const missing = findMissing(definition.bindings ?? [], env)
      if (missing === undefined) continue
      const known = typeof env === 'object' && env !== null ? Object.keys(env).join(', ') : ''
      throw new TypeError(
        `The ${kind} "${name}" needs the binding ${missing}, which ${lack}. It has: ${known || 'none'}. ${fix}`,
      )
    }
  }
  for (const [name, { definition }] of Object.entries(mounts)) {
    const { server, env: given } = definition.local ?? {}
    if (server !== undefined)
      check(server, given, `the mount "${name}" is not given`, 'Give it: mount(server, { env: { … } }).')
  }
}
