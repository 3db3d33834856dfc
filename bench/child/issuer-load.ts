import { answerEach } from '../measure/values.ts'
import { authorize, redeem, refresh, type Code } from '../wire/sign-in.ts'

/** What the runner sends, one after the other: so many of one kind, 16 at a time. */
export interface IssuerBurst {
  readonly origin: string
  readonly tokenPath: string
  readonly clientId: string
  readonly what: 'authorize' | 'redeem' | 'refresh'
  readonly count: number
}

const codes: Code[] = []
const tokens: string[] = []

const take = <T>(from: T[]): T => {
  const first = from.shift()
  if (first === undefined) throw new Error('nothing is left to exchange')
  return first
}

answerEach(async ({ origin, tokenPath, clientId, what, count }: IssuerBurst) => {
  const server = { issuer: origin, tokenPath, clientId, fetch: (request: Request) => fetch(request) }
  const work = {
    authorize: async () => codes.push(await authorize(server)),
    redeem: async () => tokens.push(await redeem(server, take(codes))),
    refresh: async () => tokens.push(await refresh(server, take(tokens))),
  }[what]
  let left = count
  const drive = async () => {
    while ((left -= 1) >= 0) await work()
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: 16 }, drive))
  return { seconds: (performance.now() - began) / 1000 }
})
