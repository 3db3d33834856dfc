import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const node = (...args: readonly string[]) =>
  spawn(process.execPath, ['--conditions=hawser-source', ...args], { stdio: ['ignore', 'pipe', 'ignore'] })

/** What the command finds with the official server. */
async function diagnose(peer: string): Promise<{ readonly code: number | null; readonly wrong: readonly string[] }> {
  const server = node(join(root, 'interop/peers', peer))
  try {
    const [line = ''] = await read(server.stdout, (text) => text.includes('\n'))
    const { port } = JSON.parse(line) as { readonly port: number }
    const url = `http://127.0.0.1:${port}/mcp`
    const command = node(join(root, 'packages/cli/src/main.ts'), 'doctor', url, '--listen', '0.2s', '--json')
    const ended = new Promise<number | null>((resolve) => command.on('close', resolve))
    const text = (await read(command.stdout)).join('')
    const { groups } = JSON.parse(text) as {
      readonly groups: readonly {
        readonly checks: readonly { readonly id: string; readonly findings: readonly { readonly verdict: string }[] }[]
      }[]
    }
    const wrong = groups
      .flatMap(({ checks }) => checks)
      .flatMap(({ id, findings }) =>
        findings
          .filter(({ verdict }) => verdict === 'bad' || verdict === 'note')
          .map(({ verdict }) => `${verdict} ${id}`),
      )
    return { code: await ended, wrong }
  } finally {
    server.kill()
  }
}

async function read(stream: NodeJS.ReadableStream, isEnough = (_text: string) => false): Promise<readonly string[]> {
  const parts: string[] = []
  for await (const part of stream.setEncoding('utf8')) {
    parts.push(String(part))
    if (isEnough(parts.join(''))) break
  }
  return parts
}

describe('hawser doctor', () => {
  it('finds that the official handler of version 2 lets pages of strangers call, and nothing else', async () => {
    expect(await diagnose('sdk-2-http.ts')).toEqual({ code: 1, wrong: ['bad source', 'bad source'] })
  })

  it('finds with version 1 that it does not know the present revision, and uses its sessions', async () => {
    const { wrong } = await diagnose('sdk-1-http.ts')
    expect(wrong).toContain('note present')
    expect(wrong).not.toContain('bad sessions')
  })
})
