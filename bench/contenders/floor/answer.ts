/** Reads and parses the request, then answers the same bytes whatever it asked. */
const constant =
  '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"hello"}]}}'

export const answerConstant = (text: string): string => {
  JSON.parse(text)
  return constant
}
