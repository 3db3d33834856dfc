import { auditRole } from './audit/hosted-logs.ts'
import { createChangesRole } from './changes/hub.ts'
import { clientsRole } from './clients/clients-role.ts'
import { defineObject } from './define-object.ts'
import { limitsRole } from './limits/limits-role.ts'
import { noncesRole } from './nonces/nonces-role.ts'
import type { Role } from './role.ts'
import { sessionRole } from './sessions/session-role.ts'
import { tasksRole } from './tasks/tasks-role.ts'
import { vaultRole } from './vault/vault-role.ts'

/** By what the names of their objects begin with. */
export const ROLES: ReadonlyMap<string, Role> = /* @__PURE__ */ new Map([
  ['audit', auditRole],
  ['changes', /* @__PURE__ */ createChangesRole(20_000)],
  ['clients', clientsRole],
  ['limits', limitsRole],
  ['nonces', noncesRole],
  ['session', sessionRole],
  ['tasks', tasksRole],
  ['vault', vaultRole],
])

/**
 * The Durable Objects of all adapters of this package; a Worker that uses one of them exports this class.
 *
 * @example export { HawserObject } from 'hawser/cloudflare'
 * @see https://developers.cloudflare.com/durable-objects/
 */
export class HawserObject extends /* @__PURE__ */ defineObject(ROLES) {}
