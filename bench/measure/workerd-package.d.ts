/** The package exports the path of its binary, as CommonJS and without types. */
declare module 'workerd' {
  const exports: { readonly default: string }
  export default exports
}
