import { isObject, type Meta } from '../protocol/index.ts'
import type { Access, Effect, ServerCore } from '../server/index.ts'

/** A tool as people see it. */
export interface ShownTool {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly effect: Effect
  /** What it reaches and takes, in words. */
  readonly note: string
}

/** What else there is, by name. */
export interface ShownItem {
  readonly name: string
  readonly about: string
}

/** What a server offers, as people see it. */
export interface Shown {
  readonly tools: readonly ShownTool[]
  readonly resources: readonly ShownItem[]
  readonly prompts: readonly ShownItem[]
}

/** Most characters of a description; the rest is for models. */
const MAX_ABOUT = 280

/**
 * What strangers may read of a server: as much as its lists show to whoever has not signed in, which is all where they show all.
 *
 * @example
 * describeServer(server).tools.map(({ title, effect, note }) => `${title}: ${effect}. ${note}`)
 */
export function describeServer({ parts, auth }: Pick<ServerCore, 'parts' | 'auth'>): Shown {
  const { tools, resources, prompts, scopes, shows } = parts
  const isShown = ({ access }: { readonly access: Access }): boolean => shows?.(access, undefined) ?? true
  const needs = ({ isPublic, scopes: all }: Access): readonly string[] => {
    if (all.length > 0)
      return [`Needs: ${all.map((scope) => `${scopes.get(scope)?.definition.title} (${scope})`).join(', ')}`]
    return auth !== undefined ? [isPublic ? 'Open to everybody' : 'Needs a sign-in'] : []
  }
  return {
    tools: [...tools.values()]
      .filter((tool) => isShown(tool) && !isForViews(tool.definition.meta))
      .map(({ name, definition, access }) => ({
        name,
        title: definition.title ?? name,
        about: shorten(definition.description),
        effect: definition.effect,
        note: [...(definition.external === true ? ['Reaches other services'] : []), ...needs(access)].join(' · '),
      })),
    resources: resources
      .filter((item) => isShown(item) && !item.definition.uri.startsWith('ui:'))
      .map(({ definition: { uri, title, description = '' } }) => ({
        name: uri,
        about: shorten(title ?? description),
      })),
    prompts: [...prompts.values()].filter(isShown).map(({ name, definition: { title, description } }) => ({
      name: title ?? name,
      about: shorten(description),
    })),
  }
}

/** Tools and resources of views are no use to anybody but their view. (SEP-1865) */
function isForViews(meta: Meta | undefined): boolean {
  const ui = meta?.['ui']
  return isObject(ui) && Array.isArray(ui['visibility']) && !ui['visibility'].includes('model')
}

/** The first paragraph, on one line, cut between words. */
function shorten(text: string): string {
  const [first = ''] = text.trim().split(/\n\s*\n/, 1)
  const line = first.replace(/\s+/g, ' ')
  return line.length <= MAX_ABOUT ? line : `${line.slice(0, MAX_ABOUT).replace(/\s\S*$/, '')} …`
}
