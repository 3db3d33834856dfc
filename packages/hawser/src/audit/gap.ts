import { createStamp } from './clock.ts'
import type { AuditRecord } from './event.ts'

/** Says in the log itself that records had no room in it. */
export function createGap(lost: number, resource: string): AuditRecord {
  const { id, ts } = createStamp()
  return {
    v: 1,
    id,
    ts,
    type: 'admin.records_lost',
    tenant: 'default',
    who: { kind: 'service' },
    client: { kind: 'none' },
    via: { resource, transport: 'stdio', protocol: '', requestId: id },
    op: { kind: 'auth', name: `${lost} records`, risk: 'high' },
    scope: { required: [], granted: [], used: [] },
  }
}
