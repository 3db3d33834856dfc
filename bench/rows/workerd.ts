import { hasForm, type Contender } from '../contenders/index.ts'
import { cpuOf } from '../measure/usage.ts'
import { startWorkerd } from '../measure/workerd.ts'
import { createAccessTokens } from '../tools/access-tokens.ts'
import { loadMetrics, measureLoad } from './http.ts'
import type { Effort, Row, Values } from './row.ts'

let made: ReturnType<typeof createAccessTokens> | undefined

/** The same call with an access token that was seen before. */
const measureSignedIn = async (contender: Contender, effort: Effort): Promise<Values> => {
  const { issuer, tokens } = await (made ??= createAccessTokens(1))
  await using server = await startWorkerd(contender.name, 'worker-guarded', {
    texts: { ISSUER: JSON.stringify(issuer) },
  })
  const { cpu = 0, rate = 0 } = await measureLoad(
    contender,
    server.port,
    () => cpuOf(server.pid),
    effort,
    tokens.ES256[0],
  )
  return { signedIn: cpu, signedInRate: rate }
}

const measure = async (contender: Contender, effort: Effort): Promise<Values> => {
  const open = await (async () => {
    await using server = await startWorkerd(contender.name, 'worker')
    return await measureLoad(contender, server.port, () => cpuOf(server.pid), effort)
  })()
  return hasForm(contender, 'worker-guarded') ? { ...open, ...(await measureSignedIn(contender, effort)) } : open
}

export const workerd: Row = {
  name: 'workerd',
  title: 'HTTP on workerd, 16 connections',
  metrics: [
    ...loadMetrics,
    { name: 'signedIn', title: 'server CPU per request, signed in', unit: 'µs CPU', better: 'lower' },
    { name: 'signedInRate', title: 'requests per second, signed in', unit: '/s', better: 'higher' },
  ],
  takesPart: (contender) => hasForm(contender, 'worker'),
  full: { rounds: 5, seconds: 360, warmMs: 4000, warmCalls: 20_000, runMs: 2500 },
  quick: { rounds: 3, seconds: 8, warmMs: 1200, warmCalls: 8000, runMs: 600, only: ['hawser', 'floor'] },
  measure,
}
