/** A client of some library, reduced to what the matrix asks of it. */
export interface Driver extends AsyncDisposable {
  /** The revision that client and server have agreed on. */
  readonly revision: () => Promise<string>
  readonly listTools: () => Promise<readonly string[]>
  /** Resolves to the text of the answer; rejects when it is an error. */
  readonly call: (name: string, args: Readonly<Record<string, unknown>>, options?: CallOptions) => Promise<string>
  readonly read: (uri: string) => Promise<string>
  readonly prompt: (name: string, args: Readonly<Record<string, string>>) => Promise<string>
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly progress: number; readonly total?: number | undefined }) => void
}

/** What the person in front of the client fills in when a server asks. */
export type Answer = Readonly<Record<string, string | number | boolean>>

/** The text blocks of some content, one per line. */
export function textOf(blocks: readonly unknown[]): string {
  return blocks
    .map((block) => {
      const { text } = block as { readonly text?: unknown }
      return typeof text === 'string' ? text : ''
    })
    .join('\n')
}
