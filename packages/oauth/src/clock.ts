/** Seconds by which the clocks of two machines may differ. */
export const CLOCK_TOLERANCE = 60
