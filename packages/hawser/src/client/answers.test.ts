import { describe, expect, it } from 'vitest'
import { type Answers, declareCapabilities } from './answers.ts'

const accept = () => ({ action: 'accept' }) as const
const speak: Answers['sample'] = () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'x' } })

describe('capabilities', () => {
  // client/elicitation#capabilities: forms and pages are declared separately.
  // spec: elicit-capability, sampling-capability, roots-capability
  it.each([
    [{}, {}],
    [{ elicit: accept }, { elicitation: { form: {} } }],
    [{ visit: accept }, { elicitation: { url: {} } }],
    [{ elicit: accept, visit: accept }, { elicitation: { form: {}, url: {} } }],
    [{ sample: speak }, { sampling: {} }],
    [{ roots: () => [] }, { roots: {} }],
  ] satisfies readonly [Answers, object][])('are those that have a handler', (answers, expected) => {
    expect(declareCapabilities(answers, undefined)).toEqual(expected)
  })

  // basic/versioning#extension-negotiation
  // spec: extension-identifier
  it('refuse an extension without a prefix', () => {
    expect(() => declareCapabilities({}, { offline: {} })).toThrow(TypeError)
  })

  it('name the extensions with their settings', () => {
    expect(declareCapabilities({}, { 'io.example/x': { on: true } })).toEqual({
      extensions: { 'io.example/x': { on: true } },
    })
  })
})
