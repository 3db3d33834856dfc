import type { Call } from 'hawser'
import { connect, type Script } from 'hawser/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import server, { bookings, paid } from './marina.ts'

beforeEach(() => {
  bookings.clear()
  paid.clear()
})

/** Goes to the page and pays there. */
const payer: Script = {
  length: { metres: 7 },
  pay: (page) => {
    if ('url' in page) paid.add(page.url.slice('https://pay.example.com/'.length))
    return true
  },
}

describe('book', () => {
  it('asks, holds the berth once and books when it is paid', async () => {
    await using marina = await connect(server, { answers: { ...payer, confirm: true } })
    const said = await marina.tools.book({ boat: 'Ada' })
    expect(said).toMatch(/^Ada lies at A1\. Order [\da-f-]{36}\.$/)
    expect(marina.trace).toHaveLength(3)
    const [order = ''] = bookings.keys()
    expect(await marina.tools.cancel({ order })).toBe('Ada has left A1.')
  })

  it('lets the berth go when the guest does not pay', async () => {
    // Only one berth is long enough, so a berth that stayed held would be missed.
    const length = { metres: 14 }
    await using refuser = await connect(server, { answers: { length, pay: false } })
    await using debtor = await connect(server, { answers: { length, pay: true } })
    await expect(refuser.tools.book({ boat: 'Ada' })).rejects.toThrow('declined')
    await expect(debtor.tools.book({ boat: 'Ada' })).rejects.toThrow('has not arrived')
    await expect(debtor.tools.book({ boat: 'Ada' })).rejects.toThrow('has not arrived')
  })

  it('asks again, with the reason, for a length that no berth has', async () => {
    const messages: string[] = []
    const lengths = [99, 7]
    await using marina = await connect(server, {
      answers: {
        length: ({ message }) => {
          messages.push(message)
          return { metres: lengths.shift() ?? 1 }
        },
        pay: false,
      },
    })
    await expect(marina.tools.book({ boat: 'Ada' })).rejects.toThrow('declined')
    expect(messages).toEqual([
      'How long is Ada, in metres?',
      'How long is Ada, in metres?\nmetres: expected number to be <=15, got number 99',
    ])
  })

  it('is refused for a client that cannot be asked, naming what it lacks', async () => {
    await using marina = await connect(server, { can: ['url'] })
    await expect(marina.tools.book({ boat: 'Ada' })).rejects.toMatchObject({
      code: 'missing_client_capability',
      data: { requiredCapabilities: { elicitation: { form: {} } } },
    })
  })

  it('books once, even when a client sends its last round twice', async () => {
    const sent: Call[] = []
    await using marina = await connect(server, {
      answers: { ...payer, confirm: true },
      use: [
        (next) => (call) => {
          sent.push(call)
          return next(call)
        },
      ],
    })
    await marina.tools.book({ boat: 'Ada' })
    const last = sent.at(-1)
    if (last === undefined) throw new Error('nothing was sent')
    const again = server.handle({ ...last, principal: { subject: 'local', scopes: new Set() } })
    await expect(again).rejects.toMatchObject({ code: 'invalid_params' })
    expect(bookings.size).toBe(1)
    await marina.tools.cancel({ order: [...bookings.keys()][0] ?? '' })
  })
})

describe('cancel', () => {
  it('does not bother the guest about an order that does not exist', async () => {
    await using marina = await connect(server)
    const order = '00000000-0000-4000-8000-000000000000'
    await expect(marina.tools.cancel({ order })).rejects.toThrow('No booking has the order')
    expect(marina.trace).toHaveLength(1)
  })
})
