import type { Principal } from '../call/index.ts'

/**
 * Who is at the other end of the standard streams: whoever started this process, with all scopes, unless the environment says
 * `HAWSER_AS` or `HAWSER_SCOPES`, names with commas between. A server so does for one person what it does for many elsewhere.
 *
 * @throws Error for a scope that the server does not have: a slip must not grant more than was meant.
 */
export function readLocalUser(
  known: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Principal {
  const { HAWSER_AS: subject, HAWSER_SCOPES: text } = env
  if (text === undefined) return { subject: subject || 'local', scopes: new Set(known) }
  const scopes = text
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '')
  const stray = scopes.find((scope) => !known.includes(scope))
  if (stray === undefined) return { subject: subject || 'local', scopes: new Set(scopes) }
  const has = known.length === 0 ? 'no scopes' : known.join(', ')
  throw new Error(`HAWSER_SCOPES names "${stray}", but this server has ${has}.`)
}
