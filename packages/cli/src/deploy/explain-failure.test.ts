import { expect, it } from 'vitest'
import { explainFailure } from './explain-failure.ts'

const failed = (members: object): string =>
  `${JSON.stringify({ type: 'wrangler-session', version: 1 })}\n${JSON.stringify({ type: 'command-failed', version: 1, ...members })}\n`

it.each([
  [10_000, 'CLOUDFLARE_API_TOKEN'],
  [10_021, 'hawser dev'],
  [10_027, '--metafile'],
  [10_061, 'new_sqlite_classes'],
  [10_064, 'renamed_classes'],
  [10_097, 'new_sqlite_classes'],
])('knows what to do about %i', (code, fix) => {
  expect(explainFailure(failed({ code, message: 'A request failed.' }))).toEqual([
    expect.any(String),
    expect.stringContaining(fix),
  ])
})

it('knows who has to wait, by whatever code', () => {
  expect(explainFailure(failed({ code: 7, retry_after_ms: 5000 }))).toContain('Wait some minutes, and deploy again.')
})

it('says the code of what it does not know, and nothing of what has none', () => {
  expect(explainFailure(failed({ code: 77 }))).toEqual(['Cloudflare refuses it with code 77.'])
  expect([explainFailure(failed({ message: 'x' })), explainFailure(''), explainFailure('{}\nnot JSON')]).toEqual([
    [],
    [],
    [],
  ])
})
