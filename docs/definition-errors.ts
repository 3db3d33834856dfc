import { createKeyRing, mcp } from 'hawser'
import { introspection, protectedResource } from 'hawser/auth'
import { tasks } from 'hawser/tasks'
import { view } from 'hawser/apps'
import { mount, together } from 'hawser/compose'
import { landingPage } from 'hawser/landing'
import { skills } from 'hawser/skills'
import * as z from 'zod'

/** Definitions that cannot work, and the same ones mended, by the id of the error: the examples of errors.md. */

const app = mcp({ name: 'notes', version: '1.0.0', scopes: { 'notes:read': 'Read your notes' } })
const search = app.tool({ description: 'Find notes.', effect: 'read', run: () => 'none' })
const github = mcp({ name: 'github', version: '1.0.0' }).server({ tools: { search } })
const auth = protectedResource({ resource: 'https://notes.example.com/mcp', issuer: 'https://login.example.com' })
const SEAL_KEY = 'as if it were made by openssl rand -base64 48'

export const causes: Readonly<Record<string, () => void>> = {
  'bad-claim': () => {
    // #region bad-claim
    app.server({ mounts: { gh: mount(github, { uris: ['repo://'] }), lab: mount(github, { uris: ['repo://lab/'] }) } })
    // #endregion
  },

  'bad-extension': () => {
    // #region bad-extension
    mcp({ name: 'notes', version: '1.0.0', extensions: { offline: {} } }).server({ tools: { search } })
    // #endregion
  },

  'bad-landing': () => {
    // #region bad-landing
    landingPage({ url: 'notes.example.com' })
    // #endregion
  },

  'bad-listing': () => {
    // #region bad-listing
    mcp({ name: 'notes', version: '1.0.0', listing: 'grantable' }).server({ tools: { search } })
    // #endregion
  },

  'bad-mount-name': () => {
    // #region bad-mount-name
    app.server({ mounts: { 'git hub': mount(github) } })
    // #endregion
  },

  'bad-name': () => {
    // #region bad-name
    app.server({ tools: { 'find notes': search } })
    // #endregion
  },

  'bad-number': () => {
    // #region bad-number
    mcp({ name: 'notes', version: '1.0.0', timeout: Number(undefined) }).server({ tools: { search } })
    // #endregion
  },

  'bad-scope': () => {
    // #region bad-scope
    mcp({ name: 'notes', version: '1.0.0', scopes: { 'read notes': 'Read your notes' } }).server({})
    // #endregion
  },

  'bad-skill': () => {
    // #region bad-skill
    skills({ 'Refund orders': { description: 'Refund an order.', body: '# Refunds' } })
    // #endregion
  },

  'bad-uri-template': () => {
    // #region bad-uri-template
    app.server({ resources: { note: app.resource({ uri: 'notes://{shelf}{id}', read: ({ id }) => id }) } })
    // #endregion
  },

  'bad-view': () => {
    // #region bad-view
    view({ uri: 'ui://tides/map', html: '<!doctype html>…', csp: { connectDomains: ['api.example.com/tides'] } })
    // #endregion
  },

  'confusable-names': () => {
    // #region confusable-names
    app.server({ tools: { gh_search: search }, mounts: { gh: mount(github) } })
    // #endregion
  },

  'duplicate-extension': () => {
    // #region duplicate-extension
    app.server({
      use: [
        skills({ tides: { description: 'Read tide tables.', body: '# Tides' } }),
        skills({ winds: { description: 'Read wind charts.', body: '# Winds' } }),
      ],
    })
    // #endregion
  },

  'missing-bound': () => {
    // #region missing-bound
    mcp({ name: 'notes', version: '1.0.0', scopes: { share: 'Share notes' } }).server({
      tools: {
        put: app.tool({ description: 'Put a note.', effect: 'write', scopes: () => ['notes:read'], run: () => 'ok' }),
      },
    })
    // #endregion
  },

  'missing-confirm': () => {
    // #region missing-confirm
    app.server({
      // @ts-expect-error the compiler says so first
      tools: { wipe: app.tool({ description: 'Delete all notes.', effect: 'destroy', run: () => 'gone' }) },
    })
    // #endregion
  },

  'missing-description': () => {
    // #region missing-description
    app.server({ tools: { list: app.tool({ description: '', effect: 'read', run: () => 'none' }) } })
    // #endregion
  },

  'missing-effect': () => {
    // #region missing-effect
    // @ts-expect-error the compiler says so first
    app.server({ tools: { list: app.tool({ description: 'List the notes.', run: () => 'none' }) } })
    // #endregion
  },

  'missing-identity': () => {
    // #region missing-identity
    mcp({ name: 'notes', version: '' }).server({ tools: { search } })
    // #endregion
  },

  'missing-scopes': () => {
    // #region missing-scopes
    mcp({ name: 'notes', version: '1.0.0', auth }).server({ tools: { search } })
    // #endregion
  },

  'no-live-check': () => {
    // #region no-live-check
    mcp({ name: 'notes', version: '1.0.0', auth, scopes: { wipe: { title: 'Delete all', live: true } } }).server({})
    // #endregion
  },

  'not-a-mount': () => {
    // #region not-a-mount
    // @ts-expect-error the compiler says so first
    app.server({ mounts: { gh: github } })
    // #endregion
  },

  'not-a-prompt': () => {
    // #region not-a-prompt
    // @ts-expect-error the compiler says so first
    app.server({ prompts: { search } })
    // #endregion
  },

  'not-a-resource': () => {
    // #region not-a-resource
    // @ts-expect-error the compiler says so first
    app.server({ resources: { search } })
    // #endregion
  },

  'not-a-tool': () => {
    // #region not-a-tool
    // @ts-expect-error the compiler says so first
    app.server({ tools: { search: { description: 'Find notes.', run: () => 'none' } } })
    // #endregion
  },

  'not-long': () => {
    // #region not-long
    app.server({ tools: { search }, use: [tasks({ required: ['search'] })] })
    // #endregion
  },

  'shared-scope': () => {
    // #region shared-scope
    together({
      orders: mcp({ name: 'orders', version: '1.0.0', scopes: { read: 'Read' } }).server({}),
      reports: mcp({ name: 'reports', version: '1.0.0', scopes: { read: 'Read' } }).server({}),
    })
    // #endregion
  },

  'short-secret': () => {
    // #region short-secret
    createKeyRing(['secret'])
    // #endregion
  },

  'unconvertible-schema': () => {
    // #region unconvertible-schema
    app.server({
      tools: {
        since: app.tool({
          description: 'Find notes since a day.',
          effect: 'read',
          input: z.object({ day: z.date() }),
          run: ({ day }) => day.toISOString(),
        }),
      },
    })
    // #endregion
  },

  'unknown-completion': () => {
    // #region unknown-completion
    app.server({
      // @ts-expect-error the compiler says so first
      resources: { note: app.resource({ uri: 'notes://{id}', complete: { name: ['tides'] }, read: ({ id }) => id }) },
    })
    // #endregion
  },

  'unknown-mounted-tool': () => {
    // #region unknown-mounted-tool
    app.server({ mounts: { gh: mount(github, { toolScopes: { serach: ['notes:read'] } }) } })
    // #endregion
  },

  'unknown-scope': () => {
    // #region unknown-scope
    app.server({
      tools: {
        // @ts-expect-error the compiler says so first
        list: app.tool({ description: 'List the notes.', effect: 'read', scopes: ['notes:write'], run: () => 'none' }),
      },
    })
    // #endregion
  },
}

