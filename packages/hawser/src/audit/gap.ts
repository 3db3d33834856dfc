import { createId } from './clock.ts'
import type { AuditRecord } from './event.ts'

/** Says in the log itself that records had no room in it. */
export function createGap(lost: number, resource: string): AuditRecord {
  const time = Date.now()
  const id = createId(time)
  return {
    v: 1,
    id,
    ts: new Date(time).toISOString(),
    type: 'admin.records_lost',
    tenant: 'default',
    who: { kind: 'service' },
    client: { kind: 'none' },
    via: { resource, transport: 'stdio', protocol: '', requestId: id },
    op: { kind: 'auth', name: `${lost} records`, risk: 'high' },
    scope: { required: [], granted: [], used: [] },
  }
}
