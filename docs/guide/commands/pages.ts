/** What a page of the guide supposes when somebody types its commands. */
export interface Page {
  /** A command that serves at the address which the page names. */
  readonly served?: string
  /** Whether the page speaks of a clone of this repository. */
  readonly inClone?: boolean
  /** Where the files of the page are, from the root of the repository; `docs/guide/examples` when left out. */
  readonly folder?: string
  /** Whether the page is about a Worker, so that there is a `wrangler.jsonc`. */
  readonly isWorker?: boolean
  /** Files that the reader has by then besides, or under another name: from which examples. */
  readonly files?: Readonly<Record<string, string>>
  /** What is typed in place of a command here, where nobody is at the terminal and files of the reader's own are not there. */
  readonly typed?: Readonly<Record<string, string>>
  /** Commands that may end otherwise than well, with what they say. */
  readonly says?: Readonly<Record<string, string>>
  /** Commands that are typed first, though they stand later on the page. */
  readonly first?: readonly string[]
}

/** Pages whose commands others type, and where. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'getting-started.md': 'scripts/newcomer/journeys.ts',
  'deploying.md': 'docs/guide/examples/deploying.test.ts',
}

/** What a command may need that is not here, as the comment behind it says, and which commands say so. */
export const NEEDS: Readonly<Record<string, RegExp>> = {
  'needs a Cloudflare account':
    /^(?:npx wrangler (?:login|secret put)|npx hawser deploy(?!.*--dry-run)|npm run deploy$)/,
  'needs Deno': /^deno /,
  'needs Bun': /^bun /,
  'needs systemd': /^sudo systemctl /,
  'needs Docker': /^docker /,
}

const SERVE_VAULT = `import { serveStdio } from "hawser/stdio"; import vault from "./vault.ts"; serveStdio(vault)`

export const PAGES: Readonly<Record<string, Page>> = {
  'asking-the-user.md': {
    says: {
      'npx hawser call marina.ts book --boat Ada': 'length',
      'npx hawser call marina.ts book --boat Ada --answer length=7 --answer pay=decline': 'declined',
    },
  },
  'audit.md': {
    first: [
      'export AUDIT_KEY=$(openssl rand -base64 48)',
      'npx hawser call audited.ts search --word tide',
      'npx hawser call audited.ts save --id moon --text "Full on Friday."',
    ],
    typed: { 'AUDIT_KEY=… npx hawser audit verify audit.jsonl': 'npx hawser audit verify audit.jsonl' },
  },
  'composition.md': {},
  'first-server.md': { says: { 'npx hawser call notes.ts forget --id tides': 'Delete the note "tides" for good?' } },
  'hosts-on-workers.md': { isWorker: true, files: { 'wrangler.jsonc': 'host-wrangler.jsonc' } },
  'long-running-tools.md': {},
  'moving-from-agents.md': { folder: 'interop/moving', isWorker: true },
  'moving-from-the-official-sdk.md': { folder: 'interop/moving' },
  'node.md': {},
  'permissions.md': {
    inClone: true,
    typed: {
      'HAWSER_AS=ada HAWSER_SCOPES=notes:read node server.js': `echo '${SERVE_VAULT}' > server.js && HAWSER_AS=ada HAWSER_SCOPES=notes:read node server.js`,
    },
  },
  'publishing.md': {
    files: { 'tides.ts': 'shown.ts' },
    typed: {
      'npx hawser install https://tides.example.com/mcp --host cursor --host vscode':
        'npx hawser install https://tides.example.com/mcp --host cursor --host vscode --yes',
      'npx hawser install --host codex --name files -- npx some-server /data':
        'npx hawser install --host codex --name files --yes -- npx some-server /data',
      'npx hawser install tides.ts --host claude --undo':
        'npx hawser install https://tides.example.com/mcp --host cursor --undo --yes',
    },
    // That host is not there on Linux.
    says: { 'npx hawser install tides.ts --host claude': 'Claude Desktop does not run on this system' },
  },
  'recording.md': { served: 'npx hawser run notes.ts --http 3000' },
  'resources-and-changes.md': {},
  'several-servers.md': { isWorker: true, files: { 'wrangler.jsonc': 'several-wrangler.jsonc' } },
  'signing-in.md': { inClone: true, served: 'npx node examples/notes/main.ts' },
  'testing.md': { files: { 'notes.test.ts': 'notes.test.ts' } },
  'typed-client.md': { served: 'npx hawser run tides.ts --http 3000' },
  'workers.md': { isWorker: true },
}
