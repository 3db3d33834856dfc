import type { Driver } from './drivers/driver.ts'
import type { Menu } from './menu.ts'
import { type Check, CHECKS, type Outcome, type Row, type RowResult } from './row.ts'

/** Longest that one cell, or opening a connection, may take. (milliseconds) */
const CELL_MS = 15_000

/** Tries every cell of a row over one connection. What the peer cannot do is not tried; nothing else is left out. */
export async function runRow(row: Row): Promise<RowResult> {
  let driver: Driver
  try {
    driver = await within(openAndAgree(row), 'connecting')
  } catch (error) {
    return { row, cells: everywhere(row, { state: 'failed', error: `cannot connect: ${describe(error)}` }) }
  }
  try {
    const cells = everywhere(row, { state: 'ok' })
    for (const check of CHECKS) {
      if (cells[check].state === 'cannot') continue
      cells[check] = await within(checks[check](driver, row.menu), check).then(
        (): Outcome => ({ state: 'ok' }),
        (error: unknown): Outcome => ({ state: 'failed', error: describe(error) }),
      )
    }
    return { row, cells }
  } finally {
    await within(Promise.resolve(driver[Symbol.asyncDispose]()), 'closing').catch(() => {})
  }
}

async function openAndAgree({ open, revision }: Row): Promise<Driver> {
  const driver = await open()
  try {
    const agreed = await driver.revision()
    if (agreed !== revision) throw new Error(`agreed on ${agreed}, not on ${revision}`)
    return driver
  } catch (error) {
    await Promise.resolve(driver[Symbol.asyncDispose]()).catch(() => {})
    throw error
  }
}

const everywhere = ({ cannot = {} }: Row, outcome: Outcome): Record<Check, Outcome> => {
  const cell = (check: Check): Outcome => {
    const reason = cannot[check]
    return reason === undefined ? outcome : { state: 'cannot', reason }
  }
  return {
    tools: cell('tools'),
    call: cell('call'),
    read: cell('read'),
    prompt: cell('prompt'),
    ask: cell('ask'),
    progress: cell('progress'),
    cancel: cell('cancel'),
  }
}

const checks: Readonly<Record<Check, (driver: Driver, menu: Menu) => Promise<void>>> = {
  tools: async (driver, { call, ask }) => {
    const names = await driver.listTools()
    for (const { name } of [call, ...(ask === undefined ? [] : [ask])]) {
      if (!names.includes(name)) throw new Error(`the list lacks ${name}: ${names.join(', ')}`)
    }
  },
  call: async (driver, { call }) => expectText(await driver.call(call.name, call.args ?? {}), call.says),
  read: async (driver, menu) => {
    const { uri, says } = given(menu.read)
    expectText(await driver.read(uri), says)
  },
  prompt: async (driver, menu) => {
    const { name, args, says } = given(menu.prompt)
    expectText(await driver.prompt(name, args), says)
  },
  ask: async (driver, menu) => {
    const { name, args = {}, says } = given(menu.ask)
    expectText(await driver.call(name, args), says)
  },
  progress: async (driver, menu) => {
    const { name, args = {}, says, steps } = given(menu.progress)
    const seen: string[] = []
    const onProgress = ({ progress, total }: { progress: number; total?: number | undefined }): void =>
      void seen.push(`${progress}/${total}`)
    expectText(await driver.call(name, args, { onProgress }), says)
    const wanted = Array.from({ length: steps }, (_, step) => `${step + 1}/${steps}`).join(' ')
    if (seen.join(' ') !== wanted) throw new Error(`heard of progress ${seen.join(' ') || 'nothing'}, not ${wanted}`)
  },
  cancel: async (driver, menu) => {
    const { name, args = {}, proof } = given(menu.cancel)
    const controller = new AbortController()
    const call = driver.call(name, args, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('changed my mind')),
    })
    const said = await call.catch(() => undefined)
    if (said !== undefined || !controller.signal.aborted) throw new Error('the call ended before it was given up')
    // Either the server says that it was told, or at least the connection goes on.
    const { name: next, args: nextArgs = {}, says } = proof ?? menu.call
    expectText(await driver.call(next, nextArgs), says)
  },
}

function given<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the menu does not say how; say why in `cannot`')
  return part
}

function expectText(said: string, wanted: string): void {
  if (!said.includes(wanted))
    throw new Error(`said ${JSON.stringify(said.slice(0, 200))}, not ${JSON.stringify(wanted)}`)
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${CELL_MS / 1000} s`)), CELL_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The first lines of a message, on one line. */
function describe(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined }
  const words = cause instanceof Error ? `${message} (${cause.message})` : message
  return words.replaceAll(/\s+/g, ' ').slice(0, 300)
}
