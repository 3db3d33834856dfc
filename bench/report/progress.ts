/** Tells on stderr what is being measured: one line that is rewritten on a terminal, a line every few seconds elsewhere. */
export const createProgress = (begin: number) => {
  let last = Number.NEGATIVE_INFINITY
  const write = (what: string) => {
    const seconds = String(Math.round((performance.now() - begin) / 1000)).padStart(4)
    process.stderr.write(process.stderr.isTTY ? `\r\u001B[K[${seconds} s] ${what}` : `[${seconds} s] ${what}\n`)
  }
  return {
    step: (what: string): void => {
      if (!process.stderr.isTTY && performance.now() - last < 3000) return
      last = performance.now()
      write(what)
    },
    /** Frees the line for other output. */
    clear: (): void => {
      if (process.stderr.isTTY) process.stderr.write('\r\u001B[K')
    },
  }
}
