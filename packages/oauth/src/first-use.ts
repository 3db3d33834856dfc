import type { Core } from './core.ts'

/** Whether these words come for the first time before they expire, under whichever secret they were noted. */
export async function isFirstUse(
  core: Core,
  parts: readonly string[],
  expiresAt: number,
  now: number,
): Promise<boolean> {
  const keys = await core.digests('once', JSON.stringify(parts))
  const firsts = await Promise.all(keys.map(async (key) => core.store.once(key, expiresAt, now)))
  return firsts.every(Boolean)
}
