export { describeServer, type Shown, type ShownItem, type ShownTool } from './describe.ts'
export { indexPage, type IndexPageOptions } from './index-page.ts'
export { landingPage, type LandingOptions } from './landing-page.ts'
