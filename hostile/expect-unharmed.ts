import { expect } from 'vitest'
import type { Visit } from './attackers/sign-in.ts'
import type { SignInReport } from './victims/sign-in-task.ts'
import type { ClientReport } from './victims/task.ts'

/** Longest that a call on another connection may take while an attack goes on, on a busy machine. (milliseconds) */
const PATIENCE_MS = 5_000

/** A victim lives, has not grown beyond so many MiB, and its other connection was served all the while. */
export function expectUnharmed(
  { memory, neighbour, closeMs }: Pick<ClientReport, 'memory' | 'neighbour' | 'closeMs'>,
  growth = 128,
): void {
  expect(memory.peak - memory.before).toBeLessThan(growth)
  expect(neighbour.failures).toEqual([])
  expect(neighbour.calls).toBeGreaterThan(0)
  expect(neighbour.worstMs).toBeLessThan(PATIENCE_MS)
  expect(closeMs).toBeLessThan(PATIENCE_MS)
}

/** Secrets, and words of strangers, in what attackers hand out. */
export const CANARY = /canary-[a-z]+/

/** Secrets went only to whom they are for, and are nowhere but in the store of who holds them. */
export function expectNothingLeaked(visits: readonly Visit[], ...said: readonly string[]): void {
  for (const text of said) expect(text).not.toMatch(CANARY)
  for (const { to, method, path, authorization, body } of visits) {
    const url = new URL(path, 'http://x')
    expect(to).not.toBe('inside')
    expect(path).not.toMatch(CANARY)
    if (CANARY.test(authorization)) expect([to, url.pathname]).toEqual(['server', '/mcp'])
    if (CANARY.test(body)) expect([method, url.pathname]).toEqual(['POST', '/token'])
  }
  // What one issuer gave was shown to no other.
  expect(
    visits
      .filter(({ to }) => to === 'honest')
      .map(({ body }) => body)
      .join('\n'),
  ).not.toContain('client-of-issuer')
}

/** Nobody is signed in by what an attack left behind, and what it left holds no secret. */
export function expectNothingKept({ stored, account }: SignInReport): void {
  expect(account).toBeUndefined()
  expect(Object.keys(stored).filter((key) => key.startsWith('tokens '))).toEqual([])
  expect(JSON.stringify(stored)).not.toMatch(CANARY)
}
