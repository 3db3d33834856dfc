import { GENESIS, hashedText, headText } from './chain.ts'
import type { AuditEvent } from './event.ts'
import { createAuditKeys, isSame, mac, sha256 } from './keys.ts'
import { readAuditEvent } from './read-event.ts'
import type { AuditHead, AuditSource } from './sink.ts'

/** What is wrong with a log. */
export interface AuditProblem {
  /**
   * `edited`: a record is not what was written. `missing`: records were taken away, at the start, in between or at the end.
   * `reordered`, `repeated`: a record stands where it was not written. `unlinked`: a record follows another than the one before it,
   * for the log was written anew from there, or by two at once. `forged`: the seal of the end was not made with this key.
   * `unsealed`: nothing tells where the log ended.
   */
  readonly kind: 'edited' | 'missing' | 'reordered' | 'repeated' | 'unlinked' | 'forged' | 'unsealed'
  readonly tenant: string
  /** Where: the first record concerned, and the last. */
  readonly seq: number
  readonly upTo?: number | undefined
}

/** Whether a log is what was written, and what is wrong with it otherwise. */
export interface AuditVerification {
  readonly ok: boolean
  readonly records: number
  /** Lines that are no records. A crash leaves half a line; one that was a record shows as missing, too. */
  readonly unreadable: number
  /** The first hundred; `found` counts all. */
  readonly problems: readonly AuditProblem[]
  readonly found: number
  /** Where each tenant's chain begins and ends. Note the end elsewhere: with `expect`, no later copy can do without it. */
  readonly tenants: ReadonlyMap<string, { readonly from: number; readonly to: number; readonly hash: string }>
}

/** What is known of a log besides what stands in it. */
export interface VerifyOptions {
  /** The secret of the log: proves that its end was written by whoever had it. Without, seals are not looked at. */
  readonly key?: string | Uint8Array | undefined
  /** Whether older records may have been deleted, because they are kept so long only. */
  readonly retained?: boolean | undefined
  /** Ends that were noted elsewhere, by tenant: each has to be in the log. */
  readonly expect?: ReadonlyMap<string, AuditHead> | undefined
}

const MAX_PROBLEMS = 100
/** Gaps that are kept apart, so that what is found later is told from what is not. */
const MAX_GAPS = 1_000

interface Chain {
  readonly from: number
  seq: number
  hash: string
  readonly gaps: { from: number; to: number }[]
  /** Ends that are looked for. */
  wanted: readonly AuditHead[]
}

/**
 * Reads a whole log and says what was changed, taken away, put in or moved since it was written.
 *
 * What cannot be told from the log alone: that it was put back, all of it, to what it was at an earlier time. For that, note an end
 * elsewhere and give it as `expect`.
 *
 * @throws RangeError for a key of less than 32 bytes; whatever reading throws.
 * @example
 * const { ok, problems } = await verifyAudit(await openAudit('audit.jsonl'), { key: process.env.AUDIT_KEY })
 */
export async function verifyAudit(source: AuditSource, options: VerifyOptions = {}): Promise<AuditVerification> {
  const { retained = false, expect = new Map<string, AuditHead>() } = options
  const sealKey = options.key === undefined ? undefined : await createAuditKeys(options.key).forHeads()
  const problems: AuditProblem[] = []
  let [found, records, unreadable] = [0, 0, 0]
  const report = (problem: AuditProblem): void => {
    found++
    if (problems.length < MAX_PROBLEMS) problems.push(problem)
  }
  // Before the records: what is written meanwhile lies behind them.
  const heads = await source.heads()
  const chains = new Map<string, Chain>()
  const begin = (tenant: string, seq: number): Chain => {
    const wanted = [heads.get(tenant), expect.get(tenant)].filter((end) => end !== undefined)
    const from = retained ? seq : 1
    const chain: Chain = { from: seq, seq: from - 1, hash: from === 1 ? GENESIS.hash : '', gaps: [], wanted }
    chains.set(tenant, chain)
    return chain
  }

  const check = async (event: AuditEvent): Promise<void> => {
    const { tenant, seq, prevHash, hash } = event
    const chain = chains.get(tenant) ?? begin(tenant, seq)
    if (!isSame(hash, await sha256(hashedText(event)))) report({ kind: 'edited', tenant, seq })
    // An end that is found with another hash is not that end.
    if (chain.wanted.some((end) => end.seq === seq && end.hash === hash))
      chain.wanted = chain.wanted.filter((end) => end.seq !== seq || end.hash !== hash)
    if (seq <= chain.seq) return report({ kind: fill(chain, seq) ? 'reordered' : 'repeated', tenant, seq })
    if (seq > chain.seq + 1) {
      if (chain.gaps.length < MAX_GAPS) chain.gaps.push({ from: chain.seq + 1, to: seq - 1 })
      else report({ kind: 'missing', tenant, seq: chain.seq + 1, upTo: seq - 1 })
    } else if (chain.hash !== '' && prevHash !== chain.hash) report({ kind: 'unlinked', tenant, seq })
    chain.seq = seq
    chain.hash = hash
  }

  for await (const line of source.lines()) {
    const event = readAuditEvent(line)
    if (event === undefined) unreadable++
    else {
      records++
      await check(event)
    }
  }
  for (const tenant of new Set([...heads.keys(), ...expect.keys(), ...chains.keys()])) {
    const chain = chains.get(tenant) ?? begin(tenant, 1)
    for (const { from, to } of chain.gaps) report({ kind: 'missing', tenant, seq: from, upTo: to })
    const head = heads.get(tenant)
    if (head === undefined) report({ kind: 'unsealed', tenant, seq: chain.seq })
    else if (sealKey !== undefined && !isSame(head.seal ?? '', await mac(sealKey, headText(tenant, head))))
      report({ kind: 'forged', tenant, seq: head.seq })
    for (const { seq } of chain.wanted) {
      if (seq > chain.seq) report({ kind: 'missing', tenant, seq: chain.seq + 1, upTo: seq })
      // Written anew: a record of that number is there, with another hash.
      else if (!chain.gaps.some(({ from, to }) => from <= seq && seq <= to) && seq >= chain.from)
        report({ kind: 'unlinked', tenant, seq })
    }
  }
  const tenants = new Map([...chains].map(([tenant, { from, seq, hash }]) => [tenant, { from, to: seq, hash }]))
  return { ok: found === 0, records, unreadable, problems, found, tenants }
}

/** Whether a record that comes late belongs into a gap, which it then closes. */
function fill({ gaps }: Chain, seq: number): boolean {
  const at = gaps.findIndex(({ from, to }) => from <= seq && seq <= to)
  if (at < 0) return false
  const { from, to } = gaps[at]!
  gaps.splice(
    at,
    1,
    ...[
      { from, to: seq - 1 },
      { from: seq + 1, to },
    ].filter((gap) => gap.from <= gap.to),
  )
  return true
}
