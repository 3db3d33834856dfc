/** The Worker of `examples/notes` as the tour runs it: account of what is done goes to the process beside it, which has a disk. */
import { env } from 'cloudflare:workers'
import { audit, auditEvents, type AuditSink } from 'hawser/audit'
import { createWorker, issuer, resource, secret } from '../../examples/notes/create-worker.ts'

export { OAuthObject } from '@hawser/oauth/cloudflare'
export { HawserObject } from 'hawser/cloudflare'
export { NotesObject } from '../../examples/notes/store/notes-object.ts'

// A service binding of `notes-on-workers.ts`.
const account = env['ACCOUNT'] as { readonly fetch: typeof fetch }

const sink: AuditSink = {
  append: async (records, sealKey = new Uint8Array()) => {
    const body = JSON.stringify({ records, sealKey: [...sealKey] })
    const { ok } = await account.fetch('http://account/', { method: 'POST', body })
    if (!ok) throw new Error('The account was not kept.')
  },
}

const { fetch: answer } = createWorker({
  use: [audit({ sink, key: secret, resource, mode: 'required' })],
  onEvent: auditEvents({ sink, key: secret, issuer, mode: 'required' }),
})

type Answer = typeof answer

export default {
  /** Answers when all is on record, so that the report which follows has it. */
  fetch: async (...[request, bindings, context]: Parameters<Answer>): ReturnType<Answer> => {
    const left: Promise<unknown>[] = []
    const waitUntil = (promise: Promise<unknown>): void => {
      left.push(promise)
      context.waitUntil(promise)
    }
    const response = await answer(request, bindings, { waitUntil })
    await Promise.all(left)
    return response
  },
}
