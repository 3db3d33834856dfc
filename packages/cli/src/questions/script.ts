import { coerce } from '../arguments/coerce.ts'
import { describeShape, isSchema } from '../arguments/read-shape.ts'
import { Failure, usageFailure } from '../failure.ts'
import { EXIT } from '../exit-code.ts'
import { type Answer, type Context, fieldsOf, type Form, type NamedField, type Page } from './question.ts'

/** Answers that were given on the command line, by the key of their question. */
export type Script = ReadonlyMap<string, string>

/** @throws Failure for what is not written KEY=…, or a key that comes twice. */
export function readScript(answers: readonly string[]): Script {
  const script = new Map<string, string>()
  for (const answer of answers) {
    const equals = answer.indexOf('=')
    if (equals < 1)
      throw usageFailure(
        `--answer takes KEY=JSON, but it got ${JSON.stringify(answer)}.`,
        'For example: --answer keep=true',
      )
    const key = answer.slice(0, equals)
    if (script.has(key)) throw usageFailure(`--answer ${key} is given twice.`)
    script.set(key, answer.slice(equals + 1))
  }
  return script
}

const ACTIONS: ReadonlySet<string> = new Set<Answer['action']>(['accept', 'decline', 'cancel'])
const isAction = (text: string): text is Answer['action'] => ACTIONS.has(text)

/** @throws Failure when the text is no answer to this form. */
export function answerForm(form: Form, { key }: Context, text: string): Answer {
  if (isAction(text)) return { action: text }
  const fields = fieldsOf(form)
  const content = parseObject(text)
  if (content !== undefined) return { action: 'accept', content: content as Answer['content'] }
  const [only, ...others] = fields
  if (only === undefined && (text === 'true' || text === 'false'))
    return { action: text === 'true' ? 'accept' : 'decline' }
  if (only !== undefined && others.length === 0) {
    const value = coerce(`--answer ${key}`, text, only.field, only.field)
    return { action: 'accept', content: Object.fromEntries([[only.name, value]]) as Answer['content'] }
  }
  throw usageFailure(
    `--answer ${key} got ${JSON.stringify(text)}, which is no answer to its question.`,
    ...describeForm(form, key),
  )
}

/** @throws Failure unless the text is an action. */
export function answerPage({ key }: Context, text: string): Answer {
  if (isAction(text)) return { action: text }
  throw usageFailure(
    `--answer ${key} takes accept, decline or cancel, since its question is a page to visit; it got ${JSON.stringify(text)}.`,
  )
}

/** The question has no answer on the command line, and nobody is there to be asked. */
export function unanswered(what: string, { message }: Form | Page, advice: readonly string[]): Failure {
  return new Failure(EXIT.usage, `${what} and there is no terminal to ask on.`, [
    ...message.split('\n').map((line) => `| ${line}`),
    ...advice,
  ])
}

/** The answer was given, and the server asks again. */
export function notAccepted({ key }: Context, { message }: Form | Page): Failure {
  return usageFailure(
    `The server did not take the answer that --answer ${key} gave it, and asks again:`,
    ...message.split('\n').map((line) => `| ${line}`),
  )
}

/** Says what a form holds and how to answer it in advance. */
export function describeForm(form: Form, key: string): readonly string[] {
  const fields = fieldsOf(form)
  return [
    ...fields.map(
      ({ name, field, isRequired }) =>
        `  ${name}${isRequired ? '' : '?'}: ${describeShape(field, field)}${describeField(field)}`,
    ),
    `Answer in advance: --answer ${quote(`${key}=${example(fields)}`)}`,
    `         or refuse: --answer ${quote(`${key}=decline`)}`,
  ]
}

const describeField = ({ title, description }: NamedField['field']): string => {
  const words = [title, description].filter((text) => text !== undefined)
  return words.length === 0 ? '' : ` – ${words.join(': ')}`
}

const EXAMPLES: Readonly<Record<string, unknown>> = { string: '…', number: 1, integer: 1, boolean: true, array: [] }

function example(fields: readonly NamedField[]): string {
  if (fields.length === 0) return 'accept'
  return JSON.stringify(
    Object.fromEntries(
      fields
        .filter(({ isRequired }) => isRequired || fields.length === 1)
        .map(({ name, field }) => [name, field.default ?? firstConstant(field) ?? EXAMPLES[field.type] ?? '…']),
    ),
  )
}

const firstConstant = ({ enum: values }: NamedField['field']): unknown =>
  Array.isArray(values) ? values[0] : undefined

/** Quotes for a POSIX shell. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isSchema(value) ? value : undefined
  } catch {
    return undefined
  }
}
