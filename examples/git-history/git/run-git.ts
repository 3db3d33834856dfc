import { stat } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { findGit } from './find-git.ts'
import { createGate } from './gate.ts'
import { GitProblem } from './git-problem.ts'
import { runProcess, type ProcessOutput } from './run-process.ts'
import { safeEnvironment, safeGlobalOptions } from './safe-settings.ts'

/** One repository to ask. All questions of this folder take one as their first argument. */
export interface Git {
  /** The folder's name, for people. */
  readonly name: string
  readonly gitDir: string
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<GitOutput>
}

export interface RunOptions {
  readonly signal?: AbortSignal
  /** Default 4 MiB. More is cut, and `cut` says so. */
  readonly maxBytes?: number
  /** Default 15 000. */
  readonly timeoutMs?: number
  readonly input?: string
  /** Exit codes that are answers. Default only 0. */
  readonly okCodes?: readonly number[]
  /** Return what came before the time limit instead of throwing `timeout`. */
  readonly partial?: boolean
}

export interface GitOutput {
  readonly stdout: Buffer
  readonly code: number
  readonly cut?: 'bytes' | 'time'
}

export interface GitOptions {
  /** The environment to take PATH and HOME from. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv
  /** Time limit of one git process in milliseconds. Default 15 000. */
  readonly timeoutMs?: number
  /** git processes at once. Default 4. */
  readonly maxProcesses?: number
}

const maxWaiting = 256

/**
 * Opens the repository a folder belongs to. A repository without commits opens too; questions to it answer with
 * nothing and a note.
 *
 * ```ts
 * const git = await createGit('.')
 * const { changes } = await findChanges(git, { words: 'fix' })
 * ```
 *
 * Throws `GitProblem`: `git_missing`, `not_a_repository`.
 */
export async function createGit(repoPath: string, options: GitOptions = {}): Promise<Git> {
  const folder = path.resolve(repoPath)
  const source = options.env ?? process.env
  const file = findGit(source.PATH)
  const env = safeEnvironment(source)
  const timeoutMs = options.timeoutMs ?? 15_000
  const gate = createGate(options.maxProcesses ?? 4, maxWaiting)
  const gitDir = await findGitDir(file, env, folder)
  const globalOptions = safeGlobalOptions(gitDir)

  async function run(args: readonly string[], asked: RunOptions = {}): Promise<GitOutput> {
    const limits = {
      maxBytes: asked.maxBytes ?? 4 * 1024 * 1024,
      timeoutMs: Math.min(asked.timeoutMs ?? timeoutMs, timeoutMs),
      signal: asked.signal,
      input: asked.input,
      // git looks for attributes and mailmap where it is started, too.
      cwd: gitDir,
    }
    const output = await gate(() => runProcess(file, [...globalOptions, ...args], env, limits), asked.signal)
    checkOutput(output, asked, limits.timeoutMs)
    return { stdout: output.stdout, code: output.code, cut: output.cut }
  }

  return { name: nameOf(gitDir), gitDir, run }
}

async function findGitDir(file: string, env: Record<string, string>, folder: string): Promise<string> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder)
    throw new GitProblem('not_a_repository', `Expected a folder with a git repository, but ${folder} is none.`)
  const limits = { maxBytes: 65_536, timeoutMs: 10_000 }
  const version = await runProcess(file, ['--version'], env, limits)
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version.stdout.toString()) ?? []
  if (Number(major) < 2 || (Number(major) === 2 && Number(minor) < 32)) {
    throw new GitProblem('git_missing', `Expected git 2.32 or newer, but found ${major}.${minor}. Update git.`)
  }
  const output = await runProcess(file, ['-C', folder, 'rev-parse', '--absolute-git-dir'], env, limits)
  if (output.code === 0) return output.stdout.toString().replace(/\r?\n$/, '')
  const cause = new Error(output.stderr)
  if (output.stderr.includes('dubious ownership')) {
    const advice = `If you trust it, run: git config --global --add safe.directory ${folder}`
    throw new GitProblem('not_a_repository', `The repository at ${folder} belongs to another user. ${advice}`, {
      cause,
    })
  }
  const advice = 'Give the folder of a clone, or run git init there.'
  throw new GitProblem('not_a_repository', `No git repository at ${folder} or above it. ${advice}`, { cause })
}

function checkOutput(output: ProcessOutput, asked: RunOptions, timeoutMs: number): void {
  if (output.cut === 'time' && !asked.partial) {
    const message = `git took longer than ${timeoutMs / 1000} s. Ask for less: name a path, a shorter time or fewer lines.`
    throw new GitProblem('timeout', message)
  }
  if (output.cut !== undefined || (asked.okCodes ?? [0]).includes(output.code)) return
  const cause = new Error(output.stderr)
  if (/lazy fetching|promisor|(unable to|could not) read|bad object|missing (blob|tree|commit)/i.test(output.stderr)) {
    const message =
      'This clone does not hold all objects that are needed. Fetch them (git fetch --refetch), then ask again.'
    throw new GitProblem('missing_object', message, { cause })
  }
  throw new GitProblem('git_failed', `git could not answer (exit code ${output.code}). Try a simpler question.`, {
    cause,
  })
}

function nameOf(gitDir: string): string {
  const last = path.basename(gitDir)
  return last === '.git' ? path.basename(path.dirname(gitDir)) : last.replace(/\.git$/, '')
}
