import type { CallOptions, Client } from 'hawser'
import { ToolError } from 'hawser'
import type server from '../../examples/git-history/server.ts'
import { fileUri } from '../../examples/git-history/resources/file.ts'
import type { Line } from './layout.ts'
import { type Page, showChanges, showCommit, showComparison, showLines, showText } from './show-answer.ts'
import type { Subject } from './find-subject.ts'

export type GitClient = Client<typeof server>

/** Something that a person would like to know, and the call that answers it. */
export interface Question<Asked = GitClient> {
  readonly words: string
  readonly call: string
  readonly ask: (client: Asked, page: Page, options: CallOptions) => Promise<readonly Line[]>
}

/** Asked of a child process, over its standard streams. */
export function firstQuestions({ file, oldest, isWhole }: Subject): readonly Question[] {
  const start = isWhole ? 'the first commit' : `commit ${oldest}`
  return [
    question(
      'What changed lately?',
      'find_changes',
      { limit: 4 },
      (client, input, options) => client.tools.find_changes(input, options),
      showChanges,
    ),
    question(
      `Who last touched the first lines of ${file}, and why?`,
      'who_changed',
      { path: file, endLine: 12 },
      (client, input, options) => client.tools.who_changed(input, options),
      showLines,
    ),
    question(
      `What happened since ${start}?`,
      'compare_points',
      { base: oldest },
      (client, input, options) => client.tools.compare_points(input, options),
      showComparison,
    ),
    {
      words: `What does ${file} say now?`,
      call: `read ${fileUri('HEAD', file)}`,
      ask: async (client, page, options) => {
        const { contents } = await client.read(fileUri('HEAD', file), options)
        return contents.flatMap((part) => ('text' in part ? showText(part.text, 5, page) : []))
      },
    },
  ]
}

/** Asked over HTTP. */
export function moreQuestions({ word, newest }: Subject): readonly Question[] {
  return [
    question(
      'What does the newest change do?',
      'explain_commit',
      { ref: newest, maxLines: 40 },
      (client, input, options) => client.tools.explain_commit(input, options),
      showCommit,
    ),
    question(
      `Which changes speak of “${word}”?`,
      'find_changes',
      { words: word, limit: 4 },
      (client, input, options) => client.tools.find_changes(input, options),
      showChanges,
    ),
    {
      words: 'And if a model asks for what it must not have?',
      call: 'browse_files({ ref: "--output=/etc/passwd" })',
      ask: async (client, page, options) => {
        try {
          await client.tools.browse_files({ ref: '--output=/etc/passwd' }, options)
        } catch (error) {
          if (error instanceof ToolError) return showText(error.message, 3, page)
          throw error
        }
        throw new Error('An option was taken for a ref.')
      },
    },
    {
      words: 'What would a model be asked, to explain this change?',
      call: `prompt explain_this_change({ commit: "${newest}" })`,
      ask: async (client, page, options) => {
        const messages = await client.prompts.explain_this_change({ commit: newest }, options)
        return messages.flatMap(({ content }) => ('text' in content ? showText(content.text, 4, page) : []))
      },
    },
  ]
}

/** A question that one tool answers. */
function question<Input extends object, Answer>(
  words: string,
  tool: string,
  input: Input,
  ask: (client: GitClient, input: Input, options: CallOptions) => Promise<Answer>,
  show: (answer: Answer, page: Page) => readonly Line[],
): Question {
  const given = Object.entries(input).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return {
    words,
    call: `${tool}({ ${given.join(', ')} })`,
    ask: async (client, page, options) => show(await ask(client, input, options), page),
  }
}
