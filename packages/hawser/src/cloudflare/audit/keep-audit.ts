import { createAuditKeys, sha256 } from '../../audit/keys.ts'
import { guardLog, type Log, logToStderr } from '../../call/index.ts'
import { type BindingKind, findBinding, hasMethods, notGiven } from '../find-binding.ts'
import { openObjects } from '../objects.ts'
import type { Bucket, ExecutionContext, MessageBatch, QueueMessage } from '../runtime.ts'
import { type AuditMethods, createAuditRole } from './audit-role.ts'
import { registerLog } from './hosted-logs.ts'
import { type AuditMessage, readMessage } from './message.ts'
import type { MessageId } from './held-records.ts'

/** How a log is kept. */
export interface KeepAuditOptions {
  /** The binding of `HawserObject`, one of which links the records and holds them until they are in the bucket. */
  readonly binding: string
  /** The binding of an R2 bucket. */
  readonly bucket: string
  /** The secret of the log: the one that `audit()` has. */
  readonly key: string | Uint8Array
  /** What its keys in the bucket begin with; `audit` when left out. Small letters, digits and hyphens. */
  readonly name?: string | undefined
  /** Milliseconds that records wait for others, to be put into the bucket together; 60 000 when left out. */
  readonly lingerMs?: number | undefined
  /** Where to say that something cannot be kept; stderr when left out. */
  readonly log?: Log | undefined
}

/** Takes what a Queue brings. */
export interface QueueConsumer {
  readonly queue: (batch: MessageBatch, env: unknown, context: ExecutionContext) => Promise<void>
}

const BUCKET: BindingKind<Bucket> = {
  user: 'keepAudit',
  option: 'bucket',
  what: 'an R2 bucket',
  isIt: (value): value is Bucket => hasMethods(value, ['get', 'head', 'put', 'createMultipartUpload']),
  describe: (name) => `wrangler.jsonc needs this line:

  "r2_buckets": [{ "binding": "${name}", "bucket_name": "audit" }],

and the bucket is made by: npx wrangler r2 bucket create audit
`,
}

/** Seconds before a message is brought again: at first, and at most. */
const FIRST_DELAY = 10
const LAST_DELAY = 3_600

/**
 * Makes one log of what `queueAudit` has sent, whichever Worker it was: in an R2 bucket, as lines of JSON in objects whose keys sort as the
 * records are linked, with a note of the end that is sealed. Each record is in it once, however often a message is brought.
 *
 * A message that is none, or can never be kept, is put into the bucket beside the log, so that it holds up no other.
 *
 * @throws TypeError when a binding is not there, with the lines that make it, or for another log of the same name; RangeError for a key
 *   of less than 32 bytes, a name with other characters, or a time below 1.
 * @example
 * export default worker(server, { queues: { audit: keepAudit({ binding: 'HAWSER', bucket: 'AUDIT_LOG', key: env.AUDIT_KEY }) } })
 * @see https://developers.cloudflare.com/queues/reference/delivery-guarantees/
 */
export function keepAudit(options: KeepAuditOptions): QueueConsumer {
  const { binding, bucket: bucketName, name = 'audit', lingerMs = 60_000 } = options
  if (!/^[a-z\d][a-z\d-]{0,62}$/.test(name))
    throw new RangeError(`keepAudit({ name }) has small letters, digits and hyphens, up to 63; got "${name}".`)
  if (!(lingerMs >= 1)) throw new RangeError(`keepAudit({ lingerMs }) must be at least 1; it is ${lingerMs}.`)
  const log = guardLog(options.log ?? logToStderr)
  const objects = openObjects<AuditMethods>(binding, 'audit', 'keepAudit', ['append'])
  const bucket = findBinding(bucketName, BUCKET)
  const { forHeads: sealKey } = createAuditKeys(options.key)
  if (bucket !== undefined) registerLog(name, createAuditRole({ name, bucket, bucketName, sealKey, lingerMs, log }))

  const later = (messages: readonly QueueMessage[], cause: unknown): void => {
    const message = `The audit log "${name}" cannot be written; ${messages.length} messages stay in the Queue.`
    log({ level: 'error', message, cause })
    for (const each of messages)
      each.retry({ delaySeconds: Math.min(FIRST_DELAY * 2 ** (each.attempts - 1), LAST_DELAY) })
  }
  /** Puts a message aside that can never be kept. */
  const refuse = async (message: QueueMessage, queue: string, reason: string): Promise<void> => {
    const { id, timestamp, body } = message
    const key = `${name}/refused/${id}.json`
    try {
      if (bucket === undefined) throw notGiven(bucketName, BUCKET)
      await bucket.put(key, JSON.stringify({ reason, queue, id, timestamp, body }))
      log({
        level: 'error',
        message: `A message of the Queue ${queue} is no audit record, and was put aside as ${key}. ${reason}`,
      })
      message.ack()
    } catch (cause) {
      later([message], cause)
    }
  }
  const keep = async (read: readonly Read[], queue: string): Promise<void> => {
    const verdicts = await objects.call(
      name,
      'append',
      read.map(({ content }) => content),
    )
    for (const [at, { message }] of read.entries()) {
      const reason = verdicts[at]
      if (reason === undefined) message.ack()
      else await refuse(message, queue, reason)
    }
  }

  /** One message with which the object fails must not hold up the others. Where it cannot be reached, they all wait. */
  const keepEach = async (read: readonly Read[], queue: string, error: unknown): Promise<void> => {
    const failed: QueueMessage[] = []
    let cause = error
    for (const each of read) {
      try {
        if (!isRemote(error)) throw error
        await keep([each], queue)
      } catch (own) {
        failed.push(each.message)
        cause = own
      }
    }
    if (failed.length > 0) later(failed, cause)
  }

  return {
    queue: async ({ queue, messages }) => {
      const read: Read[] = []
      for (const message of messages) {
        const content = readMessage(message.body)
        if (typeof content === 'string') await refuse(message, queue, content)
        else read.push({ message, content: { ...content, id: await identify(String(message.body)) } })
      }
      if (read.length === 0) return
      try {
        await keep(read, queue)
      } catch (error) {
        await keepEach(read, queue, error)
      }
    },
  }
}

interface Read {
  readonly message: QueueMessage
  readonly content: AuditMessage & MessageId
}

/** Whether an object has thrown it, rather than that it could not be reached. */
const isRemote = (error: unknown): boolean => error instanceof Error && Reflect.get(error, 'remote') === true

/** 128 bits of a hash of the content: by it a message is known, whoever brings it. */
const identify = async (body: string): Promise<string> => (await sha256(body)).slice(0, 32)
