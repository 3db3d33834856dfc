import { connect } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import server from './tides.ts'

describe('resources', () => {
  it('are read by name and variables, or by URI', async () => {
    await using tides = await connect(server)
    expect(await tides.resources.rules()).toMatch(/^# Rules/)
    expect(await tides.resources.level({ station: 'st. pauli', unit: 'ft' })).toBe('6.9 ft')
    expect(await tides.read('tides://levels/st.%20pauli')).toMatchObject({
      contents: [{ text: '2.1 m', mimeType: 'text/plain' }],
      ttlMs: 10_000,
      cacheScope: 'private',
    })
  })

  it('that are not there are refused with their URI', async () => {
    await using tides = await connect(server)
    await expect(tides.resources.level({ station: 'basel' })).rejects.toMatchObject({
      code: 'invalid_params',
      data: { uri: 'tides://levels/basel' },
    })
    await expect(tides.read('tides://levels/cuxhaven?colour=red')).rejects.toThrow('Resource not found')
  })

  it('are listed: the fixed ones, what a template lists, and the template', async () => {
    await using tides = await connect(server)
    expect((await tides.listResources()).map(({ uri }) => uri)).toEqual([
      'tides://rules',
      'tides://levels/cuxhaven',
      'tides://levels/st.%20pauli',
    ])
    expect((await tides.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toEqual([
      'tides://levels/{station}{?unit}',
    ])
  })

  it('complete their variables', async () => {
    await using tides = await connect(server)
    const ref = { type: 'ref/resource', uri: 'tides://levels/{station}{?unit}' } as const
    expect((await tides.complete(ref, { name: 'station', value: 'Pau' })).values).toEqual(['st. pauli'])
    expect((await tides.complete(ref, { name: 'unit', value: 'f' })).values).toEqual(['ft'])
  })
})

describe('changes', () => {
  it('reach whoever subscribed to exactly that URI', async () => {
    await using tides = await connect(server)
    await using changes = await tides.listen({ resourceSubscriptions: ['tides://levels/cuxhaven'] })
    await tides.tools.record({ station: 'st. pauli', metres: 2.5 })
    await tides.tools.record({ station: 'cuxhaven', metres: 3.9 })
    for await (const change of changes) {
      expect(change).toEqual({ kind: 'resource', uri: 'tides://levels/cuxhaven' })
      break
    }
  })

  it('of the list are a subscription of their own', async () => {
    await using tides = await connect(server)
    await using changes = await tides.listen({ resourcesListChanged: true })
    await tides.tools.record({ station: 'brunsbüttel', metres: 3 })
    for await (const change of changes) {
      expect(change).toEqual({ kind: 'resources' })
      break
    }
  })

  it('may be told by the program, outside of any call', async () => {
    await using tides = await connect(server)
    await using changes = await tides.listen({ resourceSubscriptions: ['tides://rules'] })
    await server.changed.resource('tides://rules')
    for await (const change of changes) {
      expect(change).toEqual({ kind: 'resource', uri: 'tides://rules' })
      break
    }
  })
})
