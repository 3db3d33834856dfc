import type { SignIn } from 'hawser/node/sign-in'
import { type Finding, skipped } from './check.ts'
import { ask, type Json, readReply, type Reply } from './messages.ts'
import { type Answer, type Probe, probe, type Send, sendToServer } from './probe.ts'
import { findIssuers, type FoundIssuer } from './find-issuer.ts'
import { findMetadata, type Metadata } from './find-metadata.ts'

export interface VisitOptions {
  /** Sent with what is asked as somebody, and with nothing else. Their values are not shown. */
  readonly headers?: Readonly<Record<string, string>>
  /** Proves who asks. */
  readonly auth?: SignIn | undefined
  /** Milliseconds for which a stream has to stay open. */
  readonly listenMs: number
  /** A tool that may be called once it is known that it only reads. */
  readonly call?: string | undefined
  /** Whether the server may name issuers in private networks. */
  readonly privateNetwork?: boolean
  readonly signal?: AbortSignal
}

/** One look at a server. What several checks need is asked once. */
export interface Visit extends VisitOptions {
  readonly url: URL
  /** Asks as a stranger. */
  readonly send: (request: Probe, url?: URL) => Promise<Answer>
  /** Asks as whoever is signed in. */
  readonly sendAs: (request: Probe) => Promise<Answer>
  /** Whether there is anything to prove who asks with. */
  readonly isKnown: boolean
  /** What a stranger is told who asks what the server is. */
  readonly first: () => Promise<Answer>
  /** What the server says of itself to whoever asks here. */
  readonly discovered: () => Promise<{ readonly answer: Answer; readonly reply: Reply | undefined }>
  /** What it says of who issues tokens for it. */
  readonly metadata: () => Promise<Metadata>
  readonly issuers: () => Promise<readonly FoundIssuer[]>
}

/** Begins to look at a server. Nothing is sent yet. */
export function openVisit(url: URL, options: VisitOptions): Visit {
  const { headers = {}, auth, signal, privateNetwork = false } = options
  const surroundings = { server: url, privateNetwork }
  const sendProven: Send = auth === undefined ? sendToServer : authorize(auth, url)
  const bound = (request: Probe): Probe => {
    const signals = [signal, request.signal].filter((each) => each !== undefined)
    return signals.length === 0 ? request : { ...request, signal: AbortSignal.any(signals) }
  }
  const send: Visit['send'] = (request, to = url) => probe(to, bound(request))
  const isKnown = auth !== undefined || Object.keys(headers).length > 0
  const sendAs: Visit['sendAs'] = (request) =>
    isKnown ? probe(url, bound({ ...request, headers: { ...request.headers, ...headers } }), sendProven) : send(request)
  const first = once(() => send(ask('server/discover')))
  const metadata = once(async () => findMetadata(url, await first(), surroundings))
  return {
    ...options,
    url,
    send,
    sendAs,
    isKnown,
    first,
    discovered: once(async () => {
      const answer = isKnown ? await sendAs(ask('server/discover')) : await first()
      return { answer, reply: readReply(answer.text) }
    }),
    metadata,
    issuers: once(async () => findIssuers(await metadata(), surroundings)),
  }
}

/** What a server can, as it says. */
export const capabilitiesOf = ({ result }: Reply): Json => {
  const capabilities = result?.['capabilities']
  return typeof capabilities === 'object' && capabilities !== null ? { ...capabilities } : {}
}

/** What is not looked at when whoever asks here is not let in. */
export const notLetIn = ({ isKnown }: Visit): Finding =>
  skipped(isKnown ? 'the server refuses what proves who asks' : 'needs somebody who is signed in: hawser login')

/** Whether a server lets nobody in without a token. */
export const isClosed = async ({ first }: Visit): Promise<boolean> => (await first()).status === 401

const authorize = (auth: SignIn, url: URL): Send => auth.authorize((to, request) => sendToServer(to, request), url.href)

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
