import { connect as dial, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { connect } from 'hawser'
import { expect } from 'vitest'
import { startServer } from './start-victim.ts'
import { startNeighbour } from './victims/neighbour.ts'
import type { Neighbour } from './victims/task.ts'

/** What a server may grow by under an attack, in MiB; what is read is freed a little later. */
export const BOUND = 128

interface Scene {
  readonly url: string
  /** Opens a connection and writes; what comes back is kept up to 1 MiB. */
  readonly open: (...bytes: readonly (string | Uint8Array)[]) => Wire
  /** What the server has grown by, in MiB. */
  readonly growth: () => Promise<number>
}

interface Wire {
  readonly socket: Socket
  readonly received: () => string
  readonly closed: Promise<void>
}

/** Attacks a server while somebody else calls it over and over, and makes sure that those calls do not suffer. */
export async function onStage(
  kind: 'server-http' | 'server-workerd',
  act: (scene: Scene) => Promise<void>,
  patienceMs = 5_000,
): Promise<void> {
  await using victim = await startServer(kind)
  const url = String(victim.first)
  await using client = await connect(url)
  await client.call('echo', { text: 'here' })
  const before = await victim.peak()
  const wires: Socket[] = []
  const beside = startNeighbour(() => client.call('echo', { text: 'still here' }))
  const open: Scene['open'] = (...bytes) => {
    const socket = dial(Number(new URL(url).port), '127.0.0.1')
    wires.push(socket)
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      if (text.length < 2 ** 20) text += String(chunk)
    })
    socket.on('error', () => {})
    for (const each of bytes) socket.write(each)
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    return { socket, received: () => text, closed }
  }
  let neighbour: Neighbour
  try {
    await act({ url, open, growth: async () => (await victim.peak()) - before })
  } finally {
    neighbour = await beside.stop()
    for (const socket of wires) socket.destroy()
  }
  expect(neighbour.failures).toEqual([])
  expect(neighbour.worstMs).toBeLessThan(patienceMs)
  expect((await client.call('echo', { text: 'after' })).content).toMatchObject([{ text: 'after' }])
}

/** The head of a proper request for a body. */
export function head(body: string | Uint8Array | undefined, ...more: readonly string[]): string {
  const lines = [
    'POST /mcp HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    'mcp-protocol-version: 2026-07-28',
    ...(body === undefined ? [] : [`content-length: ${body.length}`]),
    ...more,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
export const CALL = ['mcp-method: tools/call', 'mcp-name: echo'] as const
export const LISTEN = ['mcp-method: subscriptions/listen'] as const
export const post = (body: string, ...more: readonly string[]): string => head(body, ...more) + body
export const statusOf = (text: string): string | undefined => /^HTTP\/1\.1 (\d+)/.exec(text)?.[1]
export const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
export const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

/** A body in chunks of one byte. */
export function* byteByByte(body: string): Iterable<string> {
  for (let at = 0; at < body.length; at += 10_000) yield Array.from(body.slice(at, at + 10_000), chunk).join('')
  yield '0\r\n\r\n'
}

/** What is sent very slowly, and what it begins with. */
export const SLOW: readonly (readonly [what: string, start: () => string])[] = [
  ['heads', () => 'POST /mcp HTTP/1.1\r\nx-slow: '],
  ['bodies', () => head(undefined, 'content-length: 100000', ...CALL)],
  ['nothing', () => ''],
]

/** Sends so on 500 connections for four seconds. */
export async function dripOn500(open: Scene['open'], start: () => string): Promise<void> {
  const wires = Array.from({ length: 500 }, () => open(start()))
  const drip = setInterval(() => {
    for (const { socket } of wires) if (socket.writable && start() !== '') socket.write('x')
  }, 250)
  await quiet(4_000)
  clearInterval(drip)
}

/** Two hundred megabytes of zeros in two hundred kilobytes. */
export const BOMB = gzipSync('0'.repeat(200 * 2 ** 20))

export const quiet = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
