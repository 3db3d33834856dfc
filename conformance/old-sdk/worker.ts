import { connect } from 'hawser'

/** A Worker that uses an older server: answers with what its tool says after it has asked. */
export default {
  fetch: async (request: Request): Promise<Response> => {
    const client = await connect(await request.text(), {
      answers: { elicit: () => ({ action: 'accept', content: { name: 'Ada' } }) },
    })
    try {
      const { protocolVersion, transport } = await client.agreed()
      return Response.json({ protocolVersion, transport, said: await client.tools['greet']?.() })
    } finally {
      await client.close()
    }
  },
}
