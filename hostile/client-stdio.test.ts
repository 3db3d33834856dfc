import { describe, expect, it } from 'vitest'
import { expectUnharmed } from './expect-unharmed.ts'
import { isRunning } from './is-running.ts'
import { attackClient, attacker } from './start-victim.ts'
import type { ClientReport, ClientTask } from './victims/task.ts'

const suffer = (attack: string, task: Partial<ClientTask> = {}): Promise<ClientReport> =>
  attackClient({ target: attacker(attack), ask: 'call', timeout: 2_000, maxTimeout: 5_000, ...task })

const LONG_LINE = 'bad_reply: The server sent a line of more than 67108864 bytes.'
/** For what must end by itself, however busy the machine is. (milliseconds) */
const PATIENT = { timeout: 30_000, maxTimeout: 30_000 }
const LATE = 'timeout: tools/call was neither answered nor reported progress within 2 s.'
const FINE = expect.stringContaining('fine')

/** What became of the call: its answer, or its error with the code before it. */
const outcome = ({ answer, error }: ClientReport): unknown => answer ?? `${error?.code}: ${error?.message}`

describe.concurrent('a client, when a server on the standard streams', () => {
  it.each([
    ['writes for ever without a line break', 'endless-stdout', LONG_LINE],
    ['writes lines for ever that are no messages', 'endless-lines', LATE],
    ['writes nothing but line breaks for ever', 'endless-newlines', LATE],
    ['begins an answer and does not go on', 'half-a-frame', LATE],
    ['writes an answer byte by byte', 'byte-by-byte', LATE],
  ])('%s, gives the call up and names the limit', async (_, attack, error) => {
    const report = await suffer(attack, error === LATE ? {} : PATIENT)
    expect(outcome(report)).toBe(error)
    // A line is held until its end, and copied when what holds it is enlarged.
    expectUnharmed(report, 256)
  })

  it.each([
    ['writes a line of 200 MB', 'line-of-200-MB', LONG_LINE, 256],
    [
      'nests an answer 200 000 deep',
      'depth-of-200000',
      'bad_reply: The message holds too many levels: at most 200 are read.',
    ],
    [
      'puts 15 million values into an answer',
      'many-values',
      'bad_reply: The message holds too many values: at most 1000000 are read.',
      320,
    ],
    ['answers with something that is no result', 'no-result', 'bad_reply: The member result must be an object.'],
    ['answers with half of JSON', 'not-json', LATE],
    ['answers with every id but the right one', 'wrong-ids', LATE],
  ])('%s, names the limit and is served again on the same connection', async (_, attack, error, growth?: number) => {
    const report = await suffer(attack, { ...(error === LATE ? {} : PATIENT), after: 1 })
    expect(outcome(report)).toBe(error)
    expect(report.after).toEqual([FINE])
    expectUnharmed(report, growth)
  })

  it('reports progress for ever, gives the call up when its whole time is over', async () => {
    const report = await suffer('progress-flood')
    expect(outcome(report)).toBe('timeout: tools/call was not answered within 5 s.')
    expectUnharmed(report)
  })

  it.each([
    ['answers half a million calls that were not made', 'answers-to-nothing'],
    ['asks questions of its own', 'requests-of-its-own'],
    ['tells of changes to a subscription that does not exist', 'unknown-subscriptions'],
    ['complains for 200 MB', 'stderr-flood'],
    ['writes lines of 60 MB that are no messages', 'stray-lines-of-60-MB', 320],
  ])('%s, gets its answer all the same', async (_, attack, growth?: number) => {
    const report = await suffer(attack, { ...PATIENT, after: 1 })
    expect([outcome(report), report.after]).toEqual([FINE, [FINE]])
    expectUnharmed(report, growth)
  })

  it.each([
    ['is killed', 'dies', /was killed by SIGKILL/],
    ['exits in the middle of an answer', 'dies-in-a-frame', /exited with code 3/],
  ])('%s during a call, says so', async (_, attack, message) => {
    const report = await suffer(attack, PATIENT)
    expect(report.error?.code).toBe('disconnected')
    expect(report.error?.message).toMatch(message)
    expectUnharmed(report)
  })

  it.each([
    ['has pages without end', 'endless-pages', 'tools/list did not end within 1000 pages.'],
    [
      'has large pages without end',
      'large-pages',
      /^tools\/list holds more than 1000000 values or 67108864 characters/,
    ],
    ['has pages of many entries without end', 'crowded-pages', /^tools\/list holds more than 1000000 values/],
    ['names the same next page again', 'same-cursor', /^tools\/list named a next page twice/],
  ])('%s, gives the list up', async (_, attack, message) => {
    const report = await suffer(attack, { ask: 'list', ...PATIENT })
    expect(report.error).toMatchObject({ name: 'ConnectionError', code: 'bad_reply' })
    expect(report.error?.message).toMatch(message)
    expectUnharmed(report, 320)
  })

  it.each([
    ['writes for ever without a line break', 'endless-stdout'],
    ['writes a line of 200 MB', 'line-of-200-MB'],
    ['nests its answer 200 000 deep', 'depth-of-200000'],
    ['puts 15 million values into its answer', 'many-values'],
    ['reports progress for ever', 'progress-flood'],
    ['dies', 'dies'],
  ])('%s when it is asked what it is, is given up', async (_, attack) => {
    const target = [...attacker(attack), 'at once']
    const report = await attackClient({ target, ask: 'discover', timeout: 4_000, maxTimeout: 6_000 })
    expect(report.error?.name).toBe('ConnectionError')
    expectUnharmed(report, 320)
  })

  it('answers with an error of 15 MB, hands it on', async () => {
    const report = await suffer('long-error', PATIENT)
    expect(report.error).toMatchObject({ name: 'ProtocolError', code: 'other' })
    expectUnharmed(report, 256)
  })

  it('tells of changes with URIs of a megabyte that nobody reads, keeps few of them', async () => {
    const report = await suffer('large-changes', { ask: 'listen', stayMs: 4_000 })
    expect(report.answer).toContain('resourceSubscriptions')
    expectUnharmed(report)
  })

  it('ignores the end of its input and every polite signal, ends it and what it started', async () => {
    const report = await suffer('ignores-everything', PATIENT)
    const pids = report.answer?.match(/\d+/g)?.map(Number) ?? []
    expect(pids).toHaveLength(2)
    expect(pids.filter(isRunning)).toEqual([])
    expectUnharmed(report)
  })
})
