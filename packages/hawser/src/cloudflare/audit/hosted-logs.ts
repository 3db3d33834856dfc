import { workers } from '#workers'
import { migrate } from '../migrate.ts'
import type { Role } from '../role.ts'

/** The audit logs that this Worker keeps: the object of one is of the same module, and finds here what to do. */
const logs = new Map<string, Role>()

/** @throws TypeError when there is a log of that name, since both would be kept in one object. */
export function registerLog(name: string, role: Role): void {
  if (workers.env === undefined) return
  if (logs.has(name))
    throw new TypeError(`Two audit logs are called "${name}". Give each a name of its own: keepAudit({ name }).`)
  logs.set(name, role)
}

/** Keeps the log `audit:<name>`. What that takes comes with `keepAudit`, so that Workers which keep none do not carry it. */
export const auditRole: Role = {
  schema: [],
  start: (state, env) => {
    const name = (state.id.name ?? '').slice('audit:'.length)
    const role = logs.get(name)
    if (role === undefined) {
      const message = `The Worker that exports HawserObject keeps no audit log called "${name}".`
      throw new Error(`${message} It has to call keepAudit as its module loads.`)
    }
    migrate(state.storage, role.schema)
    return role.start(state, env)
  },
}