export const fixes: Readonly<Record<string, () => void>> = {
  'bad-claim': () => {
    // #region bad-claim-fix
    app.server({
      mounts: { gh: mount(github, { uris: ['repo://hub/'] }), lab: mount(github, { uris: ['repo://lab/'] }) },
    })
    // #endregion
  },

  'bad-extension': () => {
    // #region bad-extension-fix
    mcp({ name: 'notes', version: '1.0.0', extensions: { 'com.example/offline': {} } }).server({ tools: { search } })
    // #endregion
  },

  'bad-landing': () => {
    // #region bad-landing-fix
    landingPage({ url: 'https://notes.example.com/mcp' })
    // #endregion
  },

  'bad-listing': () => {
    // #region bad-listing-fix
    mcp({
      name: 'notes',
      version: '1.0.0',
      listing: 'grantable',
      grantable: (_scope, principal) => principal?.tenant === 'acme',
    }).server({ tools: { search } })
    // #endregion
  },

  'bad-mount-name': () => {
    // #region bad-mount-name-fix
    app.server({ mounts: { github: mount(github) } })
    // #endregion
  },

  'bad-name': () => {
    // #region bad-name-fix
    app.server({ tools: { find_notes: search } })
    // #endregion
  },

  'bad-number': () => {
    // #region bad-number-fix
    mcp({ name: 'notes', version: '1.0.0', timeout: 30_000 }).server({ tools: { search } })
    // #endregion
  },

  'bad-scope': () => {
    // #region bad-scope-fix
    mcp({ name: 'notes', version: '1.0.0', scopes: { 'notes:read': 'Read your notes' } }).server({})
    // #endregion
  },

  'bad-skill': () => {
    // #region bad-skill-fix
    skills({ 'refund-orders': { description: 'Refund an order.', body: '# Refunds' } })
    // #endregion
  },

  'bad-uri-template': () => {
    // #region bad-uri-template-fix
    app.server({ resources: { note: app.resource({ uri: 'notes://{shelf}/{id}', read: ({ id }) => id }) } })
    // #endregion
  },

  'bad-view': () => {
    // #region bad-view-fix
    view({ uri: 'ui://tides/map', html: '<!doctype html>…', csp: { connectDomains: ['https://api.example.com'] } })
    // #endregion
  },

  'confusable-names': () => {
    // #region confusable-names-fix
    app.server({ tools: { gh_search: search }, mounts: { hub: mount(github) } })
    // #endregion
  },

  'duplicate-extension': () => {
    // #region duplicate-extension-fix
    app.server({
      use: [
        skills({
          tides: { description: 'Read tide tables.', body: '# Tides' },
          winds: { description: 'Read wind charts.', body: '# Winds' },
        }),
      ],
    })
    // #endregion
  },

  'missing-bound': () => {
    // #region missing-bound-fix
    app.server({
      tools: {
        put: app.tool({
          description: 'Put a note.',
          effect: 'write',
          scopes: () => ['notes:read'],
          mayNeed: ['notes:read'],
          run: () => 'ok',
        }),
      },
    })
    // #endregion
  },

  'missing-confirm': () => {
    // #region missing-confirm-fix
    app.server({
      tools: {
        wipe: app.tool({
          description: 'Delete all notes.',
          effect: 'destroy',
          confirm: () => 'Delete all notes?',
          run: () => 'gone',
        }),
      },
    })
    // #endregion
  },

  'missing-description': () => {
    // #region missing-description-fix
    app.server({
      tools: { list: app.tool({ description: 'List the ids of all notes.', effect: 'read', run: () => 'none' }) },
    })
    // #endregion
  },

  'missing-effect': () => {
    // #region missing-effect-fix
    app.server({ tools: { list: app.tool({ description: 'List the notes.', effect: 'read', run: () => 'none' }) } })
    // #endregion
  },

  'missing-identity': () => {
    // #region missing-identity-fix
    mcp({ name: 'notes', version: '1.0.0' }).server({ tools: { search } })
    // #endregion
  },

  'missing-scopes': () => {
    // #region missing-scopes-fix
    mcp({ name: 'notes', version: '1.0.0', auth }).server({
      tools: {
        search: app.tool({ description: 'Find notes.', effect: 'read', scopes: 'signedIn', run: () => 'none' }),
      },
    })
    // #endregion
  },

  'no-live-check': () => {
    // #region no-live-check-fix
    const live = introspection({ issuer: 'https://login.example.com', clientId: 'notes', clientSecret: SEAL_KEY })
    mcp({
      name: 'notes',
      version: '1.0.0',
      auth: protectedResource({ resource: 'https://notes.example.com/mcp', issuer: 'https://login.example.com', live }),
      scopes: { wipe: { title: 'Delete all', live: true } },
    }).server({})
    // #endregion
  },

  'not-a-mount': () => {
    // #region not-a-mount-fix
    app.server({ mounts: { gh: mount(github) } })
    // #endregion
  },

  'not-a-prompt': () => {
    // #region not-a-prompt-fix
    app.server({ tools: { search } })
    // #endregion
  },

  'not-a-resource': () => {
    // #region not-a-resource-fix
    app.server({ tools: { search } })
    // #endregion
  },

  'not-a-tool': () => {
    // #region not-a-tool-fix
    app.server({ tools: { search: app.tool({ description: 'Find notes.', effect: 'read', run: () => 'none' }) } })
    // #endregion
  },

  'not-long': () => {
    // #region not-long-fix
    const archive = app.tool({ description: 'Pack all notes.', effect: 'read', long: true, run: () => 'packed' })
    app.server({ tools: { archive }, use: [tasks({ required: ['archive'] })] })
    // #endregion
  },

  'shared-scope': () => {
    // #region shared-scope-fix
    together({
      orders: mcp({ name: 'orders', version: '1.0.0', scopes: { 'orders:read': 'Read your orders' } }).server({}),
      reports: mcp({ name: 'reports', version: '1.0.0', scopes: { 'reports:read': 'Read all reports' } }).server({}),
    })
    // #endregion
  },

  'short-secret': () => {
    // #region short-secret-fix
    createKeyRing([SEAL_KEY])
    // #endregion
  },

  'unconvertible-schema': () => {
    // #region unconvertible-schema-fix
    app.server({
      tools: {
        since: app.tool({
          description: 'Find notes since a day.',
          effect: 'read',
          input: z.object({ day: z.iso.date() }),
          run: ({ day }) => new Date(day).toISOString(),
        }),
      },
    })
    // #endregion
  },

  'unknown-completion': () => {
    // #region unknown-completion-fix
    app.server({
      resources: { note: app.resource({ uri: 'notes://{id}', complete: { id: ['tides'] }, read: ({ id }) => id }) },
    })
    // #endregion
  },

  'unknown-mounted-tool': () => {
    // #region unknown-mounted-tool-fix
    app.server({ mounts: { gh: mount(github, { toolScopes: { search: ['notes:read'] } }) } })
    // #endregion
  },

  'unknown-scope': () => {
    // #region unknown-scope-fix
    app.server({
      tools: {
        list: app.tool({ description: 'List the notes.', effect: 'read', scopes: ['notes:read'], run: () => 'none' }),
      },
    })
    // #endregion
  },
}
