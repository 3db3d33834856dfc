import { connect, type Socket } from 'node:net'

/** One keep-alive connection that carries one request at a time. */
export interface Connection {
  /** Calls back when the whole response has come, with its HTTP status. */
  readonly send: (request: string, done: (status: number) => void) => void
  readonly close: () => void
}

const headEnd = Buffer.from('\r\n\r\n')
const lastChunk = Buffer.from('0\r\n\r\n')

/** Where the response ends in these bytes, or -1 while it is incomplete. Nothing is pipelined, so nothing follows it. */
const isWhole = (bytes: Buffer, bodyAt: number, head: string): boolean => {
  const length = /content-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return bytes.length >= bodyAt + Number(length)
  return bytes.length >= bodyAt + lastChunk.length && bytes.subarray(-lastChunk.length).equals(lastChunk)
}

/** Opens a connection to a port of this machine. */
export const openConnection = (port: number): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let pending: Buffer | undefined
    let finish = (_status: number) => {}
    socket.on('data', (chunk: Buffer) => {
      const bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk])
      const end = bytes.indexOf(headEnd)
      const head = end < 0 ? '' : bytes.toString('latin1', 0, end)
      if (end < 0 || !isWhole(bytes, end + headEnd.length, head)) {
        pending = bytes
        return
      }
      pending = undefined
      finish(Number(head.slice(9, 12)))
    })
    socket.on('error', (error) => {
      reject(error)
      finish(0)
    })
    socket.on('close', () => finish(0))
    socket.on('connect', () =>
      resolve({
        send: (request, done) => {
          finish = done
          socket.write(request, 'utf8')
        },
        close: () => {
          finish = () => {}
          socket.destroy()
        },
      }),
    )
  })
