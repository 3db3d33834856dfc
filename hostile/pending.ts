/** What Hawser does not have yet and the suite attacks already: such a test must fail, and fails once it does not. */
export type Part = 'older clients' | 'older servers'

export const PENDING: readonly Part[] = []
