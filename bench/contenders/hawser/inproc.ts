import type { Open } from '../contract.ts'
import { serverOf } from './server.ts'

export const open: Open = (tools) => {
  const server = serverOf(tools)
  return (request) => server.fetch(request)
}
