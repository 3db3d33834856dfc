import { type Client, connect } from 'hawser'
import { summarizeAudit } from 'hawser/audit'
import { openAudit } from 'hawser/node'
import { memoryCredentials, signIn } from 'hawser/node/sign-in'
import { randomBytes } from 'node:crypto'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import process from 'node:process'
import type { createNotes } from '../../examples/notes/create-notes.ts'
import { freePort } from '../../examples/notes/free-port.ts'
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
  /** Resolves when all that was done until now is on record. */
  readonly settle: () => Promise<void>
}

/** Serves an empty collection of notes, which goes with the tour. */
export async function openNotesForTour(preferredPort: number): Promise<Notes> {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'hawser-notes-'))
  const remove = (): void => {
    process.off('exit', remove)
    folder.remove()
  }
  // Also when the process is ended in the middle.
  process.once('exit', remove)
  const audit = join(folder.path, 'audit.jsonl')
  try {
    const { url, close, settle } = await serveNotes({
      port: await freePort(preferredPort),
      notes: join(folder.path, 'notes.db'),
      grants: join(folder.path, 'grants.db'),
      audit,
      secret: randomBytes(32).toString('base64'),
    })
    return { url, audit, settle, [Symbol.asyncDispose]: () => close().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

/** Signs in, reads, is asked for more when something is to be written, and looks at what is on record of it. */
export async function tourNotes(
  tour: Tour,
  { url, audit, settle }: Notes,
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
  tour.head('with sign-in', url, 'For each person their own notes. The same port has the authorization server.')
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
