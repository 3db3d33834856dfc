const BLOCK = /^```sh\n(.*?)^```$/gms
const COMMENT = /\s+#\s.*$/
const NEED = /#\s(needs .+?)\s*$/

/** A line of a block of `sh` of a page. */
export interface Command {
  readonly line: string
  /** What it needs that not everybody has, as the comment behind it says: `needs a Cloudflare account`. */
  readonly needs?: string | undefined
}

/** The commands of a page, in their order. */
export function readPage(markdown: string): readonly Command[] {
  return [...markdown.matchAll(BLOCK)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => ({ line: line.replace(COMMENT, '').trim(), needs: NEED.exec(line)?.[1] }))
    .filter(({ line }) => line !== '')
}
