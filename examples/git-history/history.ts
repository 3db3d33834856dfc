import { fail } from 'hawser'
import { blameLines } from './git/blame-lines.ts'
import { comparePoints } from './git/compare-points.ts'
import { explainCommit } from './git/explain-commit.ts'
import { findChanges } from './git/find-changes.ts'
import { GitProblem } from './git/git-problem.ts'
import { listFiles } from './git/list-files.ts'
import { listRefs } from './git/list-refs.ts'
import { readFile } from './git/read-file.ts'
import { createGit, type Git } from './git/run-git.ts'

type Question<Query, Answer> = (git: Git, query: Query, signal?: AbortSignal) => Promise<Answer>
type Asked<Q> =
  Q extends Question<infer Query, infer Answer> ? (query: Query, signal?: AbortSignal) => Promise<Answer> : never

/** The questions that one repository answers. What git has to say about a bad one is thrown as `fail()`, for the model. */
export interface History {
  readonly findChanges: Asked<typeof findChanges>
  readonly explainCommit: Asked<typeof explainCommit>
  readonly blameLines: Asked<typeof blameLines>
  readonly comparePoints: Asked<typeof comparePoints>
  readonly readFile: Asked<typeof readFile>
  readonly listFiles: Asked<typeof listFiles>
  readonly listRefs: Asked<typeof listRefs>
}

/** Longer than most clients wait for a sign of life; searches report progress meanwhile. (milliseconds) */
const MOST_TIME = 60_000

/**
 * Binds all questions to the repository that a folder belongs to. It is opened by the first question: a server starts at
 * once and can say what is wrong with the folder, and a folder that becomes a repository later works from then on.
 *
 * @example
 * const { changes } = await createHistory('.').findChanges({ words: 'retry' })
 */
export function createHistory(folder: string): History {
  let opened: Promise<Git> | undefined
  const open = (): Promise<Git> => {
    opened ??= createGit(folder, { timeoutMs: MOST_TIME }).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  const ask =
    <Query, Answer>(question: Question<Query, Answer>) =>
    async (query: Query, signal?: AbortSignal): Promise<Answer> => {
      try {
        return await question(await open(), query, signal)
      } catch (error) {
        throw error instanceof GitProblem ? fail(error.message) : error
      }
    }

  return {
    findChanges: ask(findChanges),
    explainCommit: ask(explainCommit),
    blameLines: ask(blameLines),
    comparePoints: ask(comparePoints),
    readFile: ask(readFile),
    listFiles: ask(listFiles),
    listRefs: ask(listRefs),
  }
}
