/** Reads and parses the request, then answers the same bytes whatever it asked: those that Hawser answers `echo` with. */
const constant =
  '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"hello"}],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"bench","version":"1.0.0"}}}}'

export const answerConstant = (text: string): string => {
  JSON.parse(text)
  return constant
}
