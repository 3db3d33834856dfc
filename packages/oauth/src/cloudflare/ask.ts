import { BindingError, objectsOf } from './binding.ts'
import type { Limits, Steps } from './oauth-object.ts'
import type { ObjectNamespace, ObjectPlace } from './runtime.ts'

/** Where objects are, and how many. */
export interface ObjectOptions extends ObjectPlace {
  /** The name of the binding in `wrangler.jsonc`. */
  readonly binding: string
  /** Keeps several stores of one binding apart. */
  readonly name: string
  /** A jurisdiction that data must not leave. */
  readonly jurisdiction?: string | undefined
}

interface Stub {
  readonly step: (limits: Limits, name: string, given: readonly unknown[]) => Promise<unknown>
}

type Answer<K extends keyof Steps> = Promise<Awaited<ReturnType<Steps[K]>>>

export interface Objects {
  /** A number below `most` for a text: the same each time, and foreseen by nobody outside. */
  readonly spread: (text: string, most: number) => number
  /** Has an object take a step. */
  readonly ask: <K extends keyof Steps>(object: string, name: K, ...given: Parameters<Steps[K]>) => Answer<K>
}

/** Steps that may be taken again when nobody knows whether they were. */
const REPEATABLE = /^(?:read|listGrants$|revokeGrants$|touch|saveConsent$|removeConsents$)/

export function createObjects({ binding, name, jurisdiction, locationHint }: ObjectOptions, limits: Limits): Objects {
  let namespace: ObjectNamespace<Stub> | undefined
  const find = (): ObjectNamespace<Stub> => {
    if (namespace) return namespace
    const found = objectsOf<Stub>(binding)
    return (namespace = jurisdiction === undefined ? found : found.jurisdiction(jurisdiction))
  }
  // A stub belongs to the request that it was made for, and is of no use after a failure.
  const once = (object: string, step: string, given: readonly unknown[]): Promise<unknown> =>
    find().getByName(`${name} ${object}`, { locationHint }).step(limits, step, given)

  const take = async (object: string, step: string, given: readonly unknown[]): Promise<unknown> => {
    try {
      return await once(object, step, given)
    } catch (error) {
      if (!isPassing(error) || !REPEATABLE.test(step)) throw explain(binding, error)
      return once(object, step, given)
    }
  }

  return {
    spread: (text, most) => Number.parseInt(find().idFromName(`place ${text}`).toString().slice(0, 12), 16) % most,
    ask: <K extends keyof Steps>(object: string, step: K, ...given: Parameters<Steps[K]>) =>
      // The other end is the same version of this code, or one whose steps answer alike.
      take(object, step, given) as Answer<K>,
  }
}

/** @see https://developers.cloudflare.com/durable-objects/best-practices/error-handling/ */
const isPassing = (error: unknown): boolean =>
  error instanceof Error &&
  'retryable' in error &&
  error.retryable === true &&
  !('overloaded' in error && error.overloaded)

/** What the runtime says of a binding that leads to another class, or to one without SQLite. */
function explain(binding: string, error: unknown): unknown {
  const message = error instanceof Error ? error.message : ''
  if (/does not implement|does not support RPC/.test(message)) {
    return new BindingError(binding, `The objects of the binding ${binding} are not of the class OAuthObject.`, {
      cause: error,
    })
  }
  return /SQL is not enabled/.test(message)
    ? new BindingError(binding, `The objects of the binding ${binding} have no SQLite storage.`, { cause: error })
    : error
}
