import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Config {
  readonly compatibility_date: string
  readonly compatibility_flags: string[]
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] }
}

/** What `wrangler.jsonc` has wrangler tell miniflare. The file has commas behind last items, and no comments. */
export function readWrangler() {
  const text = readFileSync(join(import.meta.dirname, 'wrangler.jsonc'), 'utf8')
  const config = JSON.parse(text.replaceAll(/,(?=\s*[\]}])/g, '')) as Config
  const objects = config.durable_objects.bindings.map(
    ({ name, class_name: className }) => [name, { className, useSQLite: true }] as const,
  )
  return {
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    durableObjects: Object.fromEntries(objects),
  }
}
