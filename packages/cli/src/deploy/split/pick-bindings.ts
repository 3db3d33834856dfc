import type { WorkerConfig } from '../../wrangler/project.ts'

/** Binds by `name`; all others by `binding`. */
const BY_NAME: ReadonlySet<string> = new Set(['ratelimits', 'send_email'])
/** Is served by the Worker that has it, whatever it is called. */
const ASSETS = 'assets'

type Settings = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The settings of a configuration that bind something, with those alone that have one of these names. Durable Objects are left to whoever
 * knows who owns them.
 */
export function pickBindings(config: WorkerConfig, names: ReadonlySet<string>): Settings {
  const isPicked = (name: string | undefined): boolean => name !== undefined && names.has(name)
  const picked = Object.entries(config as unknown as Settings).flatMap(([key, value]): [string, unknown][] => {
    if (Array.isArray(value)) {
      const items = value.filter((item) => isPicked(nameOf(key, item)))
      return items.length > 0 ? [[key, items]] : []
    }
    return isPicked(nameOf(key, value)) ? [[key, value]] : []
  })
  const producers = config.queues?.producers?.filter(({ binding }) => names.has(binding)) ?? []
  return { ...Object.fromEntries(picked), ...(producers.length > 0 && { queues: { producers } }) }
}

/** Whether a setting binds something. */
export function isBinding(key: string, value: unknown): boolean {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  return items.length > 0 && items.every((item) => nameOf(key, item) !== undefined)
}

/** The names of all that a configuration binds. */
export function boundNames(config: WorkerConfig): ReadonlySet<string> {
  const others = Object.entries(config as unknown as Settings).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((item) => nameOf(key, item) ?? []),
  )
  const producers = config.queues?.producers?.map(({ binding }) => binding) ?? []
  return new Set([...config.durable_objects.bindings.map(({ name }) => name), ...producers, ...others])
}

/** What something is bound to; absent for what binds nothing. */
function nameOf(key: string, item: unknown): string | undefined {
  if (key === ASSETS || !isRecord(item)) return undefined
  const name = item[BY_NAME.has(key) ? 'name' : 'binding']
  return typeof name === 'string' ? name : undefined
}
