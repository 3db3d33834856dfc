import type { Account } from 'hawser/node/sign-in'
import type { Output } from './create-output.ts'
import { clean } from './sanitize.ts'
import { renderTable, type Row } from './table.ts'

/** Who is signed in, and what that allows. */
export function showAccount(account: Account, { paint, width }: Output): string {
  const { server, issuer, clientId, account: name, scopes, unasked, expiresAt, isValid } = account
  const lines: readonly (readonly [string, string])[] = [
    ['server', server],
    ['issuer', issuer],
    ...(name === undefined ? [] : [['account', name] as const]),
    ['client', clientId],
    ['scopes', scopes.length === 0 ? 'none named' : scopes.join(', ')],
    ...(unasked.length === 0 ? [] : [['unasked', unasked.join(', ')] as const]),
    ['token', describeToken(expiresAt, isValid)],
  ]
  const rows = lines.map(([label, text]): Row => [[{ text: label, paint: paint.dim }], [{ text: clean(text) }]])
  return renderTable(rows, width)
}

function describeToken(expiresAt: number | undefined, isValid: boolean): string {
  if (!isValid) return 'expired; sign in again'
  if (expiresAt === undefined) return 'good until it is refused'
  const minutes = Math.round((expiresAt - Date.now()) / 60_000)
  return minutes > 0 ? `good for ${minutes} min` : 'refreshed with the next call'
}
