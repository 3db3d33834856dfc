import type { Open } from '../contract.ts'
import { createHandle } from './handle.ts'

const headers = { 'content-type': 'application/json' }
const fine = { headers }

export const open: Open = (tools) => {
  const handle = createHandle(tools)
  return async (request) => {
    const { status, body } = handle(await request.text(), (name) => request.headers.get(name))
    return new Response(body, status === 200 ? fine : { status, headers })
  }
}
