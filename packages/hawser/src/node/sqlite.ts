export { sqliteAudit, type SqliteAudit } from './audit/sqlite-audit.ts'
export { sqliteTasks, type SqliteTasks, type SqliteTasksOptions } from './sqlite-tasks.ts'
export { sqliteVault, type SqliteVault } from './sqlite-vault.ts'
