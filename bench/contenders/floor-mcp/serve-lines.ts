/** Answers each line of stdin with a line on stdout; the lines of one chunk leave in one write. */
export const serveLines = (answer: (line: string) => string): void => {
  let rest = ''
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    let out = ''
    for (const line of lines) out += `${answer(line)}\n`
    if (out !== '') process.stdout.write(out)
  })
}
