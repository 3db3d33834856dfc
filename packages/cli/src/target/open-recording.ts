import type { Interceptor } from 'hawser'
import type { CONNECTING, Values } from '../command-line/options.ts'
import { usageFailure } from '../failure.ts'
import { readEnv, readHeaders } from './connection-options.ts'
import { nameTarget, type Target } from './target.ts'

/** A trace that is written until it is disposed of. */
export interface OpenRecording extends Disposable {
  readonly interceptor: Interceptor
  readonly fetch: (request: Request) => Promise<Response>
}

/**
 * Starts to record if that was asked for. What was handed over in headers and in the environment is taken out of the trace
 * wherever it comes back.
 *
 * @throws Failure when the file cannot be written.
 */
export async function openRecording(
  target: Target,
  { record, header, env }: Values<typeof CONNECTING>,
): Promise<OpenRecording | undefined> {
  if (record === undefined) return undefined
  const [{ openTrace }, { createRecording }] = await Promise.all([import('hawser/node'), import('hawser/testing')])
  const file = tryOpen(() => openTrace(record))
  const secrets = [...Object.values(readHeaders(header)), ...Object.values(readEnv(env))].flatMap((value) => [
    value,
    // The scheme of a credential is none.
    ...value.split(/\s+/).slice(1),
  ])
  const { interceptor, fetch, end } = createRecording(file.write, { title: nameTarget(target), secrets })
  return {
    interceptor,
    fetch: (request) => fetch(request),
    [Symbol.dispose]: () => {
      end()
      file.close()
    },
  }
}

function tryOpen<T>(open: () => T): T {
  try {
    return open()
  } catch (error) {
    throw usageFailure(`--record: ${error instanceof Error ? error.message : String(error)}`)
  }
}
