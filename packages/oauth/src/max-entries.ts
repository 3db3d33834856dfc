/** @throws RangeError for a bound that lets nothing in. */
export function checkMaxEntries(maxEntries: number): void {
  if (!(maxEntries > 0)) throw new RangeError(`maxEntries must be more than 0; it is ${maxEntries}.`)
}
