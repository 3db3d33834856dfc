import { type Interceptor, isCallOf, ProtocolError } from 'hawser'

export const readOnly: Interceptor = (next) => async (call) => {
  if (isCallOf(call, 'tools/call') && call.params.name.startsWith('delete_')) {
    throw new ProtocolError('invalid_params', 'This server is read-only today.')
  }
  return next(call)
}
