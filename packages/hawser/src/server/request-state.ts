import { canonicalJson, ProtocolError } from '../call/index.ts'
import type { InputResponse, JsonValue } from '../protocol/index.ts'
import type { KeyRing } from './key-ring.ts'

/** What a call has learned in earlier rounds. It travels with the client, sealed. */
export interface Memory {
  /** Answers that were accepted, by key. */
  readonly answers: ReadonlyMap<string, InputResponse>
  /** Results of `once`, by key. */
  readonly results: ReadonlyMap<string, JsonValue>
  /** Keys that the last round asked; answers to others are ignored. */
  readonly asked: ReadonlySet<string>
  readonly round: number
}

/** A memory that was sealed. */
export interface OpenedState extends Memory {
  /** Tells it from every other. */
  readonly nonce: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export const EMPTY_MEMORY: Memory = { answers: new Map(), results: new Map(), asked: new Set(), round: 0 }

/** The request that a state belongs to; presented with any other it does not open. (basic/patterns/mrtr#server-requirements-basic-workflow) */
export interface Binding {
  /** The server's name: several may share a key ring. */
  readonly server: string
  readonly caller: string | undefined
  readonly method: string
  /** The tool's or prompt's name, or the resource's URI. */
  readonly name: string
  readonly arguments: unknown
}

/** Sealed state rides on every retry, so it stays small. */
const MAX_STATE_CHARS = 65_536
const IV_BYTES = 12

/** Seals the memory with AES-GCM; the binding is authenticated but not carried. */
export async function sealState(memory: Memory, binding: Binding, ring: KeyRing, expiresAt: number): Promise<string> {
  const { id, key } = await ring.current()
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const payload = JSON.stringify([expiresAt, memory.round, [...memory.asked], [...memory.answers], [...memory.results]])
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: await describe(binding) },
    key,
    encode(payload),
  )
  const state = `1.${id}.${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`
  if (state.length > MAX_STATE_CHARS) {
    throw new Error(
      `Answers and \`once\` results take ${state.length} characters sealed; at most ${MAX_STATE_CHARS} can travel. Return less from \`once\`, such as an id.`,
    )
  }
  return state
}

/**
 * Opens what `sealState` made. Every way to fail looks the same to the caller.
 *
 * @throws ProtocolError `invalid_params`
 */
export async function openState(state: string, binding: Binding, ring: KeyRing, now: number): Promise<OpenedState> {
  const memory =
    state.length > MAX_STATE_CHARS ? undefined : await tryOpen(state, binding, ring, now).catch(() => undefined)
  if (memory === undefined) throw uselessState()
  return memory
}

/** What is said to whoever presents a state that is of no use, whatever the reason. */
export const uselessState = (): ProtocolError =>
  new ProtocolError(
    'invalid_params',
    'requestState is not for this request, it was used, or it has expired. Send it again without requestState and inputResponses.',
  )

async function tryOpen(state: string, binding: Binding, ring: KeyRing, now: number): Promise<OpenedState | undefined> {
  const [version, id, iv, sealed, ...rest] = state.split('.')
  if (version !== '1' || id === undefined || iv === undefined || sealed === undefined || rest.length > 0)
    return undefined
  const found = await ring.find(id)
  if (found === undefined) return undefined
  const algorithm = { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: await describe(binding) }
  const opened = await crypto.subtle.decrypt(algorithm, found.key, fromBase64Url(sealed))
  const [expiresAt, round, asked, answers, results] = JSON.parse(new TextDecoder().decode(opened)) as [
    number,
    number,
    string[],
    [string, InputResponse][],
    [string, JsonValue][],
  ]
  if (now >= expiresAt) return undefined
  const memory = { round, asked: new Set(asked), answers: new Map(answers), results: new Map(results) }
  return { ...memory, nonce: `${id}.${iv}`, expiresAt }
}

async function describe({ server, caller, method, name, arguments: args }: Binding): Promise<Uint8Array<ArrayBuffer>> {
  // A client that reorders the arguments still presents the same request.
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encode(canonicalJson(args))))
  return encode(JSON.stringify(['hawser requestState 1', server, caller ?? null, method, name, toBase64Url(digest)]))
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

function toBase64Url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Only the spelling that `toBase64Url` gives: a state has one text. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  if (toBase64Url(bytes) !== text) throw new Error('Not the canonical spelling.')
  return bytes
}
