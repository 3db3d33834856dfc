import { workers } from '#workers'
import type { ObjectNamespace } from './runtime.ts'

/** What a person adds to `wrangler.jsonc`. */
const linesFor = (binding: string): string => `
  "durable_objects": { "bindings": [{ "name": ${JSON.stringify(binding)}, "class_name": "OAuthObject" }] },
  "migrations": [{ "tag": "oauth-1", "new_sqlite_classes": ["OAuthObject"] }]

and to the main module of the Worker:

  export { OAuthObject } from '@hawser/oauth/cloudflare'`

/** A binding that cannot do what it is for. The message says what is there, and the lines that are missing. */
export class BindingError extends Error {
  override readonly name = 'BindingError'

  constructor(binding: string, problem: string, options?: ErrorOptions) {
    super(`${problem} Add to wrangler.jsonc:\n${linesFor(binding)}`, options)
  }
}

/**
 * The Durable Objects of a binding.
 *
 * @throws BindingError when this Worker has no binding of that name, or one of another kind.
 */
export function objectsOf<Stub>(binding: string): ObjectNamespace<Stub> {
  const { env } = workers
  if (env === undefined) {
    throw new BindingError(
      binding,
      `The binding ${binding} is one of Cloudflare Workers, and this program is no Worker.`,
    )
  }
  const found = env[binding]
  if (isNamespace<Stub>(found)) return found
  const others = Object.keys(env).filter((name) => isNamespace(env[name]))
  throw new BindingError(
    binding,
    found === undefined
      ? `This Worker has no binding ${binding}${others.length > 0 ? `, but it has ${others.join(', ')}` : ''}.`
      : `The binding ${binding} of this Worker is none of Durable Objects.`,
  )
}

/** For when modules load: tells at once what is missing, and nothing where this is no Worker. */
export function checkBinding(binding: string): void {
  if (workers.env !== undefined) objectsOf(binding)
}

const isNamespace = <Stub>(value: unknown): value is ObjectNamespace<Stub> =>
  typeof value === 'object' && value !== null && 'idFromName' in value && 'getByName' in value
