import { fail, mcp } from 'hawser'
import { worker } from 'hawser/cloudflare'
import * as z from 'zod'

const clock = mcp({
  name: 'my-server',
  version: '0.1.0',
  title: 'Clock',
  instructions:
    'Converts times between time zones. Find the zone of a place before you convert, unless you know its name.',
})

const zones = Intl.supportedValuesOf('timeZone')

const find_zones = clock.tool({
  description: 'Find time zones by a part of their name, which is a continent and a city. Returns at most 20 names.',
  effect: 'read',
  input: z.object({ text: z.string().min(2).max(50).describe('e.g. "tokyo" or "america/"') }),
  output: z.object({ zones: z.array(z.string()) }),
  run: ({ text }) => {
    const wanted = text.trim().toLowerCase().replaceAll(' ', '_')
    return { zones: zones.filter((zone) => zone.toLowerCase().includes(wanted)).slice(0, 20) }
  },
})

const convert_time = clock.tool({
  description: 'Tell what the clocks of a time zone show at a moment, or now. Returns date, weekday, time and offset.',
  effect: 'read',
  input: z.object({
    zone: z.string().max(50).describe('A name of the IANA time zone database, e.g. "Asia/Tokyo"'),
    at: z.iso.datetime({ offset: true }).optional().describe('e.g. "2026-07-28T09:30:00+02:00"; now when left out'),
  }),
  output: z.object({ local: z.string().describe('e.g. "Tuesday 2026-07-28, 16:30, GMT+09:00"') }),
  run: ({ zone, at }) => {
    const moment = at === undefined ? new Date() : new Date(at)
    return { local: describe(moment, zone) }
  },
})

function describe(moment: Date, timeZone: string): string {
  try {
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(moment)
    const time = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(moment)
    const weekday = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'long' }).format(moment)
    const offset = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' }).formatToParts(moment)
    return `${weekday} ${day}, ${time}, ${offset.find(({ type }) => type === 'timeZoneName')?.value}`
  } catch {
    throw fail(`There is no time zone "${timeZone}". Try find_zones.`)
  }
}

export default worker(clock.server({ tools: { find_zones, convert_time } }))
