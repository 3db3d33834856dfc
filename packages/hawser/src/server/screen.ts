import type { AuthorizationError, Call, Screen, Unopened } from '../call/index.ts'
import type { Access } from './access.ts'
import { readInput } from './call-tool.ts'
import type { CompiledPrompt } from './compile-prompt.ts'
import type { CompiledResource } from './compile-resource.ts'
import type { CompiledTool } from './compile-tool.ts'
import { readArgs } from './get-prompt.ts'
import type { Found } from './read-resource.ts'

export interface Screened {
  readonly tools: ReadonlyMap<string, CompiledTool>
  readonly prompts: ReadonlyMap<string, CompiledPrompt>
  readonly resources: readonly CompiledResource[]
  readonly find: (uri: string) => Found | undefined
  /** Those of extensions. */
  readonly others: readonly Screen[]
  /** Of what is mounted. */
  readonly accessOf: ((call: Pick<Call, 'method' | 'params'>) => Promise<Access | undefined>) | undefined
}

/** Looks at requests that are answered together, of which none may run when one of them may not. */
export function createScreen({ tools, prompts, resources, find, others, accessOf }: Screened): Screen {
  const templates = new Map(resources.map((resource) => [resource.definition.uri, resource]))
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const record = (value: unknown): Record<string, never> => (value ?? {}) as Record<string, never>

  const look = async ({ method, params, principal }: Unopened): Promise<AuthorizationError | undefined> => {
    const { name, uri, arguments: given, ref } = params
    switch (method) {
      case 'tools/call': {
        const tool = tools.get(text(name))
        if (tool === undefined) return undefined
        const isRead = tool.access.isDynamic && principal !== undefined
        return tool.access.refusal(principal, isRead ? await readInput(tool, record(given)) : undefined)
      }
      case 'prompts/get': {
        const prompt = prompts.get(text(name))
        if (prompt === undefined) return undefined
        const isRead = prompt.access.isDynamic && principal !== undefined
        return prompt.access.refusal(principal, isRead ? await readArgs(prompt, record(given)) : undefined)
      }
      case 'resources/read':
      case 'resources/subscribe': {
        const found = find(text(uri))
        return found?.resource.access.refusal(principal, found.variables)
      }
      case 'completion/complete': {
        const { type, name: prompt, uri: template } = record(ref)
        const item = type === 'ref/prompt' ? prompts.get(text(prompt)) : templates.get(text(template))
        return item?.access.refusal(principal)
      }
      default:
        return undefined
    }
  }
  const lookFurther = async (request: Unopened): Promise<AuthorizationError | undefined> => {
    for (const other of others) {
      const refusal = await other(request)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }
  return async (request) => {
    try {
      return (
        (await look(request)) ??
        (await lookFurther(request)) ??
        (await accessOf?.(request as unknown as Call))?.refusal(request.principal)
      )
    } catch {
      // It would fail without having run, and says how when it is called.
      return undefined
    }
  }
}
