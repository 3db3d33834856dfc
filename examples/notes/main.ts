#!/usr/bin/env node
/** Serves notes over HTTP to everybody of this machine who signs in. */
import { once } from 'node:events'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { freePort } from './free-port.ts'
import { keepSecret } from './keep-secret.ts'
import { ownerOf } from './kit.ts'
import { issuerAt, serveNotes } from './serve.ts'
import { importFolder } from './store/import-folder.ts'
import { openNotes } from './store/open-notes.ts'

const USAGE = `node main.ts [--port 3000] [--db FILE] [--audit FILE] [--import PATH] [--for NAME]

  --port PORT    listen here, on this machine only; 0 takes any free port
  --db FILE      keep the notes here; notes.db when left out
  --audit FILE   keep account of what is done here; notes.audit.jsonl when left out
  --import PATH  take over the Markdown files of a folder
  --for NAME     whose they are: the name to sign in with; yours on this machine when left out

Beside the database stand who allowed what (.grants.db) and a secret (.secret), unless
NOTES_SECRET holds one. All are for their owner alone to read.`

const { values } = readArguments(process.argv.slice(2))
if (values.help) console.log(USAGE)
else await serve().catch((error: unknown) => fail(error, 1))

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '3000' },
        db: { type: 'string', default: process.env['NOTES_DB'] ?? 'notes.db' },
        audit: { type: 'string' },
        import: { type: 'string' },
        for: { type: 'string', default: process.env['USER'] ?? process.env['USERNAME'] ?? 'me' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    return fail(error, 2)
  }
}

async function serve(): Promise<void> {
  const port = await readPort(values.port)
  if (values.db === ':memory:') throw new Error('--db takes a file: what stands beside it would outlive the notes.')
  // What belongs to the database is called as it is.
  const base = values.db.replace(/\.db$/, '')
  const secret = keepSecret(`${base}.secret`, process.env['NOTES_SECRET'])
  if (values.import !== undefined) takeOver(values.import, port)
  const audit = values.audit ?? `${base}.audit.jsonl`
  const grants = `${base}.grants.db`
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
  await using listener = await serveNotes({ port, notes: values.db, grants, audit, secret, suggest: values.for })
  console.log(`Notes at ${listener.url}, until Ctrl-C. In another terminal:

  npm run hawser -- login ${listener.url}
  npm run hawser -- call ${listener.url} search_notes
  npm run hawser -- audit report ${audit}

What you allowed, to take it back: ${issuerAt(port)}/grants
The sign-in takes any name and no password: it is for trying things out, on this machine only.`)
  if (!stop.signal.aborted) await once(stop.signal, 'abort')
}

/** Gives the notes of a folder to the person who will sign in by that name. */
function takeOver(folder: string, port: number): void {
  if (!/^[\w.@+-]{1,64}$/.test(values.for))
    throw new Error(`--for takes letters, digits and . @ + - _, as the sign-in does; it got "${values.for}".`)
  using store = openNotes(values.db)
  const owner = ownerOf({ issuer: issuerAt(port), subject: values.for, scopes: new Set() })
  const { added, changed, same, skipped } = importFolder(store, owner, folder)
  for (const reason of skipped) console.error(`notes: ${reason}`)
  console.error(
    `notes for ${values.for}: ${added} new, ${changed} changed, ${same} as they were, ${skipped.length} left out.`,
  )
}

async function readPort(text: string): Promise<number> {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`--port takes a number from 0 to 65535; it got "${text}".`)
  return port === 0 ? freePort() : port
}

function fail(error: unknown, code: number): never {
  console.error(`notes: ${error instanceof Error ? error.message : String(error)}${code === 2 ? `\n\n${USAGE}` : ''}`)
  process.exit(code)
}
