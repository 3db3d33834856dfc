import { Resolver } from 'node:dns/promises'
import { inspect } from 'node:util'
import { connect } from 'hawser'
import { createGuardedFetch } from 'hawser/node/sign-in'
import { type Ask, type CredentialStore, memoryCredentials, signIn, SignInError } from 'hawser/sign-in'
import { answerQuestions } from '../answer-questions.ts'
import { peakMemory } from './memory.ts'
import { startNeighbour } from './neighbour.ts'
import type { SignInReport, SignInTask } from './sign-in-task.ts'

/** A program that signs in at one attacker after the other, and meanwhile and afterwards at the server of its argument, which does no harm. */
const good = process.argv[2] ?? ''
const CALLBACK = 'http://127.0.0.1:9876/callback'

/** A person who agrees to everything, and the pages that they saw. */
function person(pages: string[]): Ask {
  return {
    open: async () => ({
      redirectUri: CALLBACK,
      visit: async (page) => {
        pages.push(page.href)
        const { headers } = await fetch(page, { redirect: 'manual' })
        return new URL(headers.get('location') ?? CALLBACK)
      },
      close: () => {},
    }),
  }
}

/** Keeps in memory, and shows what it keeps. */
function openStore(): { readonly store: CredentialStore; readonly kept: ReadonlyMap<string, string> } {
  const inner = memoryCredentials()
  const kept = new Map<string, string>()
  const store: CredentialStore = {
    ...inner,
    set: async (key, value) => {
      kept.set(key, value)
      await inner.set(key, value)
    },
    delete: async (key) => {
      kept.delete(key)
      await inner.delete(key)
    },
  }
  return { store, kept }
}

/** Looks names up at a name server of the attacker's, and connects to what it found if that may be connected to. */
function guardBy(port: number): ReturnType<typeof createGuardedFetch> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  resolver.setServers([`127.0.0.1:${port}`])
  return createGuardedFetch((name, _options, found) => {
    void Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]).then(([four, six]) =>
      found(null, [
        ...(four.status === 'fulfilled' ? four.value : []).map((address) => ({ address, family: 4 })),
        ...(six.status === 'fulfilled' ? six.value : []).map((address) => ({ address, family: 6 })),
      ]),
    )
  })
}

const outcomeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return typeof error
  const code = error instanceof SignInError ? error.problem : 'code' in error ? String(error.code) : error.name
  return `${code}: ${error.message.slice(0, 1000)}`
}

const neighbour = await connect(good, { http: { auth: signIn({ ask: person([]) }), log: () => {} } })
await neighbour.call('search', {})
const before = peakMemory()
const beside = startNeighbour(() => neighbour.call('search', {}))

async function suffer({ target, calls = 1, names, ...options }: SignInTask): Promise<SignInReport> {
  const pages: string[] = []
  const { store, kept } = openStore()
  const fetch = names === undefined ? undefined : guardBy(names)
  const auth = signIn({ ask: person(pages), store, client: { name: 'victim' }, fetch, ...options })
  let said = ''
  let closeMs = 0
  const use = async (server: string): Promise<string> => {
    const client = await connect(server, { timeout: 40_000, maxTimeout: 60_000, http: { auth, log: () => {} } })
    try {
      const { content } = await client.call('search', {})
      return JSON.stringify(content).slice(0, 1000)
    } finally {
      const closing = performance.now()
      await client.close()
      closeMs = Math.max(closeMs, performance.now() - closing)
    }
  }
  const attempt = (server: string): Promise<string> =>
    use(server).catch((error: unknown) => {
      // Whatever somebody would log of it.
      said += inspect(error, { depth: 12, maxStringLength: 10_000 })
      return outcomeOf(error)
    })
  const outcomes: string[] = []
  for (let call = 0; call < calls; call++) outcomes.push(await attempt(target))
  const account = await auth.whoami(target)
  const [shown, stored] = [[...pages], Object.fromEntries(kept)]
  const after = await attempt(good)
  said += inspect(auth, { depth: 12, showHidden: true }) + inspect(account)
  const memory = { before, peak: peakMemory() }
  return { outcomes, account, pages: shown, stored, said, after, closeMs, memory, neighbour: beside.met() }
}

answerQuestions('ready', { suffer })
