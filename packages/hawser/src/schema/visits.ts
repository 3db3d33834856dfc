let left = 0

/**
 * The prototype of the validator's copies of schemas. The validator reads this keyword, which neither dialect knows, once
 * each time it applies a subschema, and so counts.
 */
export const countsVisits: object = Object.create(null, {
  $recursiveAnchor: {
    get() {
      if (--left < 0) throw new RangeError('The schema takes too many steps.')
      return undefined
    },
  },
}) as object

/** To find an item that is there twice, the validator compares each with each, down to the last of their values. */
const MAX_UNIQUE = 2_000
const MAX_COMPARED = 20_000_000

let comparable = 0

/** Fits the arrays whose items can be compared, which are the shorter the more values there are in them. */
export const fewEnough: object = {
  get maxItems() {
    return comparable
  },
}

/**
 * Lets the validation that comes next, which runs without a break, apply so many subschemas, where one more throws a
 * RangeError, and compare the items of what holds `size` values in all.
 */
export function allowVisits(count: number, size: number): void {
  left = count
  comparable = Math.min(MAX_UNIQUE, Math.floor(MAX_COMPARED / size))
}
