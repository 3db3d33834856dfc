/**
 * The variables of a template as `match` gives them: those of `{?…}` and `{&…}` optional, all others required.
 *
 * ```ts
 * type Note = Variables<'notes://{id}{?format}'> // { id: string; format?: string }
 * ```
 */
export type Variables<Template extends string> = string extends Template
  ? Record<string, string>
  : Collect<Template, never, never>

type Collect<
  Template extends string,
  Required extends string,
  Optional extends string,
> = Template extends `${string}{${infer Body}}${infer Rest}`
  ? Body extends `${'?' | '&'}${infer List}`
    ? Collect<Rest, Required, Optional | Names<List>>
    : Collect<
        Rest,
        Required | Names<Body extends `${'+' | '#' | '.' | '/' | ';'}${infer List}` ? List : Body>,
        Optional
      >
  : Flat<{ [Key in Required]: string } & { [Key in Optional]?: string }>

type Names<List extends string> = List extends `${infer First},${infer Rest}` ? Bare<First> | Names<Rest> : Bare<List>

type Bare<Spec extends string> = Spec extends `${infer Name}:${string}` | `${infer Name}*` ? Name : Spec

type Flat<Type> = { [Key in keyof Type]: Type[Key] }
