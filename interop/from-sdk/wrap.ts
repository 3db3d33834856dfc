import { createKeyRing, mcp } from 'hawser'
import { mount } from 'hawser/compose'

const keys = createKeyRing(['as if it were made by openssl rand -base64 48'])

/** A server of Hawser with the tools in it, under their own names. */
export const wrap = (target: Parameters<typeof mount>[0]) =>
  mcp({ name: 'wrapped', version: '1.0.0', log: () => {}, keys }).server({
    mounts: { old: mount(target, { prefix: '', as: 'caller' }) },
  })
