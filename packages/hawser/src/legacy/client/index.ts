export { connectLink } from './connect-link.ts'
export { connectUrl } from './connect-url.ts'
