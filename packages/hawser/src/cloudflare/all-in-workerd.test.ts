import { describe, it } from 'vitest'
import { runInWorkerd } from './fixtures/run-in-workerd.ts'

/** Files whose tests also run in workerd: of signing in and of who may do what, all that need nothing of Node alone. */
const FILES = [
  'audit/audit.test.ts',
  'audit/signed-in.test.ts',
  'audit/verify.test.ts',
  'auth/batches.test.ts',
  'auth/client/authorized-send.test.ts',
  'auth/client/callback.test.ts',
  'auth/client/discover.test.ts',
  'auth/client/issuers.test.ts',
  'auth/client/machines.test.ts',
  'auth/client/read-challenges.test.ts',
  'auth/client/step-up.test.ts',
  'auth/client/tokens.test.ts',
  'auth/jwt.test.ts',
  'auth/late-refusal.test.ts',
  'auth/protected-resource.test.ts',
  'auth/server.test.ts',
  'auth/subscriptions.test.ts',
  'server/listing.test.ts',
]

const outcomes = await runInWorkerd(FILES)

describe.each([...outcomes])('in workerd: %s', (_, tests) => {
  it.each(tests.map(({ path, error }) => [path.join(' > '), error] as const))('%s', (__, error) => {
    if (error !== undefined) throw new Error(error)
  })
})
