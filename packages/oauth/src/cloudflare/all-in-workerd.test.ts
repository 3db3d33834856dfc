import { describe, it } from 'vitest'
import { runInWorkerd } from './fixtures/run-in-workerd.ts'

/** Files whose tests also run in workerd, on stores of Durable Objects: all that need nothing of Node alone. */
const FILES = [
  'cloudflare/bindings.workerd.ts',
  'cloudflare/documents.workerd.ts',
  'cloudflare/faults.workerd.ts',
  'authenticate-client.test.ts',
  'authorize.test.ts',
  'cimd/client-document.test.ts',
  'cimd/client-documents.test.ts',
  'cimd/client-id-url.test.ts',
  'consent/create-consent.test.ts',
  'consent/display-text.test.ts',
  'create-oauth.test.ts',
  'ending.test.ts',
  'failures.test.ts',
  'front-dump.test.ts',
  'front.test.ts',
  'grants/create-grants-page.test.ts',
  'login/dev-login.test.ts',
  'login/github-login.test.ts',
  'login/upstream-login.test.ts',
  'redirect-uri.test.ts',
  'register/registration.test.ts',
  'secret-change.test.ts',
  'secrets.test.ts',
  'store.test.ts',
  'token/authorization-code.test.ts',
  'token/identity-assertion.test.ts',
  'token/refresh.test.ts',
]

const outcomes = await runInWorkerd(FILES)

describe.each([...outcomes])('in workerd: %s', (_, tests) => {
  it.each(tests.map(({ path, error }) => [path.join(' > '), error] as const))('%s', (__, error) => {
    if (error !== undefined) throw new Error(error)
  })
})
