import { connect } from 'hawser'
import type { Dial } from '../contract.ts'

export const dial: Dial = async (url) => {
  const client = await connect(url)
  return async (text) => (await client.call('echo', { text })).content
}
