import { type Client, connect, type Link } from 'hawser'
import { type Answer, type Driver, textOf } from './driver.ts'

/** Hawser's own client of a URL or a child process. */
export async function driveHawser(target: string | Link, answer: Answer = {}): Promise<Driver> {
  const client = await connect(target, {
    answers: { elicit: () => ({ action: 'accept', content: { ...answer } }) },
    timeout: 20_000,
  })
  return {
    revision: () => revisionOf(client),
    listTools: async () => (await client.listTools()).map(({ name }) => name),
    call: async (name, args, options) => {
      const { content, isError } = await client.call(name, { ...args }, options)
      if (isError === true) throw new Error(`the tool failed: ${textOf(content)}`)
      return textOf(content)
    },
    read: async (uri) => textOf((await client.read(uri)).contents),
    prompt: async (name, args) =>
      textOf((await client.prompt(name, { ...args })).messages.map(({ content }) => content)),
    [Symbol.asyncDispose]: client.close,
  }
}

/** A client that speaks several revisions says which one it is; one that speaks the newest alone needs not to. */
async function revisionOf(client: Client): Promise<string> {
  const agreed: unknown = Reflect.get(client, 'agreed')
  if (typeof agreed !== 'function') return (await client.discover()).supportedVersions.toSorted().at(-1) ?? 'none'
  const { protocolVersion } = (await agreed()) as { readonly protocolVersion: string }
  return protocolVersion
}
