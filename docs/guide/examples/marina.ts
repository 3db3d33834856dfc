import process from 'node:process'
import { createKeyRing, DeclinedError, fail, mcp } from 'hawser'
import * as z from 'zod'

const { SEAL_KEYS } = process.env // the newest first, each from `openssl rand -base64 48`
const marina = mcp({
  name: 'marina',
  version: '1.0.0',
  askExpiry: 600_000,
  ...(SEAL_KEYS && { keys: createKeyRing(SEAL_KEYS.split(' ')) }),
})

const berths = [
  { name: 'A1', longest: 8 },
  { name: 'B1', longest: 15 },
]
const taken = new Set<string>()
/** Orders that are paid; the webhook of the payment service adds to it. */
export const paid = new Set<string>()
/** Boats by order: a database, in earnest, so that it outlives the process. */
export const bookings = new Map<string, { readonly boat: string; readonly berth: string }>()

const book = marina.tool({
  description: 'Book a berth for tonight. The guest is asked for the length of the boat and pays on a web page.',
  effect: 'write',
  input: z.object({ boat: z.string().describe('Name of the boat, e.g. "Ada"') }),
  run: async ({ boat }, { ask, once, visit }) => {
    const order = await once('order', () => crypto.randomUUID()) // the same in every round
    const { metres } = await ask('length', {
      message: `How long is ${boat}, in metres?`,
      answer: z.object({ metres: z.number().positive().max(15) }),
    })
    const berth = await once('hold', () => hold(metres)) // not taken twice when the handler runs again
    try {
      await visit('pay', { message: `Pay for berth ${berth}.`, url: `https://pay.example.com/${order}` })
    } catch (error) {
      if (error instanceof DeclinedError) taken.delete(berth)
      throw error
    }
    if (!paid.has(order)) {
      taken.delete(berth)
      throw fail('The payment has not arrived. Ask the guest to pay, then book again.')
    }
    bookings.set(order, { boat, berth })
    return `${boat} lies at ${berth}. Order ${order}.`
  },
})

const cancel = marina.tool({
  description: 'Cancel a booking. The fee is not paid back.',
  effect: 'destroy',
  input: z.object({ order: z.uuid() }),
  confirm: ({ order }) => `Cancel the booking of ${find(order).boat}? The fee is not paid back.`,
  run: ({ order }) => {
    const { boat, berth } = find(order)
    bookings.delete(order)
    taken.delete(berth)
    return `${boat} has left ${berth}.`
  },
})

function find(order: string) {
  const booking = bookings.get(order)
  if (booking === undefined) throw fail(`No booking has the order ${order}.`)
  return booking
}

function hold(metres: number): string {
  const berth = berths.find(({ name, longest }) => metres <= longest && !taken.has(name))
  if (berth === undefined) throw fail(`No berth is free for ${metres} m tonight.`)
  taken.add(berth.name)
  return berth.name
}

export default marina.server({ tools: { book, cancel } })
