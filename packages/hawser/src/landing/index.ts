export { describeServer, type Shown, type ShownItem, type ShownTool } from './describe.ts'
export { landingPage, type LandingOptions } from './landing-page.ts'
