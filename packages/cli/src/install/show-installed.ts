import type { Output } from '../output/create-output.ts'
import { clean } from '../output/sanitize.ts'
import { renderTable } from '../output/table.ts'
import type { findInstalled } from './find-installed.ts'

/** Shows in which configurations a server is. */
export function showInstalled(
  { installed, unread }: Awaited<ReturnType<typeof findInstalled>>,
  { paint, width }: Pick<Output, 'paint' | 'width'>,
): string {
  const rows = installed.map(({ host, scope, name, file, missing }) => [
    [{ text: host, paint: paint.cyan }],
    [{ text: scope }],
    [{ text: clean(name) }],
    [
      { text: clean(file), paint: paint.dim },
      { text: missing === undefined ? '' : clean(`There is no ${missing}`), paint: paint.yellow },
    ],
  ])
  const problems = unread.map(({ file, problem }) => paint.yellow(clean(`Not looked into: ${file}: ${problem}`)))
  return [rows.length === 0 ? 'It is in no host.' : renderTable(rows, width), ...problems].join('\n')
}
