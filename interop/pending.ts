/** Parts of Hawser that some rows of the matrix need. */
export type Part = 'older clients' | 'older servers' | 'HTTP+SSE clients' | 'HTTP+SSE servers'

/**
 * Parts that do not exist yet. Their rows are tried like all others and may fail; a row that works although its part
 * stands here fails the run, so that the list is emptied as soon as it can be.
 */
export const PENDING: readonly Part[] = []
