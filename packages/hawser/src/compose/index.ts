export { attach } from './attach.ts'
export type { MountDefinition, MountOptions } from './mount-point.ts'
export { combine, prefix, type Prefixed } from './prefix.ts'
