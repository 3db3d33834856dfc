import type { AuditHead } from '../../audit/index.ts'
import type { Log } from '../../call/index.ts'
import { objectSql } from '../object-sql.ts'
import type { Role } from '../role.ts'
import type { Bucket } from '../runtime.ts'
import { getHeads, objectKey, putHeads } from './bucket.ts'
import { AUDIT_VERSIONS, type MessageId, openHeldRecords } from './held-records.ts'
import { linkMessages } from './link-messages.ts'
import type { AuditMessage } from './message.ts'

/** Tenants of one log, whose ends are noted with each object, and UTF-16 units of their names. */
const MAX_TENANTS = 10_000
const MAX_NAME = 1_000
/** Bytes that wait for a bucket. What comes beyond them stays in the Queue. */
const MAX_HELD = 268_435_456
/** Milliseconds after which a bucket that took nothing is tried again: at first, and at most. */
const FIRST_PAUSE = 5_000
const LAST_PAUSE = 900_000

/** What an object that keeps a log works with. */
export interface Keeper {
  readonly name: string
  readonly bucket: Bucket
  /** The binding of the bucket. */
  readonly bucketName: string
  readonly sealKey: () => Promise<Uint8Array<ArrayBuffer>>
  /** Milliseconds that records wait in the object for others. */
  readonly lingerMs: number
  readonly log: Log
}

/** What other instances ask of the object that keeps a log. */
export interface AuditMethods {
  /**
   * Links the records of messages and stores them, all or nothing; those that have come before are left out.
   *
   * @returns Of each message why it can never be kept, if so.
   */
  readonly append: (messages: readonly (AuditMessage & MessageId)[]) => Promise<readonly (string | undefined)[]>
  readonly [method: string]: (...args: never[]) => unknown
}

/**
 * Keeps one log, `audit:<name>`: links what comes, holds it, and puts it into a bucket by its alarm. What goes into one object is settled
 * before it is tried, so that it is the same after a failure, and an alarm may come twice.
 */
export function createAuditRole(keeper: Keeper): Role {
  const { name, bucket, bucketName, lingerMs, log } = keeper
  return {
    schema: AUDIT_VERSIONS,
    start: ({ storage }) => {
      const held = openHeldRecords(objectSql(storage))
      let last: Promise<unknown> = Promise.resolve()
      let putting: Promise<void> | undefined
      let [retryAt, pause] = [0, FIRST_PAUSE]

      const judge = (message: AuditMessage & MessageId): string | undefined => {
        if (held.isTooOld(message, Date.now()))
          return 'It is so old that nobody knows whether it is in the log already.'
        const tenants = [...new Set(message.records.map(({ tenant }) => tenant))]
        if (tenants.some(({ length }) => length > MAX_NAME))
          return `The name of a tenant has ${MAX_NAME} characters at most.`
        const added = tenants.filter((tenant) => held.headOf(tenant) === undefined).length
        if (added > 0 && held.tenants() + added > MAX_TENANTS) return `A log has ${MAX_TENANTS} tenants at most.`
        return undefined
      }
      const append: AuditMethods['append'] = async (messages) => {
        if (held.bytes() > MAX_HELD) throw new Error(`${held.bytes()} bytes wait for the bucket ${bucketName}.`)
        if (held.tenants() === 0) held.goOnBehind(await getHeads(keeper))
        const verdicts = messages.map(judge)
        const fresh = new Map(
          messages
            .filter((message, at) => verdicts[at] === undefined && !held.isTaken(message))
            .map((message) => [`${message.at} ${message.id}`, message]),
        )
        const parts = await linkMessages([...fresh.values()], held.headOf)
        held.take([...fresh.values()], parts, Date.now() + lingerMs)
        return verdicts
      }

      /** Puts what is due into one object of the bucket: its note of the ends, a single key, takes no more than one write a second. */
      const putNext = async (): Promise<void> => {
        const tried = held.readDraft()
        const draft = tried ?? held.beginDraft(Date.now())
        if (draft === undefined) return
        const parts = held.readParts(draft)
        const key = objectKey(name, draft.at, draft.number)
        // What was tried may be there: a bucket that is locked does not take it again.
        if (tried === undefined || (await bucket.head(key)) === null)
          await bucket.put(key, parts.map(({ lines }) => lines).join(''), {
            httpMetadata: { contentType: 'application/x-ndjson' },
          })
        const heads = new Map<string, AuditHead>(parts.flatMap((part) => [...part.heads]))
        await putHeads(keeper, new Map([...held.headsInBucket(), ...heads]))
        held.endDraft(draft, heads)
      }
      const put = async (): Promise<void> => {
        try {
          await putNext()
          if (retryAt > 0) log({ level: 'warn', message: `The audit log "${name}" is put into its bucket again.` })
          ;[retryAt, pause] = [0, FIRST_PAUSE]
        } catch (cause) {
          retryAt = Date.now() + pause
          const message = `The audit log "${name}" cannot be put into its bucket; ${held.bytes()} bytes wait in its object.`
          log({ level: 'error', message, cause })
          pause = Math.min(pause * 2, LAST_PAUSE)
        }
      }

      const methods: AuditMethods = {
        // One after the other, for each builds on what the one before has left.
        append: (messages) => {
          const appended = last.then(() => append(messages))
          last = appended.catch(() => {})
          return appended
        },
      }
      return {
        methods,
        nextWake: () => {
          const due = held.dueAt()
          const next = Math.min(due === undefined ? Infinity : Math.max(due, retryAt), held.forgetAt() ?? Infinity)
          return next === Infinity ? undefined : next
        },
        wake: (now) => {
          held.forget(now)
          if (now < retryAt) return undefined
          putting ??= put().finally(() => (putting = undefined))
          return putting
        },
      }
    },
  }
}
