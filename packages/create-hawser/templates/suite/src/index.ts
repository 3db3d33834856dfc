import { createOAuth, devLogin } from '@hawser/oauth'
import { durableStore, publicDocuments } from '@hawser/oauth/cloudflare'
import { upstreamLogin } from '@hawser/oauth/upstream'
import { fail, mcp } from 'hawser'
import { sharedIssuer } from 'hawser/auth'
import { suite } from 'hawser/cloudflare'
import { indexPage, landingPage } from 'hawser/landing'
import * as z from 'zod'

export { OAuthObject } from '@hawser/oauth/cloudflare'
export { IssuerEntrypoint } from 'hawser/cloudflare'

const { env } = process
const signIn = sharedIssuer(env.ORIGIN ?? 'http://127.0.0.1:8787')
const provider = {
  name: 'Example Ltd',
  issuer: env.OIDC_ISSUER ?? '',
  clientId: env.OIDC_CLIENT_ID ?? '',
  clientSecret: env.OIDC_CLIENT_SECRET,
}

const products = new Map([
  ['R-8', { name: 'Rope, 8 mm', euros: 3.2, inStock: 40, sold: 112 }],
  ['R-12', { name: 'Rope, 12 mm', euros: 5.9, inStock: 0, sold: 87 }],
  ['C-1', { name: 'Cleat', euros: 14.5, inStock: 9, sold: 23 }],
])
const sku = z.string().max(20).describe('The number of a product, e.g. "R-8"')

const catalogue = mcp({
  name: 'catalogue',
  version: '0.1.0',
  instructions: 'Knows what we sell.',
  auth: signIn.protect('/catalogue/mcp'),
  scopes: { 'catalogue:read': { title: 'Read the catalogue', risk: 'low', baseline: true } },
})
const find_products = catalogue.tool({
  description: 'Find products by a part of their name. Returns at most 10, with number and price in euros.',
  effect: 'read',
  scopes: ['catalogue:read'],
  input: z.object({ name: z.string().max(50).describe('e.g. "rope"') }),
  output: z.object({ products: z.array(z.object({ sku: z.string(), name: z.string(), euros: z.number() })) }),
  run: (asked) => ({
    products: [...products]
      .map(([number, { name, euros }]) => ({ sku: number, name, euros }))
      .filter(({ name }) => name.toLowerCase().includes(asked.name.toLowerCase()))
      .slice(0, 10),
  }),
})

const stock = mcp({
  name: 'stock',
  version: '0.1.0',
  instructions: 'Knows how many of a product are here.',
  auth: signIn.protect('/stock/mcp'),
  scopes: { 'stock:read': { title: 'See what is in stock', risk: 'low', baseline: true } },
})
const count_stock = stock.tool({
  description: 'Tell how many of a product are in stock.',
  effect: 'read',
  scopes: ['stock:read'],
  input: z.object({ sku }),
  output: z.object({ inStock: z.int() }),
  run: (asked) => {
    const product = products.get(asked.sku)
    if (!product) throw fail(`There is no product ${asked.sku}. The catalogue has the numbers.`)
    return { inStock: product.inStock }
  },
})

const sales = mcp({
  name: 'sales',
  version: '0.1.0',
  instructions: 'Knows what sold how well.',
  auth: signIn.protect('/sales/mcp'),
  scopes: { 'sales:read': { title: 'See what was sold', risk: 'high', baseline: true } },
})
const list_bestsellers = sales.tool({
  description: 'List what sold most this year, best first.',
  effect: 'read',
  scopes: ['sales:read'],
  input: z.object({ limit: z.int().min(1).max(10).default(3) }),
  output: z.object({ bestsellers: z.array(z.object({ sku: z.string(), sold: z.int() })) }),
  run: ({ limit }) => ({
    bestsellers: [...products]
      .map(([number, { sold }]) => ({ sku: number, sold }))
      .sort((a, b) => b.sold - a.sold)
      .slice(0, limit),
  }),
})

const servers = {
  catalogue: catalogue.server({ tools: { find_products } }),
  stock: stock.server({ tools: { count_stock } }),
  sales: sales.server({ tools: { list_bestsellers } }),
}

export default suite(servers, {
  issuer: signIn,
  createIssuer: (shared) =>
    createOAuth({
      ...shared, // each server above, with its scopes: a client of one gets nothing of the others
      secret: env.OAUTH_SECRET,
      store: durableStore({ binding: 'OAUTH' }),
      operator: 'Example Ltd',
      // devLogin takes any name without a password, and refuses to start with an issuer that others can reach.
      login: provider.issuer ? upstreamLogin(provider) : devLogin(),
      clientDocuments: { fetch: publicDocuments() },
      registration: true,
      clientAddress: (request) => request.headers.get('cf-connecting-ip') ?? undefined,
    }),
  landing: landingPage(),
  index: indexPage({ title: 'my-server' }),
})
