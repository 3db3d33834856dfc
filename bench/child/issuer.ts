import type { IssuerUnderTest, OpenIssuer } from '../contenders/contract.ts'
import { cpuPerOperation } from '../measure/cpu.ts'
import { answerWithValues } from '../measure/values.ts'
import { REDIRECT_URI, RESOURCE, SCOPES } from '../wire/issuing.ts'
import { authorize, redeem, refresh } from '../wire/sign-in.ts'

/** What the runner sends once. */
export interface IssuerTask {
  readonly module: string
  /** CPU time to spend before and while a figure is taken, in ms. */
  readonly warmMs: number
  readonly runMs: number
}

const about = { redirectUri: REDIRECT_URI, resource: RESOURCE, scopes: SCOPES }

/** An authorization request with PKCE, the code that it ends with, and its exchange. */
const signIn = async (server: IssuerUnderTest): Promise<string> => redeem(server, await authorize(server))

const run = async ({ module, warmMs, runMs }: IssuerTask) => {
  const { openIssuer }: { openIssuer: OpenIssuer } = await import(module)
  const values: Record<string, number> = {}
  for (const store of ['memory', 'disk'] as const) {
    const server = await openIssuer({ store, ...about })
    if (server === undefined) continue
    await cpuPerOperation(() => signIn(server), 1, warmMs)
    values[`${store}-cpu`] = await cpuPerOperation(() => signIn(server), 1, runMs)

    let current = await signIn(server)
    const renew = async () => {
      current = await refresh(server, current)
    }
    await cpuPerOperation(renew, 1, warmMs / 2)
    values[`${store}-refresh`] = await cpuPerOperation(renew, 1, runMs / 2)

    const began = performance.now()
    let count = 0
    while (performance.now() - began < runMs) {
      await Promise.all(Array.from({ length: 16 }, () => signIn(server)))
      count += 16
    }
    values[`${store}-rate`] = (count * 1000) / (performance.now() - began)
  }
  return values
}

answerWithValues(run)
