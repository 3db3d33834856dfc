import { expect, it } from 'vitest'
import server from './shown.ts'

it('shows itself to people who open its address', async () => {
  const response = await server.fetch(
    new Request('https://tides.example.com/mcp', { headers: { accept: 'text/html' } }),
  )
  const page = await response.text()
  expect(page).toContain('<h3>Next tide</h3>')
  expect(page).toContain('<code class="copy" tabindex="0">https://tides.example.com/mcp</code>')
})
