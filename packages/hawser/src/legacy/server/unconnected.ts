import type { OneConnection } from './one-connection.ts'

/** For Workers, which have no standard streams, and whose instances do not find the connection of another: the code stays out of their bundles. */
export const oneConnection: OneConnection = {}
