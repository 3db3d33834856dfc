import { mcp, memoryChanges } from 'hawser'
import * as z from 'zod'

const tides = mcp({ name: 'tides', version: '1.0.0', changes: memoryChanges() })

/** Metres above chart datum, by station. */
const levels = new Map([
  ['cuxhaven', 3.2],
  ['st. pauli', 2.1],
])
const uriOf = (station: string) => `tides://levels/${encodeURIComponent(station)}`

const rules = tides.resource({
  uri: 'tides://rules',
  description: 'How levels are measured.',
  mimeType: 'text/markdown',
  read: () => '# Rules\n\nMeasure at the pole, in metres.\n',
  ttl: 3_600_000,
  cache: 'public',
})

const level = tides.resource({
  uri: 'tides://levels/{station}{?unit}',
  description: 'The water level at a station, in m or ft.',
  mimeType: 'text/plain',
  read: ({ station, unit }) => {
    const metres = levels.get(station)
    if (metres === undefined) return undefined // the client is told that there is no such resource
    return unit === 'ft' ? `${(metres / 0.3048).toFixed(1)} ft` : `${metres} m`
  },
  list: () => [...levels.keys()].map((station) => ({ uri: uriOf(station), name: station })),
  complete: {
    station: (typed) => [...levels.keys()].filter((station) => station.includes(typed.toLowerCase())),
    unit: ['m', 'ft'],
  },
  ttl: 10_000,
})

const record = tides.tool({
  description: 'Record the water level at a station.',
  effect: 'write',
  idempotent: true,
  input: z.object({ station: z.string(), metres: z.number() }),
  run: async ({ station, metres }, { changed }) => {
    const isNew = !levels.has(station)
    levels.set(station, metres)
    await changed.resource(uriOf(station))
    if (isNew) await changed.resources()
    return `${station}: ${metres} m`
  },
})

export default tides.server({ tools: { record }, resources: { rules, level } })
