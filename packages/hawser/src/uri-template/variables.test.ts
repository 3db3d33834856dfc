import { describe, expectTypeOf, it } from 'vitest'
import type { Variables } from './variables.ts'

type NamesOf<Template extends string> = keyof Variables<Template>

describe('Variables', () => {
  it('makes query variables optional and all others required', () => {
    expectTypeOf<Variables<'notes://{id}{?format}'>>().toEqualTypeOf<{ id: string; format?: string }>()
    expectTypeOf<Variables<'x://{+path}'>>().toEqualTypeOf<{ path: string }>()
    expectTypeOf<Variables<'x:/{/a,b}{.c}{;d}{#e}'>>().toEqualTypeOf<{
      a: string
      b: string
      c: string
      d: string
      e: string
    }>()
    expectTypeOf<Variables<'x://y?z=1{&a,b}'>>().toEqualTypeOf<{ a?: string; b?: string }>()
  })

  it('strips prefix and explode', () => {
    expectTypeOf<Variables<'{a:3}{/b*}{?c,d*,e:12}'>>().toEqualTypeOf<{
      a: string
      b: string
      c?: string
      d?: string
      e?: string
    }>()
  })

  it('is empty without variables', () => {
    expectTypeOf<NamesOf<'notes://all'>>().toEqualTypeOf<never>()
  })

  it('is a record when the template is not known', () => {
    expectTypeOf<Variables<string>>().toEqualTypeOf<Record<string, string>>()
  })

  it('refuses a name that the template lacks', () => {
    const read = ({ id, format }: Variables<'notes://{id}{?format}'>) => id + (format ?? '')
    expectTypeOf(read).toBeCallableWith({ id: '1' })
    // @ts-expect-error `id` is required
    expectTypeOf(read).toBeCallableWith({ format: 'md' })
    // @ts-expect-error the template has no `page`
    void ((values: Variables<'notes://{id}'>) => values.page)
  })
})
