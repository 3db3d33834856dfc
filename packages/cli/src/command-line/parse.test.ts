import { describe, expect, it } from 'vitest'
import { Failure } from '../failure.ts'
import type { Options } from './options.ts'
import { parseCommandLine } from './parse.ts'

const options = {
  json: { type: 'boolean', about: '' },
  help: { type: 'boolean', short: 'h', about: '' },
  timeout: { type: 'string', value: 'SECONDS', about: '' },
  header: { type: 'string', multiple: true, about: '' },
} as const satisfies Options

const parse = (line: string, open = false) => parseCommandLine(line.split(' '), options, { open })

/** What went wrong, with what to do about it. */
const failure = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof Failure) return [error.message, ...error.hints].join(' ')
    throw error
  }
  throw new Error('It did not fail.')
}

describe('a command line', () => {
  it('has options anywhere, words in order, and a program after --', () => {
    expect(parse('a --json b --timeout 5 --header=x:1 --header y:2 c -- node s.js --json -- z')).toEqual({
      values: { json: true, timeout: '5', header: ['x:1', 'y:2'] },
      words: ['a', 'b', 'c'],
      program: ['node', 's.js', '--json', '--', 'z'],
    })
  })

  it('tells an empty program from none', () => {
    expect(parse('a --').program).toEqual([])
    expect(parse('a').program).toBeUndefined()
  })

  it('knows short options, and booleans that are turned off', () => {
    expect(parse('-h --no-json').values).toMatchObject({ help: true, json: false })
  })

  it('takes a dash for a word', () => {
    expect(parse('a - b').words).toEqual(['a', '-', 'b'])
  })

  it('refuses options that it does not know, and suggests the one that was meant', () => {
    expect(failure(() => parse('a --jsno'))).toBe('Unknown option --jsno Did you mean --json?')
    expect(failure(() => parse('a -x'))).toBe('Unknown option -x')
    expect(failure(() => parse('--no-timeout'))).toContain('Unknown option --no-timeout')
    expect(failure(() => parse('--constructor'))).toBe('Unknown option --constructor')
  })

  it('refuses a value that is missing, or that looks like the next option', () => {
    expect(failure(() => parse('a --timeout'))).toBe('--timeout needs a value. Write --timeout=SECONDS')
    expect(failure(() => parse('--timeout --json'))).toContain('"--json" follows')
    expect(parse('--timeout=-5').values.timeout).toBe('-5')
  })

  it('refuses a value for what takes none', () => {
    expect(failure(() => parse('--json=yes'))).toBe('--json takes no value, but it got "yes".')
  })

  it('leaves unknown options to a tool, as they were written, once there is a word', () => {
    const { words, values } = parse('t --query x --json --limit=-5 -5 -ab --no-free', true)
    expect(words).toEqual(['t', '--query', 'x', '--limit=-5', '-5', '-ab', '--no-free'])
    expect(values.json).toBe(true)
    expect(failure(() => parse('--query x', true))).toContain('Unknown option --query')
  })
})
