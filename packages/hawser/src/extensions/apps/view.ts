import { DefinitionError } from '../../call/index.ts'
import type { Icon, Meta } from '../../protocol/index.ts'
import { checkDomains, type ViewDomains } from './check-domains.ts'

/** The media type of a view. (ext-apps, ui resource format) */
export const MEDIA_TYPE = 'text/html;profile=mcp-app'

/** Abilities of a browser that a view may ask its host for. */
export type ViewPermission = 'camera' | 'microphone' | 'geolocation' | 'clipboardWrite'

/** What a view is and what it needs of its host. */
export interface ViewDefinition {
  /** `ui://` and a name that belongs to this server. */
  readonly uri: string
  /** A whole HTML document, or what makes one; hosts may keep it. */
  readonly html: string | (() => string | Promise<string>)
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly icons?: readonly Icon[] | undefined
  /** Origins that the view may reach; none when left out. */
  readonly csp?: ViewDomains | undefined
  readonly permissions?: readonly ViewPermission[] | undefined
  /** An origin of its own, in the form that the host asks for. */
  readonly domain?: string | undefined
  /** Whether the host draws a border and a background; hosts differ when it is left out. */
  readonly prefersBorder?: boolean | undefined
  /** Milliseconds that a host may keep the document; one minute when left out. */
  readonly ttl?: number | undefined
}

/** A page that a host shows beside the result of a tool: a value that tools are given. */
export interface View {
  readonly kind: 'view'
  readonly definition: ViewDefinition
  /** What hosts are told of it. */
  readonly meta: Meta
}

const URI = /^ui:\/\/[A-Za-z0-9][A-Za-z0-9._~%/-]{0,254}$/
const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i
const PERMISSIONS: readonly string[] = ['camera', 'microphone', 'geolocation', 'clipboardWrite']

/**
 * Defines a view: an HTML document that hosts show in a sandbox, where it gets the arguments and the result of a tool.
 *
 * @throws DefinitionError `bad-view`
 * @example
 * const dashboard = view({ uri: 'ui://tides/dashboard', html: page, csp: { connectDomains: ['https://api.example.com'] } })
 * const tides = withView(dashboard, app.tool({ … }))
 * @see io.modelcontextprotocol/ui, ext-apps 2026-01-26
 */
export function view(definition: ViewDefinition): View {
  const { uri, html, csp, permissions = [], domain, prefersBorder } = definition
  const refuse = (what: string): DefinitionError => new DefinitionError('bad-view', `View "${uri}": ${what}`)
  if (typeof uri !== 'string' || !URI.test(uri))
    throw refuse('its URI has to be ui:// and a name, such as ui://tides/dashboard.')
  if (typeof html === 'string' && !/^\uFEFF?\s*(?:<!--[\s\S]*?-->\s*)*<!doctype html\b/i.test(html)) {
    throw refuse('its HTML is no whole document. Begin with <!doctype html>.')
  }
  const unknown = permissions.find((permission) => !PERMISSIONS.includes(permission))
  if (unknown !== undefined) throw refuse(`there is no permission "${unknown}". There are ${PERMISSIONS.join(', ')}.`)
  if (domain !== undefined && !DOMAIN.test(domain)) throw refuse(`"${domain}" is no domain.`)
  const problem = csp && checkDomains(csp)
  if (problem !== undefined) throw refuse(problem)
  const ui = Object.entries({
    csp,
    permissions:
      permissions.length > 0 ? Object.fromEntries(permissions.map((permission) => [permission, {}])) : undefined,
    domain,
    prefersBorder,
  }).filter(([, value]) => value !== undefined)
  return { kind: 'view', definition, meta: ui.length === 0 ? {} : { ui: Object.fromEntries(ui) } }
}
