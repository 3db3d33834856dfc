import { mcp } from 'hawser'
import { apps, view, withView } from 'hawser/apps'
import * as z from 'zod'

const tides = mcp({ name: 'tides', version: '1.0.0' })

const page = `<!doctype html>
<title>Tides</title>
<h1>High tide</h1><p id="high">…</p>
<script type="module">
  const send = (message) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*')
  addEventListener('message', ({ data }) => {
    if (data.id === 1) send({ method: 'ui/notifications/initialized' }) // the host is ready for us
    if (data.method !== 'ui/notifications/tool-result') return
    document.querySelector('#high').textContent = data.params.structuredContent.high.join(', ')
  })
  send({ id: 1, method: 'ui/initialize', params: { protocolVersion: '2026-01-26', appInfo: { name: 'tides', version: '1' }, appCapabilities: {} } })
</script>`

const dashboard = view({
  uri: 'ui://tides/dashboard',
  html: page,
  title: 'Tides',
  csp: { resourceDomains: ['https://cdn.example.com'] }, // without it, the page reaches nothing
  prefersBorder: true,
})

const high = tides.tool({
  description: 'Tell when the water is high at a place today.',
  effect: 'read',
  input: z.object({ place: z.string() }),
  output: z.object({ place: z.string(), high: z.array(z.string()) }),
  text: ({ place, high: times }) => `High tide at ${place}: ${times.join(', ')}`, // for clients that show no views
  run: ({ place }) => ({ place, high: ['7:40', '20:05'] }),
})

export default tides.server(
  apps({
    tools: { high: withView(dashboard, high, { shown: ({ place }) => `The tides of ${place} are on screen.` }) },
  }),
)
