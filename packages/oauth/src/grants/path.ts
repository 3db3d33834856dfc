/** Where people see what they allowed. */
export const GRANTS = '/grants'
