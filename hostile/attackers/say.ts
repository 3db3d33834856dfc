import { Buffer } from 'node:buffer'

/** Writes until the pipe is gone, as fast as it takes; the attacker himself uses little memory. */
export async function pour(chunks: Iterable<string | Uint8Array>, pauseMs = 0): Promise<void> {
  const { stdout } = process
  stdout.on('error', () => process.exit())
  for (const chunk of chunks) {
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    if (!stdout.write(chunk)) await new Promise((resolve) => stdout.once('drain', resolve))
  }
}

/** The same chunk, for ever or a number of times. */
export function* repeat(chunk: string | Uint8Array, times = Infinity): Generator<string | Uint8Array> {
  for (let count = 0; count < times; count++) yield chunk
}

/** About so many MiB of the same text, in chunks of 1 MiB. */
export function* mebibytes(count: number, unit = 'x'): Generator<Uint8Array> {
  yield* repeat(Buffer.from(unit.repeat(Math.floor(2 ** 20 / unit.length))), count) as Generator<Uint8Array>
}

interface Request {
  readonly id: number
  readonly method: string
  readonly params: { readonly _meta?: { readonly progressToken?: unknown }; readonly cursor?: string }
}

/** Calls back for every request that the victim writes. */
export function onRequest(take: (request: Request) => void): void {
  let text = ''
  process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const message = JSON.parse(line) as Partial<Request>
      if (typeof message.id === 'number') take(message as Request)
    }
  })
  process.stdin.on('end', () => process.exit())
}

export const line = (message: object): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`

/** A proper answer, which shows that the connection still serves. */
export const fine = (id: number): string =>
  line({ id, result: { resultType: 'complete', content: [{ type: 'text', text: 'fine' }] } })
