/** All that the package takes from `cloudflare:workers`: something to compare prototypes of handlers with. */
export const WorkerEntrypoint = Object
