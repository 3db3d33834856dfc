import { confirm, isCancel, multiselect, select, text } from '@clack/prompts'
import { cleanLine, cleanProse } from '../output/sanitize.ts'
import type { Output } from '../output/create-output.ts'
import type { Interrupt } from '../target/interrupt.ts'
import { findProblem, readText } from './check-field.ts'
import { introduce } from './introduce.ts'
import {
  type Answer,
  type Choice,
  choicesOf,
  type Content,
  type Context,
  fieldsOf,
  type Form,
  type NamedField,
} from './question.ts'

export interface Asking {
  readonly interrupt: Interrupt
  readonly output: Output
  /** What the server is called. */
  readonly server: string
}

type Value = Content[string]

/** Who waits for the answer, and until when. */
export interface Asker {
  readonly interrupt: Interrupt
  readonly signal: AbortSignal
}

/**
 * Asks a person to fill in a form: each field by itself, with its default and its choices, and all of it again until the
 * person sends it. A form without fields is a yes or no. (client/elicitation#user-interaction-model)
 */
export async function askForm(form: Form, context: Context, asking: Asking): Promise<Answer> {
  const { interrupt, output } = asking
  const { signal } = context
  const asker = { interrupt, signal }
  const place = { output: process.stderr, signal }
  const fields = fieldsOf(form)
  introduce(context, asking)
  if (fields.length === 0) {
    const isAgreed = await asked(asker, confirm({ message: cleanProse(form.message), initialValue: false, ...place }))
    return { action: isAgreed ? 'accept' : 'decline' }
  }
  const isWilling = await asked(
    asker,
    select({
      message: cleanProse(form.message),
      options: [
        { value: true, label: 'Answer', hint: fields.map(({ name }) => cleanLine(name)).join(', ') },
        { value: false, label: 'Decline to answer' },
      ],
      showInstructions: false,
      ...place,
    }),
  )
  if (!isWilling) return { action: 'decline' }
  let known: ReadonlyMap<string, Value> = new Map()
  for (;;) {
    const content = new Map<string, Value>()
    for (const { field, ...named } of fields) {
      const shown = { ...named, field: { ...field, default: known.get(named.name) ?? field.default } }
      const value = await askField(shown, asker)
      if (value !== undefined) content.set(named.name, value)
    }
    const choice = await review(content, asker, output)
    if (choice === 'decline') return { action: 'decline' }
    if (choice === 'send') return { action: 'accept', content: Object.fromEntries(content) }
    known = content
  }
}

/** Shows what is about to be sent, which until then can be changed. */
async function review(
  content: ReadonlyMap<string, Value>,
  asker: Asker,
  output: Output,
): Promise<'send' | 'change' | 'decline'> {
  for (const [name, value] of content) output.note(cleanLine(`  ${name}: ${JSON.stringify(value)}`))
  return asked(
    asker,
    select({
      message: 'Send this?',
      options: [
        { value: 'send' as const, label: 'Send' },
        { value: 'change' as const, label: 'Change' },
        { value: 'decline' as const, label: 'Decline to answer' },
      ],
      showInstructions: false,
      output: process.stderr,
      signal: asker.signal,
    }),
  )
}

async function askField(named: NamedField, asker: Asker): Promise<Value | undefined> {
  const place = { output: process.stderr, signal: asker.signal }
  const { name, field, isRequired } = named
  const message = describeField(named)
  const choices = choicesOf(field)?.map(({ value, label }) => ({ value, label: cleanLine(label) }))
  if (choices !== undefined && field.type === 'array') {
    const picked = await asked(
      asker,
      multiselect({
        message,
        options: choices,
        initialValues: defaults(field.default, choices),
        required: isRequired && field['minItems'] !== 0,
        ...place,
      }),
    )
    return picked.length === 0 && !isRequired ? undefined : picked
  }
  if (choices !== undefined) {
    const options = isRequired ? choices : [...choices, { value: undefined, label: 'Leave it out' }]
    return asked(
      asker,
      select<string | undefined>({
        message,
        options,
        initialValue: defaults(field.default, choices)[0],
        showInstructions: false,
        ...place,
      }),
    )
  }
  if (field.type === 'boolean') {
    if (isRequired || field.default !== undefined) {
      return asked(asker, confirm({ message, initialValue: field.default === true, ...place }))
    }
    const options = [
      { value: 'yes', label: 'Yes' },
      { value: 'no', label: 'No' },
      { value: 'left out', label: 'Leave it out' },
    ]
    const picked = await asked(
      asker,
      select({ message, options, initialValue: 'left out', showInstructions: false, ...place }),
    )
    return picked === 'left out' ? undefined : picked === 'yes'
  }
  const fallback = field.default === undefined ? undefined : String(field.default)
  const written = await asked(
    asker,
    text({
      message,
      ...(fallback !== undefined && { defaultValue: fallback, placeholder: cleanLine(fallback) }),
      validate: (typed) =>
        (typed ?? '') === '' && fallback !== undefined ? undefined : findProblem(named, typed ?? ''),
      ...place,
    }),
  )
  // Some forms take an empty text, but nobody can tell it from no answer.
  return written === '' && !isRequired ? undefined : readText(name, field, written)
}

function describeField({ name, field, isRequired }: NamedField): string {
  const title = cleanLine(field.title ?? name)
  const description = field.description === undefined ? '' : ` – ${cleanLine(field.description)}`
  return `${title}${isRequired ? '' : ' (optional)'}${description}`
}

function defaults(value: unknown, choices: readonly Choice[]): string[] {
  const wanted = new Set([value].flat())
  return choices.map((choice) => choice.value).filter((choice) => wanted.has(choice))
}

/** Leaving a prompt by Ctrl-C or Escape interrupts the call, unless the question itself was taken back. */
export async function asked<T>({ interrupt, signal }: Asker, prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await prompt
  if (!isCancel(answer)) return answer as Exclude<T, symbol>
  if (signal.aborted) throw signal.reason
  interrupt.interrupt()
  throw interrupt.signal.reason
}
