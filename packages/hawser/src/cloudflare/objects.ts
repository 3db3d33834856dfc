import { findBinding, hasMethods, notGiven } from './find-binding.ts'
import type { RoleMethods } from './role.ts'
import type { UpgradeResponse } from './runtime.ts'

interface Stub {
  invoke(method: string, args: readonly unknown[]): Promise<unknown>
  fetch(request: Request): Promise<Response & UpgradeResponse>
}

interface Namespace {
  getByName(name: string): Stub
}

/** Objects of one role, each reached by its name. */
export interface Objects<M extends RoleMethods> {
  /** Calls a method of an object. */
  readonly call: <K extends keyof M & string>(
    name: string,
    method: K,
    ...args: Parameters<M[K]>
  ) => Promise<Awaited<ReturnType<M[K]>>>
  /** Opens a socket to an object. */
  readonly connect: (name: string) => Promise<UpgradeResponse>
  /** Has an object answer a request. */
  readonly forward: (name: string, request: Request) => Promise<Response>
}

/** Attempts at a call that may be made twice, and milliseconds before the second. */
const ATTEMPTS = 3
const PAUSE = 50

/**
 * Finds the objects of a role by the name of a binding.
 *
 * @param role What the names of its objects begin with.
 * @param user Who wants it, for errors: `durableChanges`.
 * @param repeatable Methods that may be called twice, so that they are when the runtime says that it is worth it.
 * @throws TypeError when there is no such binding, with the lines that make one.
 */
export function openObjects<M extends RoleMethods>(
  binding: string,
  role: string,
  user: string,
  repeatable: readonly (keyof M)[] = [],
): Objects<M> {
  // Elsewhere a server may still be loaded, to be listed or tested.
  const namespace = findBinding(binding, {
    user,
    option: 'binding',
    what: 'one of Durable Objects',
    isIt: (value): value is Namespace => hasMethods(value, ['getByName', 'idFromName']),
    describe: describeBinding,
  })
  const open = (name: string): Stub => {
    if (namespace !== undefined) return namespace.getByName(`${role}:${name}`)
    throw notGiven(binding, { user, option: 'binding' })
  }
  const call = async (name: string, method: string, args: readonly unknown[]): Promise<unknown> => {
    for (let attempt = 1; ; attempt++) {
      try {
        // A stub is of no use after it has failed once.
        return await open(name).invoke(method, args)
      } catch (error) {
        if (attempt === ATTEMPTS || !repeatable.includes(method) || !isWorthIt(error)) throw explain(error, binding)
        await new Promise((resolve) => setTimeout(resolve, PAUSE * attempt))
      }
    }
  }
  return {
    // What the other side returns is what the role of this package returns.
    call: (name, method, ...args) => call(name, method, args) as never,
    connect: async (name) =>
      open(name).fetch(new Request('https://hawser.invalid/', { headers: { upgrade: 'websocket' } })),
    forward: async (name, request) => open(name).fetch(request),
  }
}

function describeBinding(binding: string): string {
  return `wrangler.jsonc needs these lines:

  "durable_objects": { "bindings": [{ "name": "${binding}", "class_name": "HawserObject" }] },
  "migrations": [{ "tag": "hawser", "new_sqlite_classes": ["HawserObject"] }],

and the main module of the Worker this one:

  export { HawserObject } from 'hawser/cloudflare'
`
}

/** The runtime tells what is worth another attempt. An object that is overloaded is not. */
function isWorthIt(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { retryable, overloaded } = error as { readonly retryable?: unknown; readonly overloaded?: unknown }
  return retryable === true && overloaded !== true
}

function explain(error: unknown, binding: string): unknown {
  if (!(error instanceof Error) || !error.message.includes('does not implement')) return error
  const message = `The binding ${binding} leads to another class than HawserObject of hawser/cloudflare.`
  return new Error(`${message} ${describeBinding(binding)}`, { cause: error })
}
