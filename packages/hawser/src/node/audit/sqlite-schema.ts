import type { Schema } from '../schema-version.ts'

const TABLES = `
  CREATE TABLE IF NOT EXISTS audit (
    at INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    seq INTEGER NOT NULL,
    ts TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, seq)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS audit_heads (
    tenant TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    seal TEXT
  ) STRICT;
`

/** The tables of an audit log. */
export const AUDIT_SCHEMA: Schema = { kind: 'an audit log', applicationId: 0x68_77_61_75, versions: [TABLES] }
