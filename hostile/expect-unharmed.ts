import { expect } from 'vitest'
import type { ClientReport } from './victims/task.ts'

/** Longest that a call on another connection may take while an attack goes on, on a busy machine. (milliseconds) */
const PATIENCE_MS = 5_000

/** A victim lives, has not grown beyond so many MiB, and its other connection was served all the while. */
export function expectUnharmed({ memory, neighbour, closeMs }: ClientReport, growth = 128): void {
  expect(memory.peak - memory.before).toBeLessThan(growth)
  expect(neighbour.failures).toEqual([])
  expect(neighbour.calls).toBeGreaterThan(0)
  expect(neighbour.worstMs).toBeLessThan(PATIENCE_MS)
  expect(closeMs).toBeLessThan(PATIENCE_MS)
}
