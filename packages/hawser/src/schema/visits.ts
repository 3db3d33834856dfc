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

/** Lets the validation that comes next, which runs without a break, apply so many subschemas; one more throws a RangeError. */
export function allowVisits(count: number): void {
  left = count
}
