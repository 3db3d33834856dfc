import { objectSql } from '../object-sql.ts'
import type { Role } from '../role.ts'
import { getHeads, type Keeper } from './bucket.ts'
import { AUDIT_VERSIONS, type MessageId, openHeldRecords } from './held-records.ts'
import { linkMessages } from './link-messages.ts'
import type { AuditMessage } from './message.ts'
import { createObjectWriter } from './object-writer.ts'

/** Tenants of one log, whose ends are noted with each object, and UTF-16 units of their names. */
const MAX_TENANTS = 10_000
const MAX_NAME = 1_000
/** Bytes that wait for a bucket. What comes beyond them stays in the Queue. */
const MAX_HELD = 268_435_456

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
  const { bucketName, lingerMs } = keeper
  return {
    schema: AUDIT_VERSIONS,
    start: ({ storage }) => {
      const held = openHeldRecords(objectSql(storage))
      let last: Promise<unknown> = Promise.resolve()
      const objects = createObjectWriter(keeper, held)

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
          const next = Math.min(
            due === undefined ? Infinity : Math.max(due, objects.retryAt()),
            held.forgetAt() ?? Infinity,
          )
          return next === Infinity ? undefined : next
        },
        wake: (now) => {
          held.forget(now)
          return now < objects.retryAt() ? undefined : objects.put()
        },
      }
    },
  }
}
