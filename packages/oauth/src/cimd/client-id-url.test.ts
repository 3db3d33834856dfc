import { describe, expect, it } from 'vitest'
import { clientIdUrlProblem, looksLikeUrl } from './client-id-url.ts'

describe('clientIdUrlProblem', () => {
  it.each([
    'https://client.example/client.json',
    'https://client.example:8443/oauth/metadata?v=2',
    'https://client.example/a..b/c.d',
    'https://xn--bcher-kva.example/c',
  ])('takes %s', (url) => {
    expect(clientIdUrlProblem(url)).toBeUndefined()
  })

  it.each([
    ['a fragment', 'https://client.example/c#me'],
    ['an empty fragment', 'https://client.example/c#'],
    ['user information', 'https://bank.example@client.example/c'],
    ['empty user information', 'https://@client.example/c'],
    ['a parent segment', 'https://client.example/a/../c'],
    ['a dot segment', 'https://client.example/./c'],
    ['a parent segment at the end', 'https://client.example/a/..'],
    ['an encoded parent segment', 'https://client.example/a/%2e%2E/c'],
    ['a half encoded one', 'https://client.example/a/.%2e/c'],
    ['a backslash', 'https://client.example\\@bank.example/c'],
    ['a backslash in the path', 'https://client.example/a\\c'],
    ['no path', 'https://client.example'],
    ['an empty path', 'https://client.example/'],
    ['an empty path with a query', 'https://client.example/?c'],
    ['http', 'http://client.example/c'],
    ['an upper-case scheme', 'HTTPS://client.example/c'],
    ['one slash', 'https:/client.example/c'],
    ['no slash', 'https:client.example/c'],
    ['three slashes', 'https:///client.example/c'],
    ['2 049 characters', `https://client.example/${'c'.repeat(2049 - 23)}`],
    ['a space in front', ' https://client.example/c'],
    ['a tab', 'https://client.example/\tc'],
    ['a line break', 'https://client.example/c\n'],
    ['an upper-case host', 'https://Client.example/c'],
    ['the default port', 'https://client.example:443/c'],
    ['an international host', 'https://bücher.example/c'],
    ['full-width digits', 'https://１２７.0.0.1/c'],
    ['an IPv4 address', 'https://93.184.216.34/c'],
    ['an IPv6 address', 'https://[2606:4700::1]/c'],
    ['a hexadecimal address', 'https://0x7f.1/c'],
    ['a decimal address', 'https://2130706433/c'],
    ['an octal address', 'https://0177.0.0.1/c'],
    ['a short address', 'https://127.1/c'],
  ])('TA58: refuses %s', (_name, url) => {
    expect(clientIdUrlProblem(url)).toMatch(/^(must|is) /)
  })

  it('takes what looks like a URL for an attempt at one, and nothing else', () => {
    for (const id of ['http://a/b', 'https:/a', 'HTTPS://a', 'javascript:/a', 'https:\\\\a'])
      expect(looksLikeUrl(id)).toBe(true)
    for (const id of ['notes-cli', 'self-abc', 'a.b.c', 'a:b', '']) expect(looksLikeUrl(id)).toBe(false)
  })
})
