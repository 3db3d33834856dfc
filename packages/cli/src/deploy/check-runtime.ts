import { bad, type Finding, good, note } from '../doctor/check.ts'
import type { WorkerConfig } from '../wrangler/project.ts'
import type { Bundle } from './bundle.ts'

/** The last day of a runtime that is old enough to be worth a look. */
const OLD_MS = 365 * 24 * 60 * 60 * 1000
/** Signing and hashing as Hawser does it, and names that streams need. */
const EARLIEST = '2024-09-23'

/** The day whose runtime the Worker is made for, and the flags that what it uses needs. */
export function checkRuntime(
  { compatibility_date: date, compatibility_flags: flags }: WorkerConfig,
  { inputs }: Bundle,
): readonly Finding[] {
  if (date === undefined) {
    return [
      bad(
        'no compatibility_date',
        'The Worker would run as Workers did in 2021.',
        `Add "compatibility_date": "${new Date().toISOString().slice(0, 10)}"`,
      ),
    ]
  }
  const wrong: Finding[] = []
  if (date < EARLIEST) {
    wrong.push(
      bad(`compatibility_date ${date}`, 'Workers of that day lack what Hawser uses.', `Make it ${EARLIEST} or later.`),
    )
  } else if (Date.now() - Date.parse(date) > OLD_MS) {
    wrong.push(
      note(
        `compatibility_date ${date}`,
        'It is more than a year old; corrections since then are left out.',
        'Try a later one with hawser dev.',
      ),
    )
  }
  const reachesOut = inputs.some((file) => /[\\/](?:@hawser[\\/]|packages[\\/])oauth[\\/]/.test(file))
  if (reachesOut && !flags.includes('global_fetch_strictly_public')) {
    wrong.push(
      note(
        'without global_fetch_strictly_public',
        'An issuer fetches documents that strangers name; without the flag their names may lead to other Workers of your zone.',
        'Add "compatibility_flags": ["global_fetch_strictly_public"]',
      ),
    )
  }
  return wrong.length > 0 ? wrong : [good(date)]
}

/** Bytes of a compressed Worker, on the free plan and on the paid one. */
const FREE = 3 * 1024 * 1024
const PAID = 10 * 1024 * 1024

/** How large the Worker is. */
export function checkSize({ size, gzip }: Bundle): Finding {
  const found = `${kilobytes(gzip)} compressed, ${kilobytes(size)} in all`
  if (gzip > PAID)
    return bad(
      found,
      'Cloudflare takes 10 MB at most.',
      'See what is in it: npx wrangler deploy --dry-run --outdir dist --metafile',
    )
  if (gzip > FREE) return note(found, 'The free plan takes 3 MB at most.', 'Leave something out, or use the paid plan.')
  return good(found)
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
