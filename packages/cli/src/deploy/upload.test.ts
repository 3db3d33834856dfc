import { expect, it } from 'vitest'
import { readTargets } from './upload.ts'

const deployed = (...targets: readonly unknown[]): string =>
  `${JSON.stringify({ type: 'wrangler-session', version: 1 })}\n${JSON.stringify({ type: 'deploy', targets })}\n`

it('reads where a Worker is from what wrangler writes, the addresses that clients use first', () => {
  expect(
    readTargets(
      deployed(
        'https://notes.ada.workers.dev',
        'notes.example.com (custom domain)',
        'example.com/notes/* (zone name: example.com)',
        '*.example.com/* (zone name: example.com)',
        'schedule: 0 * * * *',
        'Producer for tasks',
        7,
      ),
    ),
  ).toEqual(['https://notes.example.com/', 'https://example.com/notes/', 'https://notes.ada.workers.dev/'])
})

it('reads nothing from nothing', () => {
  expect(readTargets('')).toEqual([])
  expect(readTargets('not JSON\n{"type":"deploy"}')).toEqual([])
})
