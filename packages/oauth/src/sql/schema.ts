/** A grant has its refresh tokens in its own row: the good one, and the one before it for the time of grace. */
const FIRST = `
  CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    client_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    tenant TEXT,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    refresh_key TEXT,
    refresh_expires_at INTEGER,
    used_key TEXT,
    used_at INTEGER,
    sealed_response TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS grants_by_subject ON grants (subject);
  CREATE INDEX IF NOT EXISTS grants_by_client ON grants (client_id);
  CREATE INDEX IF NOT EXISTS grants_by_expiry ON grants (expires_at);
  CREATE TABLE IF NOT EXISTS codes (
    key TEXT PRIMARY KEY,
    is_used INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS codes_by_expiry ON codes (expires_at);
  CREATE TABLE IF NOT EXISTS signing_keys (
    kid TEXT PRIMARY KEY,
    signs_from INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS entries (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
`

/** Statements that lead from one version of the tables to the next; the first may run where there are tables already. */
export const VERSIONS: readonly string[] = [FIRST]

/** Each table, whose rows are forgotten at `expires_at`. */
export const TABLES = ['entries', 'grants', 'codes', 'signing_keys'] as const
