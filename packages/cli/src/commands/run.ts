import type { Server } from 'hawser'
import { COMMON } from '../command-line/options.ts'
import { EXIT } from '../exit-code.ts'
import { usageFailure } from '../failure.ts'
import { serveOverStdio } from '../serve/stdio.ts'
import { loadServer } from '../target/load-server.ts'
import { defineCommand } from './command.ts'

export const run = defineCommand({
  name: 'run',
  summary: 'Serve the default export of a file: over stdio, or with --http over HTTP.',
  usage: ['FILE [-- ARGS…]', 'FILE --http PORT [--host ADDRESS] [-- ARGS…]'],
  about: [
    'FILE is a JavaScript or TypeScript module; Node runs TypeScript by itself from 22.18 and 24 on. What follows -- is handed to it in process.argv.',
    'Over stdio, standard output carries the protocol, and everything that is logged goes to standard error.',
  ],
  takesTarget: false,
  options: {
    http: {
      type: 'string',
      value: 'PORT',
      about: 'Serve over HTTP on this port, at the path /mcp; 0 takes any free one.',
    },
    host: {
      type: 'string',
      value: 'ADDRESS',
      about: 'Listen on this address; 127.0.0.1 when left out, so that only this machine can call.',
    },
    as: {
      type: 'string',
      value: 'NAME',
      about: 'Serve to this user of the server; HAWSER_AS in the environment says the same. "local" when left out.',
    },
    scopes: {
      type: 'string',
      value: 'A,B',
      about:
        'Grant callers these scopes only; HAWSER_SCOPES in the environment says the same. Over stdio they have all when left out, over HTTP none but those of their tokens.',
    },
    ...COMMON,
  },
  examples: [
    { line: 'hawser run notes.ts', about: 'Serve over stdio: the command for a client to start' },
    { line: 'hawser run notes.ts --http 3000', about: 'Serve at http://127.0.0.1:3000/mcp' },
    { line: 'hawser run notes.ts --as ada --scopes notes:read', about: 'Serve to Ada, who may only read' },
  ],
  run: async ({ values, words: [file, ...more], program = [] }) => {
    if (file === undefined) throw usageFailure('run needs a FILE.', 'Write: hawser run FILE [--http PORT]')
    if (/^https?:\/\//i.test(file))
      throw usageFailure('run serves a FILE, not a URL.', `To look into that server: hawser list ${file}`)
    if (more.length > 0) throw usageFailure(`Unexpected "${more[0]}".`, `To hand it to ${file}, write it after --`)
    if (values.http !== undefined && values.as !== undefined && values.scopes === undefined)
      throw usageFailure('--as with --http needs --scopes.', 'Without it, callers are who their tokens say.')
    if (values.http === undefined && values.host !== undefined) throw usageFailure('--host needs --http PORT.')
    const port = readPort(values.http)
    if (port === undefined) {
      const { HAWSER_AS, HAWSER_SCOPES } = process.env
      await serveOverStdio(file, program, (server) => ({
        subject: values.as ?? (HAWSER_AS || 'local'),
        scopes: readScopes(values.scopes ?? HAWSER_SCOPES, server) ?? new Set(server.scopes),
      }))
      return undefined
    }
    const server = await loadServer(file, program)
    const { serveOverHttp } = await import('../serve/http.ts')
    await serveOverHttp(server, {
      port,
      host: values.host,
      subject: values.as,
      scopes: readScopes(values.scopes, server),
      color: values.color,
    })
    return EXIT.ok
  },
})

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw usageFailure(`--http takes a port from 0 to 65535; it got "${text}".`)
}

/** @throws Failure for a scope that the server does not know. */
function readScopes(text: string | undefined, { scopes: known }: Server): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined
  const scopes = text
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '')
  const unknown = scopes.find((scope) => !known.includes(scope))
  if (unknown === undefined) return new Set(scopes)
  throw usageFailure(
    `The server has no scope "${unknown}".`,
    known.length === 0 ? 'It declares no scopes.' : `It has ${known.join(', ')}.`,
  )
}
