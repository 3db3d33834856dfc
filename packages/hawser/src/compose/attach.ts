import { type Call, type Handle, ProtocolError, type Reply } from '../call/index.ts'
import type { Method } from '../protocol/index.ts'
import type { Mounted, Mounts, Own } from '../server/mounts.ts'
import { unknownPrompt, unknownResource, unknownTemplate, unknownTool } from '../server/unknown.ts'
import { createCatalogue } from './catalogue.ts'
import { createDiscover } from './discover.ts'
import { createExclude } from './exclusions.ts'
import { forward } from './forward.ts'
import { createGate } from './gate.ts'
import { createFind } from './find.ts'
import { createListening } from './listen.ts'
import { createLists } from './lists.ts'
import { compileMounts } from './mount-point.ts'
import { readOwnLists } from './own-lists.ts'

/** Mounts servers in one: a handle made of handles. */
export function attach(mounts: Mounts, own: Own): Mounted {
  const { frame, info, handle: ownHandle } = own
  const lists = readOwnLists(own)
  const points = compileMounts(mounts, own, lists)
  const gates = points.map((point) => createGate(point, info, frame.log))
  const catalogue = createCatalogue(gates, own, lists, createExclude(frame.log))
  const find = createFind(catalogue, gates, own, lists)
  const listening = createListening(gates, own, find.owner)

  /** Passes a call on when it is for a mounted server, with the name that is known there. */
  const pass = async <M extends Method>(
    call: Call<M>,
    unknown: () => ProtocolError,
    params: (name: string) => Call<M>['params'],
  ): Promise<Reply> => {
    const target = await find.target(call)
    if (target === undefined) return ownHandle(call)
    await target.access.admit(call, unknown)
    return forward(call, params(target.name), target, own)
  }

  const handlers: { readonly [M in Method]?: (call: Call<M>) => Promise<Reply> } = {
    'server/discover': createDiscover(gates, own),
    ...createLists(catalogue, points, own, lists),
    'tools/call': async (call) => {
      const { params } = call
      return pass(
        call,
        () => unknownTool(params.name),
        (name) => ({ ...params, name }),
      )
    },
    'prompts/get': async (call) => {
      const { params } = call
      return pass(
        call,
        () => unknownPrompt(params.name),
        (name) => ({ ...params, name }),
      )
    },
    'resources/read': async (call) =>
      pass(
        call,
        () => unknownResource(call.params.uri),
        () => call.params,
      ),
    'completion/complete': async (call) => {
      const { params } = call
      const { ref } = params
      if (ref.type === 'ref/resource')
        return pass(
          call,
          () => unknownTemplate(ref.uri),
          () => params,
        )
      return pass(
        call,
        () => unknownPrompt(ref.name),
        (name) => ({ ...params, ref: { ...ref, name } }),
      )
    },
    'subscriptions/listen': listening.listen,
  }
  const byMethod = new Map(Object.entries(handlers)) as ReadonlyMap<string, (call: Call) => Promise<Reply>>

  const handle: Handle = async (call) => {
    const handler = byMethod.get(call.method)
    if (handler === undefined) return ownHandle(call)
    try {
      return await handler(call)
    } catch (error) {
      const isFault = error instanceof ProtocolError || !call.signal.aborted
      throw isFault ? error : new ProtocolError('internal_error', 'The call was cancelled.')
    } finally {
      for (const gate of gates) gate.leave(call)
    }
  }
  return {
    handle,
    headerFields: catalogue.headerFields,
    accessOf: async (call) => (await find.target(call as Call))?.access,
    close: async () => {
      listening.close()
      await Promise.all(gates.map((gate) => gate.close()))
    },
  }
}
