/**
 * The client that the official suite drives: `everything-client.ts URL`, with the scenario and its data in the environment.
 * What it does is what each scenario demands; how it does that is the public API.
 */
import { type Client, connect } from 'hawser'
import process from 'node:process'
import { loadSkill, type SkillEntry } from './load-skill.ts'
import { chooseSignIn } from './sign-in.ts'

interface ToolCall {
  readonly name: string
  readonly arguments: Record<string, unknown>
}

type Drive = (client: Client) => Promise<unknown>

const callEach = async (client: Client, names: readonly string[]): Promise<void> => {
  await client.listTools()
  for (const name of names) await client.call(name)
}

/** The numbers for the one tool of `tools_call`. */
const addNumbers: Drive = async (client) => {
  await client.listTools()
  await client.call('add_numbers', { a: 5, b: 3 })
}

const readEverything: Drive = async (client) => {
  const tools = await client.listTools()
  for (const { name } of tools) await client.call(name)
  for (const { uri } of await client.listResources()) await client.read(uri)
  for (const { name } of await client.listPrompts()) await client.prompt(name)
}

const callGiven: Drive = async (client) => {
  await client.listTools()
  const { toolCalls } = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as {
    readonly toolCalls: readonly ToolCall[]
  }
  for (const { name, arguments: given } of toolCalls) await client.call(name, given)
}

/** Whatever is left of the list is called; the tools of the suite take any arguments. */
const callAllowed: Drive = async (client) => {
  for (const { name } of await client.listTools()) await client.call(name, { region: 'us-west1' })
}

const echoSchema: Drive = async (client) => {
  const tools = await client.listTools()
  const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema
  await client.call('json_schema_echo', { schema })
}

const listSkills = async (client: Client): Promise<readonly SkillEntry[]> => {
  const { skills } = (await client.request('skills/list' as 'tools/list', {})) as unknown as {
    readonly skills: readonly SkillEntry[]
  }
  return skills
}

const loadSkills: Drive = async (client) => {
  for (const entry of await listSkills(client)) await loadSkill(client, entry)
}

const SCENARIOS: ReadonlyMap<string, Drive> = new Map<string, Drive>([
  ['initialize', (client) => client.listTools()],
  ['tools_call', addNumbers],
  ['elicitation-sep1034-client-defaults', (client) => callEach(client, ['test_client_elicitation_defaults'])],
  ['sse-retry', (client) => callEach(client, ['test_reconnection'])],
  ['request-metadata', (client) => client.listTools()],
  [
    'sep-2322-client-request-state',
    (client) =>
      callEach(client, [
        'test_mrtr_echo_state',
        'test_mrtr_no_state',
        'test_mrtr_unrelated',
        'test_mrtr_no_result_type',
      ]),
  ],
  ['http-standard-headers', readEverything],
  ['http-custom-headers', callGiven],
  ['http-invalid-tool-headers', callAllowed],
  ['json-schema-ref-no-deref', (client) => client.listTools()],
  ['json-schema-2020-12-preservation', echoSchema],
  ['sep-2640-client-no-prefetch', listSkills],
  ['sep-2640-client-verify-digest', loadSkills],
  ['sep-2640-client-verify-size', loadSkills],
  ['sep-2640-client-verify-frontmatter', loadSkills],
])

/** What a person who is signed in does. */
const useSignedIn: Drive = async (client) => {
  await client.listTools()
  await client.call('test-tool')
}

const [, , url = ''] = process.argv
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Readonly<Record<string, string>>
const signsIn = scenario.startsWith('auth/')
const drive = signsIn ? useSignedIn : SCENARIOS.get(scenario)
if (drive === undefined) throw new Error(`Nothing is known of the scenario ${scenario}.`)

await using client = await connect(url, {
  ...(signsIn && { http: { auth: await chooseSignIn(scenario, url, context) } }),
  clientInfo: { name: 'everything-client', version: '1.0.0' },
  extensions: { 'io.modelcontextprotocol/skills': {} },
  answers: {
    // Nothing is filled in by hand, so that the defaults of the form are what is sent.
    elicit: () => ({ action: 'accept' }),
    sample: () => ({ role: 'assistant', model: 'none', content: { type: 'text', text: 'Nothing to say.' } }),
    roots: () => [],
  },
})
await client.agreed()
await drive(client)
