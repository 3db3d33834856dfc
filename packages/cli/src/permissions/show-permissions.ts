import type { Permissions } from 'hawser/testing'
import type { Output } from '../output/create-output.ts'
import { clean } from '../output/sanitize.ts'
import { renderTable, type Row } from '../output/table.ts'

/** Shows a person what each permission is, and what it opens. */
export function showPermissions(
  { scopes, items }: Permissions,
  { width, paint }: Pick<Output, 'width' | 'paint'>,
): string {
  const opened = (wants: (needs: (typeof items)[number]['needs']) => boolean): string => {
    const names = items.filter(({ needs }) => wants(needs)).map(({ kind, name }) => `${kind} ${name}`)
    return names.length === 0 ? 'nothing' : names.map(clean).join(', ')
  }
  const row = (name: string, about: readonly string[], opens: string): Row => [
    [{ text: clean(name), paint: paint.bold }],
    [...about.map((text) => ({ text: clean(text) })), { text: `Opens ${opens}.`, paint: paint.dim }],
  ]
  const rows = scopes.map(({ scope, title, risk, implies, baseline, live }) =>
    row(
      scope,
      [
        title,
        [
          `Risk: ${risk}`,
          ...(implies.length > 0 ? [`comes with ${implies.join(', ')}`] : []),
          ...(baseline ? ['asked for at sign-in'] : []),
          ...(live ? ['checked with the issuer at each use'] : []),
        ].join('; '),
      ],
      opened((needs) => typeof needs !== 'string' && needs.includes(scope)),
    ),
  )
  const words = [
    row(
      'signed in',
      ['Whoever signed in, with no permission in particular'],
      opened((needs) => needs === 'signedIn'),
    ),
    row(
      'public',
      ['Everybody'],
      opened((needs) => needs === 'public'),
    ),
  ]
  return renderTable([...rows, ...words], width)
}
