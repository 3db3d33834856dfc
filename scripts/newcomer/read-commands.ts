const BLOCK = /^```sh\n(.*?)^```$/gms

/** The commands that a README promises to work: the lines of its blocks of `sh`, without what they say about them. */
export const readCommands = (markdown: string): readonly string[] =>
  [...markdown.matchAll(BLOCK)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
