import { spawn } from 'node:child_process'
import { GitProblem } from './git-problem.ts'

export interface ProcessLimits {
  /** Output is cut here and the process killed. */
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly input?: string
  /** Default the folder of this process. */
  readonly cwd?: string
}

export interface ProcessOutput {
  readonly stdout: Buffer
  /** The first 8 KiB. */
  readonly stderr: string
  /** -1 when the process was killed. */
  readonly code: number
  /** Which limit ended the process early, if one did. */
  readonly cut?: 'bytes' | 'time'
}

const maxStderrBytes = 8192

/** Runs a program without a shell, within limits. Rejects with the signal's reason when aborted. */
export function runProcess(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  limits: ProcessLimits,
): Promise<ProcessOutput> {
  limits.signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env,
      cwd: limits.cwd,
      shell: false,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let outBytes = 0
    let errBytes = 0
    let cut: ProcessOutput['cut']

    const end = (): void => {
      child.kill('SIGKILL')
      // A grandchild could hold the pipes open; without this the promise would wait for it.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    const timer = setTimeout(() => {
      cut ??= 'time'
      end()
    }, limits.timeoutMs)
    limits.signal?.addEventListener('abort', end, { once: true })

    child.stdout.on('data', (chunk: Buffer) => {
      if (cut !== undefined) return
      const room = limits.maxBytes - outBytes
      out.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
      outBytes += chunk.length
      if (chunk.length <= room) return
      cut = 'bytes'
      end()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (errBytes < maxStderrBytes) err.push(chunk.subarray(0, maxStderrBytes - errBytes))
      errBytes += chunk.length
    })
    // git may end before it has read its input; that is not an error of ours.
    child.stdin.on('error', () => {})
    child.stdin.end(limits.input ?? '')

    const settle = (): void => {
      clearTimeout(timer)
      limits.signal?.removeEventListener('abort', end)
    }
    child.on('error', (cause) => {
      settle()
      reject(
        new GitProblem('git_failed', 'git could not be started. Check that git and the repository are still there.', {
          cause,
        }),
      )
    })
    child.on('close', (code) => {
      settle()
      if (limits.signal?.aborted) return reject(limits.signal.reason)
      resolve({ stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString(), code: code ?? -1, cut })
    })
  })
}
