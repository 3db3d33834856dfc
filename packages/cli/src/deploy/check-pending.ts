import { bad, type Finding, note } from '../doctor/check.ts'
import type { WorkerConfig } from '../wrangler/project.ts'
import { pendingMigrations } from './compare.ts'

/**
 * Looks at the migrations that a deployment would run.
 *
 * @param last The tag of the last one that has run.
 */
export function checkPending({ migrations }: WorkerConfig, last: string | undefined): readonly Finding[] {
  if (last !== undefined && !migrations.some(({ tag }) => tag === last)) {
    return [
      bad(
        `migration ${last} has run, and is not in "migrations" any more`,
        'Cloudflare goes on from the one that has run last, and refuses a list without it.',
        'Put it back where it was; a migration that has run stays in the list.',
      ),
    ]
  }
  return pendingMigrations(migrations, last).flatMap(({ tag, deleted_classes: deleted = [] }) =>
    deleted.map((name) =>
      note(
        `migration ${tag} deletes ${name}`,
        'What its objects store is deleted with it, and cannot be called back.',
        'Where it has another name now, say so instead: "renamed_classes": [{ "from": …, "to": … }]',
      ),
    ),
  )
}
