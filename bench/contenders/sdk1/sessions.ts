export { open } from './inproc.ts'
