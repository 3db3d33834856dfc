import { describe, expect, it } from 'vitest'
import { describeEntry } from './describe-entry.ts'
import { HOSTS } from './hosts.ts'

const OPTIONS = { env: [], bearer: undefined, scopes: undefined, args: [] }
const url = 'https://example.com/mcp?a=1'
const describeIn = (id: string, options: Partial<Parameters<typeof describeEntry>[4]> = {}) => {
  const host = HOSTS.find((each) => each.id === id)
  if (host === undefined) throw new Error(`There is no host ${id}.`)
  return describeEntry(host, { kind: 'url', url }, 'user', '/', { ...OPTIONS, ...options })
}

describe('a server at a URL', () => {
  it('is started as a bridge by a host that only starts programs', () => {
    const { entry, warnings } = describeIn('claude')
    const { args } = entry as { readonly args: readonly string[] }
    expect(args.slice(-2)).toEqual(['bridge', url])
    expect(warnings[0]).toContain(`hawser login '${url}'`)
    expect(() => describeIn('claude', { bearer: 'TOKEN' })).toThrow('a token is not written down')
  })

  it('is named to the others', () => {
    const { entry, warnings } = describeIn('cursor')
    expect(entry).toEqual({ url })
    expect(warnings).toEqual([expect.stringContaining('What follows ?')])
  })
})
