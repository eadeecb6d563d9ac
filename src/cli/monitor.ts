import { Observer, Reply, Request, type Socket } from 'zerowire'
import { attach, placesOf } from './endpoints.js'
import { eventJson, eventText } from './events.js'
import { misuse } from './exit.js'
import { KINDS, type Settings } from './kinds.js'
import { within } from './late.js'
import type { Run } from './run.js'
import { print } from './streams.js'
import { settingsOf, type SocketOptions } from './talk.js'

/** What opens a socket of each type that can be watched by. */
const OPENERS: Readonly<Record<string, (settings: Settings) => Socket | Promise<Socket>>> = {
  req: (settings) => new Request(settings),
  rep: (settings) => new Reply(settings),
  ...Object.fromEntries(
    Object.entries(KINDS).map(([name, kind]) => [
      name,
      async (settings: Settings) => (await kind.open(settings, { join: [] })).socket,
    ]),
  ),
}

/** Their names. */
export const MONITORED: readonly string[] = Object.keys(OPENERS)

/** What to watch, and how to print it. */
export interface MonitorOptions extends SocketOptions {
  readonly type: string
  readonly json?: boolean
  readonly count?: number
}

/** Prints what happens to the connections of a socket, which takes no part in the conversation. */
export async function monitor(
  endpoints: readonly string[],
  options: MonitorOptions,
  run: Run,
): Promise<void> {
  const places = placesOf(endpoints, options)
  const socket = await OPENERS[options.type]?.(await settingsOf(options))
  if (socket === undefined) throw misuse(`--type ${options.type}: expected a type of socket`)
  const events = new Observer(socket)
  try {
    await attach(socket, places, run)
    const { json = false, count = Infinity, timeout } = options
    for (let left = count; left > 0; left--) {
      const event = await within(events.receive(), timeout, run.signal, 'nothing happened')
      const line = json ? eventJson(event) : `${new Date().toISOString()} ${eventText(event)}`
      await print(`${line}\n`, run)
    }
  } finally {
    socket.linger = 0
    await socket.close()
  }
}
