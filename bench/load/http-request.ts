import { frame, headersOf, type Dialect, type Question } from '../wire/dialect.ts'

/** Writes a raw HTTP/1.1 POST; ids have nine digits, so that the length of the body is known. */
export const requestWriter = (
  port: number,
  dialect: Dialect,
  question: Question,
  { session, token }: { readonly session?: string | undefined; readonly token?: string | undefined } = {},
) => {
  const [head, tail] = frame(dialect, question)
  const headers = {
    host: `127.0.0.1:${port}`,
    ...headersOf(dialect, question, session),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    'content-length': String(Buffer.byteLength(head + tail) + 9),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const start = `POST /mcp HTTP/1.1\r\n${lines.join('')}\r\n${head}`
  let id = 100_000_000
  return () => {
    id += 1
    return start + id + tail
  }
}
