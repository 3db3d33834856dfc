import { isJson, parseObject } from '../doctor/messages.ts'

/** How wrangler failed, as it writes it for programs. */
interface Failed {
  /** Of the API of Cloudflare. */
  readonly code: number
  /** Milliseconds after which it may be tried again. */
  readonly retryAfter: number | undefined
}

interface Reason {
  readonly cause: string
  readonly fix: string
}

const SIGN_IN =
  'Make a token from the template "Edit Cloudflare Workers" at https://dash.cloudflare.com/profile/api-tokens and set CLOUDFLARE_API_TOKEN. At a terminal, npx wrangler login does as well.'
const THROTTLED: Reason = {
  cause: 'The account has sent too many requests.',
  fix: 'Wait some minutes, and deploy again.',
}

/**
 * What errors of the API mean for a Worker that was checked before, and so what is left to go wrong.
 *
 * @see https://developers.cloudflare.com/workers/observability/errors/
 */
const REASONS: ReadonlyMap<number, Reason> = new Map([
  [10000, { cause: 'Cloudflare does not know the token, or it may not deploy Workers of this account.', fix: SIGN_IN }],
  [1000, { cause: 'Cloudflare does not know the token.', fix: SIGN_IN }],
  [9109, { cause: 'The token is for another account, or has ended.', fix: SIGN_IN }],
  [971, THROTTLED],
  [10021, { cause: 'The Worker does not start there.', fix: 'What it throws is above. Try it here: hawser dev' }],
  [
    10027,
    {
      cause: 'The Worker is larger than the plan of the account takes.',
      fix: 'See what is in it: npx wrangler deploy --dry-run --outdir dist --metafile',
    },
  ],
  [
    10034,
    {
      cause: 'The mail address of the account is not confirmed.',
      fix: 'Confirm it at https://dash.cloudflare.com/profile',
    },
  ],
  [
    10061,
    {
      cause: 'A class of Durable Objects is bound that no migration has made there, or that is not exported.',
      fix: 'Add a migration with a new tag: { "tag": …, "new_sqlite_classes": ["…"] }. One that has run already is not read again.',
    },
  ],
  [
    10063,
    {
      cause: 'The account has no name under workers.dev yet.',
      fix: 'Open https://dash.cloudflare.com/?to=/:account/workers once.',
    },
  ],
  [
    10064,
    {
      cause: 'There are objects of a class that is not exported any more.',
      fix: 'Export it again, or say in a migration what it is called now, or that it is deleted: "renamed_classes", "deleted_classes".',
    },
  ],
  [
    10070,
    {
      cause: 'A migration names a class that is not exported.',
      fix: 'Export it from the main file, or correct its name in "migrations".',
    },
  ],
  [
    10074,
    {
      cause: 'A migration makes a class that is there already.',
      fix: 'Take the class out of that migration: another one, or another machine, has made it.',
    },
  ],
  [
    10097,
    {
      cause: 'The free plan has Durable Objects with SQLite only.',
      fix: 'In "migrations", write new_sqlite_classes in place of new_classes.',
    },
  ],
])

/**
 * Why a deployment failed, and what to do about it.
 *
 * @param text What wrangler writes for programs, a line of JSON for each event.
 * @returns Lines for a person, none where nothing is known.
 * @example explainFailure('{"type":"command-failed","code":971}') // ['The account has sent too many requests.', 'Wait …']
 */
export function explainFailure(text: string): readonly string[] {
  const failed = readFailed(text)
  if (failed === undefined) return []
  const { code, retryAfter } = failed
  const reason = REASONS.get(code) ?? (retryAfter === undefined ? undefined : THROTTLED)
  if (reason === undefined) return code === 0 ? [] : [`Cloudflare refuses it with code ${code}.`]
  return [reason.cause, reason.fix]
}

function readFailed(text: string): Failed | undefined {
  const event = text
    .split('\n')
    .map(parseObject)
    .findLast((each) => isJson(each) && each['type'] === 'command-failed')
  if (event === undefined) return undefined
  const { code, retry_after_ms: wait } = event
  return { code: typeof code === 'number' ? code : 0, retryAfter: typeof wait === 'number' ? wait : undefined }
}
