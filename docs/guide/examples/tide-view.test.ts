import { connect } from 'hawser/testing'
import { expect, it } from 'vitest'
import server from './tide-view.ts'

const extensions = { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } }

it('shows its view to hosts that can, and tells the model less', async () => {
  await using host = await connect(server, { extensions })
  const [high] = await host.listTools()
  expect(high?._meta).toEqual({ ui: { resourceUri: 'ui://tides/dashboard', visibility: ['model', 'app'] } })
  expect((await host.read('ui://tides/dashboard')).contents[0]).toMatchObject({
    mimeType: 'text/html;profile=mcp-app',
    _meta: { ui: { csp: { resourceDomains: ['https://cdn.example.com'] } } },
  })
  expect((await host.call('high', { place: 'Cuxhaven' })).content).toMatchObject([
    { text: 'The tides of Cuxhaven are on screen.' },
  ])
})

it('is text for everybody else', async () => {
  await using client = await connect(server)
  expect((await client.call('high', { place: 'Cuxhaven' })).content).toMatchObject([
    { text: 'High tide at Cuxhaven: 7:40, 20:05' },
  ])
})
