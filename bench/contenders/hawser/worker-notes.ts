export * from '../../../examples/notes/worker.ts'
export { default } from '../../../examples/notes/worker.ts'
