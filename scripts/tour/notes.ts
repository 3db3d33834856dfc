import { type Client, connect } from 'hawser'
import { summarizeAudit } from 'hawser/audit'
import { openAudit } from 'hawser/node'
import { memoryCredentials, signIn } from 'hawser/node/sign-in'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import type { createNotes } from '../../examples/notes/create-notes.ts'
import { freePort } from '../../examples/notes/free-port.ts'
import { keepSecret } from '../../examples/notes/keep-secret.ts'
import { serveNotes } from '../../examples/notes/serve.ts'
import type { Output } from '../../packages/cli/src/output/create-output.ts'
import { showReport } from '../../packages/cli/src/output/show-audit-report.ts'
import { askPerson } from './ask-person.ts'
import type { Question } from './questions.ts'
import { showText } from './show-answer.ts'
import type { Tour } from './tour.ts'

type NotesClient = Client<ReturnType<typeof createNotes>>

export interface Notes extends AsyncDisposable {
  readonly url: string
  readonly audit: string
  /** Where they are kept until somebody deletes them; they are gone with the tour when left out. */
  readonly kept?: string | undefined
  /** What runs them, with why it is not what was to be expected. */
  readonly runtime: string
  /** Resolves when all that was done until now is on record. */
  readonly settle: () => Promise<void>
}

/** Where notes are kept between two tours. */
const KEPT = join(import.meta.dirname, '../../examples/notes/.local')

/**
 * Serves notes in the runtime of Cloudflare, and on Node where that does not run, or is not wanted.
 *
 * @param isKept Otherwise they are empty, and go with the tour.
 */
export async function openNotesForTour(
  preferredPort: number,
  { isKept, onNode }: { readonly isKept: boolean; readonly onNode: boolean },
): Promise<Notes> {
  const port = await freePort(preferredPort)
  if (onNode) return openOnNode(port, 'Node')
  try {
    return await openOnWorkers(port, isKept)
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n')
    return openOnNode(port, `Node, since the Workers runtime does not start here: ${reason}`)
  }
}

async function openOnWorkers(port: number, isKept: boolean): Promise<Notes> {
  const { path, remove } = isKept ? keptFolder() : passingFolder()
  const audit = join(path, 'audit.jsonl')
  try {
    const { serveOnWorkers } = await import('./notes-on-workers.ts')
    const secret = keepSecret(join(path, 'secret'), undefined)
    const { url, close } = await serveOnWorkers({ port, folder: join(path, 'objects'), audit, secret })
    const runtime = 'Cloudflare Workers, on this machine'
    return {
      url,
      audit,
      runtime,
      kept: isKept ? path : undefined,
      settle: async () => {},
      [Symbol.asyncDispose]: () => close().finally(remove),
    }
  } catch (error) {
    remove()
    throw error
  }
}

async function openOnNode(port: number, runtime: string): Promise<Notes> {
  const { path, remove } = passingFolder()
  const audit = join(path, 'audit.jsonl')
  try {
    const { url, close, settle } = await serveNotes({
      port,
      notes: join(path, 'notes.db'),
      grants: join(path, 'grants.db'),
      audit,
      secret: randomBytes(32).toString('base64'),
    })
    return { url, audit, runtime, settle, [Symbol.asyncDispose]: () => close().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

function keptFolder() {
  mkdirSync(KEPT, { recursive: true, mode: 0o700 })
  return { path: KEPT, remove: () => {} }
}

function passingFolder() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'hawser-notes-'))
  const remove = (): void => {
    process.off('exit', remove)
    folder.remove()
  }
  // Also when the process is ended in the middle.
  process.once('exit', remove)
  return { path: folder.path, remove }
}

/** Signs in, reads, is asked for more when something is to be written, and looks at what is on record of it. */
export async function tourNotes(
  tour: Tour,
  { url, audit, runtime, settle }: Notes,
  { output, signal, isAlone }: { readonly output: Output; readonly signal: AbortSignal; readonly isAlone: boolean },
): Promise<void> {
  let why = 'The server wants to know who calls, and asks for as little as it can.'
  const auth = signIn({
    client: { name: 'The tour of Hawser' },
    store: memoryCredentials(),
    onStepUp: ({ operation, missing }) => {
      const [tool = operation] = operation.split(' ').slice(-1)
      why = `${tool} needs ${missing.join(', ')}, too. Nothing has run yet.`
      return true
    },
    ask: askPerson({
      keyboard: isAlone ? undefined : process.stdin,
      tell: (words, work) => tour.interrupt(`${why} ${words}`, work),
      print: output.print,
      signal,
    }),
  })
  tour.head(
    'with sign-in',
    url,
    `For each person their own notes, on ${runtime}. The same port has the authorization server.`,
  )
  await using client = await tour.wait('Signing in', () =>
    connect<ReturnType<typeof createNotes>>(url, { signal, http: { auth } }),
  )
  for (const question of questions) await tour.ask(question, client)
  await settle()
  tour.head('who did what', `hawser audit report ${basename(audit)}`)
  output.print(`\n${showReport(await summarizeAudit(await openAudit(audit)), basename(audit), output)}`)
}

const questions: readonly Question<NotesClient>[] = [
  {
    words: 'Which notes do I have?',
    call: 'search_notes({})',
    ask: async (client, page, options) => {
      const { notes } = await client.tools.search_notes({}, options)
      return showText(notes.map(({ title }) => title).join('\n') || 'None yet.', 5, page)
    },
  },
  {
    words: 'Write down when the water is high.',
    call: 'save_note({ title: "Tides", text: "High water at seven." })',
    ask: async (client, page, options) => {
      const { id } = await client.tools.save_note({ title: 'Tides', text: 'High water at seven.' }, options)
      return showText(`Written, as note ${id}.`, 1, page)
    },
  },
  {
    words: 'Where was it that I wrote about water?',
    call: 'search_notes({ words: "water" })',
    ask: async (client, page, options) => {
      const { notes } = await client.tools.search_notes({ words: 'water' }, options)
      return showText(notes.map(({ title, excerpt }) => `${title}: ${excerpt}`).join('\n'), 5, page)
    },
  },
]
