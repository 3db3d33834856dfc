export { apps, showsViews } from './apps.ts'
export type { ViewDomains } from './check-domains.ts'
export { view, type View, type ViewDefinition, type ViewPermission } from './view.ts'
export { withView, type WithViewOptions } from './with-view.ts'
