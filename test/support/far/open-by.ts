import type { Far, FarSpec } from './far.js'
import type { Command, Outcome } from './protocol.js'

const methods = [
  ...['send', 'receive', 'echo', 'subscribe', 'unsubscribe'],
  ...['until', 'stats', 'close', 'reopen'],
] as Exclude<keyof Far, 'endpoint'>[]

/** Sends a command to where far ends are. */
type Send = (command: Omit<Command, 'call'>) => Promise<Outcome>

/** Opens a far end elsewhere. */
export async function openBy(send: Send, spec: FarSpec): Promise<Far> {
  const command = async (command: Omit<Command, 'call'>): Promise<unknown> => {
    const { result, error } = await send(command)
    if (error !== undefined) throw new Error(`${command.method} at the far end: ${error}`)
    return result
  }
  const opened = await command({ end: 0, method: 'open', args: [spec] })
  const { end, endpoint } = opened as { end: number; endpoint: string }
  const calls = methods.map((method) => {
    return [method, (...args: unknown[]) => command({ end, method, args })]
  })
  return { endpoint, ...Object.fromEntries(calls) } as Far
}

/** Opens a far end in the process behind an address of HTTP. */
export function openAt(address: string, spec: FarSpec): Promise<Far> {
  return openBy(async (command) => {
    const response = await fetch(address, { method: 'POST', body: JSON.stringify(command) })
    return (await response.json()) as Outcome
  }, spec)
}
