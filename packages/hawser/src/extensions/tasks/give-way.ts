/** Looks that are made without a pause. */
const MOST = 16

/** Lets others have their turn after every few looks: stores in memory and in files answer at once, without any. */
export function createGiveWay(): () => Promise<void> {
  let looks = 0
  return async () => {
    if (++looks % MOST === 0) await new Promise((resolve) => setTimeout(resolve))
  }
}
