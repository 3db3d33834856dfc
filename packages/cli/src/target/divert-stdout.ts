/**
 * Sends what is printed to standard error, so that a file that prints while it is loaded does not write among results or
 * into the protocol. What was bound before goes its old way.
 *
 * @returns A function that gives standard output back.
 */
export function divertStdout(): () => void {
  const { stdout, stderr } = process
  const write = Reflect.get(stdout, 'write')
  stdout.write = stderr.write.bind(stderr)
  return () => {
    stdout.write = write
  }
}
