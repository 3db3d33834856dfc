import { connect } from 'hawser'
import { command, listen } from 'hawser/node'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { GitProblem } from '../../examples/git-history/git/git-problem.ts'
import { createGitHistory } from '../../examples/git-history/server.ts'
import { createOutput, type Output } from '../../packages/cli/src/output/create-output.ts'
import { clean } from '../../packages/cli/src/output/sanitize.ts'
import { chooseRepository, type Repository } from './choose-repository.ts'
import { findSubject, type Subject } from './find-subject.ts'
import { firstQuestions, moreQuestions } from './questions.ts'
import { adviseInstall, describeConnections } from './advice.ts'
import { openNotesForTour, tourNotes } from './notes.ts'
import { readOptions, type TourOptions, USAGE } from './read-options.ts'
import { createTour, type Tour } from './tour.ts'
import { watchInterrupt } from './watch-interrupt.ts'

const PROJECT = join(import.meta.dirname, '../..')
const PORT = 3000

/** Runs the tour and resolves to the exit code: 0, 1 when it failed, 2 for a wrong command line, 130 when interrupted. */
export async function start(args: readonly string[], { cache }: { readonly cache: string }): Promise<number> {
  const output = createOutput({ json: false })
  let options: TourOptions
  try {
    options = readOptions(args)
  } catch (error) {
    output.note(`${output.notePaint.red('npm start:')} ${clean(describeError(error))}\n\n${USAGE}`)
    return 2
  }
  if (options.help) {
    output.print(USAGE)
    return 0
  }
  using interrupt = watchInterrupt()
  let repository: Repository | undefined
  try {
    repository = await chooseRepository(PROJECT, options.repo)
    return await serve(repository, options, output, interrupt.signal, cache)
  } catch (error) {
    if (interrupt.signal.aborted) {
      output.note('\nStopped.')
      return 130
    }
    output.note(`\n${output.notePaint.red('npm start:')} ${clean(describeError(error))}`)
    if (error instanceof GitProblem && error.code === 'git_missing') output.note(adviseInstall(process.platform))
    return 1
  } finally {
    repository?.remove()
  }
}

const describeError = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function serve(
  repository: Repository,
  { once: isShort, port, node: onNode }: TourOptions,
  output: Output,
  signal: AbortSignal,
  cache: string,
): Promise<number> {
  const tour = createTour(output, signal)
  tour.open(repository)
  const subject = await overStdio(tour, repository, cache, signal)
  await using listener = await listenSomewhere(repository, isShort ? (port ?? 0) : port)
  await overHttp(tour, listener.url, subject, signal)
  const notesPort = isShort || port === 0 ? 0 : nextTo(port ?? PORT)
  await using notes = await tour.wait('Starting the notes', () =>
    openNotesForTour(notesPort, { isKept: notesPort !== 0, onNode }),
  )
  // A browser is no use where nobody looks.
  const isAlone = isShort || !process.stdin.isTTY || !output.isTerminal
  await tourNotes(tour, notes, { output, signal, isAlone })
  tour.close()
  if (isShort) return 0
  output.print(describeConnections(listener.url, notes, output))
  if (!signal.aborted) await once(signal, 'abort')
  output.print('\nClosed.')
  return 0
}

async function overStdio(tour: Tour, repository: Repository, cache: string, signal: AbortSignal): Promise<Subject> {
  const script = join('examples', 'git-history', 'stdio.ts')
  const args = ['--conditions=hawser-source', join(PROJECT, script)]
  const child = command(process.execPath, args, {
    env: { GIT_REPO: repository.folder, NODE_COMPILE_CACHE: cache },
  })
  await using client = await connect<ReturnType<typeof createGitHistory>>(child, { signal })
  await tour.enter('stdio', `node ${script}`, client)
  const subject = await tour.wait('Looking around', (options) => findSubject(client, options))
  for (const question of firstQuestions(subject)) await tour.ask(question, client)
  return subject
}

async function overHttp(tour: Tour, url: string, subject: Subject, signal: AbortSignal): Promise<void> {
  await using client = await connect<ReturnType<typeof createGitHistory>>(url, { signal })
  await tour.enter('HTTP', url, client)
  for (const question of moreQuestions(subject)) await tour.ask(question, client)
}

const LAST_PORT = 65_535
const nextTo = (port: number): number => (port < LAST_PORT ? port + 1 : 0)

/** On the port that was asked for; else on the usual one, or on any if that is taken. */
async function listenSomewhere({ folder }: Repository, port: number | undefined) {
  const server = createGitHistory(folder)
  if (port !== undefined) return listen(server, { port })
  return listen(server, { port: PORT }).catch(() => listen(server, { port: 0 }))
}
