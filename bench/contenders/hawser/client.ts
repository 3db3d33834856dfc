import { connect } from 'hawser'

/** Connects over HTTP and calls one tool: what a bundle of a small client holds. */
export const ask = async (url: string, text: string): Promise<unknown> => {
  const client = await connect(url)
  return await client.call('echo', { text })
}
