import 'hawser/types'
import { createValueKey, type Interceptor, needs } from 'hawser'

/** Tools that ship without a server, as a package of its own would export them. */
export const { tool, resource, prompt } = needs<{ berths: Map<string, number> }>()

export const longest = tool({
  description: 'Tell the length of the longest berth, in metres.',
  effect: 'read',
  run: (_, { berths }) => String(Math.max(...berths.values())),
})

export const tenant = createValueKey('tenant', 'public')

export const withTenant: Interceptor = (next) => (call) => {
  call.values.set(tenant, 'acme')
  return next(call)
}
