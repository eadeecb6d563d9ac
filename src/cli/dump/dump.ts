import { createReadStream } from 'node:fs'
import { EXIT, misuse, Stop } from '../exit.js'
import type { Run } from '../run.js'
import { print } from '../streams.js'
import type { SocketOptions } from '../talk.js'
import { itemText, type Look, type Side } from './item-text.js'
import { readCapture, type Segment } from './pcap.js'
import { relay, type Listener } from './relay.js'
import { Trace, type Item } from './trace.js'

/** What to read, and how to show it. */
export interface DumpOptions extends SocketOptions {
  readonly listen?: string
  readonly client?: string
  readonly server?: string
  readonly pcap?: string
  readonly bytes: number
  readonly json?: boolean
  readonly count?: number
}

/** Shows the ZMTP that goes through us, or that somebody has caught. */
export async function dump(
  target: string | undefined,
  options: DumpOptions,
  run: Run,
): Promise<void> {
  const { listen = 'tcp://127.0.0.1:*', client, server, pcap, count = Infinity } = options
  const files = client ?? server
  if ([target, files, pcap].filter((each) => each !== undefined).length !== 1) {
    throw misuse(
      'expected one of these: an endpoint, --client and --server with files, or --pcap with a file',
    )
  }
  if (target === undefined && options.listen !== undefined)
    throw misuse('--listen is for an endpoint')
  const display = new Display({ json: options.json ?? false, bytes: options.bytes }, run)
  if (target !== undefined) {
    await relay(target, listen, (number, side) => display.listener(number, side), count, run)
  } else if (pcap !== undefined) {
    const { connections, others } = await readCapture(pcap)
    for (const [index, sides] of connections.entries()) {
      await display.conversation(index + 1, sides)
    }
    if (others > 0) run.note(`${String(others)} other connections begin with no greeting of ZMTP`)
  } else {
    if (client !== undefined) await display.file(client, 'client')
    if (server !== undefined) await display.file(server, 'server')
  }
  if (display.failed) throw new Stop(EXIT.error)
}

/** Prints what is said, by whom. */
class Display {
  readonly #look: Look
  readonly #run: Run
  /** Whether something could not be read. */
  failed = false

  constructor(look: Look, run: Run) {
    this.#look = look
    this.#run = run
  }

  listener(connection: number, side: Side): Listener {
    const trace = new Trace(this.#look.bytes)
    return {
      push: (chunk) => this.#show(connection, side, trace.push(chunk)),
      end: () => this.#show(connection, side, trace.end()),
    }
  }

  async file(path: string, side: Side): Promise<void> {
    const listener = this.listener(1, side)
    for await (const chunk of createReadStream(path)) await listener.push(chunk as Uint8Array)
    await listener.end()
  }

  /** Segments of both sides, in the order in which they were caught. */
  async conversation(connection: number, segments: readonly Segment[]): Promise<void> {
    const traces = { client: new Trace(this.#look.bytes), server: new Trace(this.#look.bytes) }
    for (const { side, bytes, lost } of segments) {
      const trace = traces[side]
      await this.#show(connection, side, lost === undefined ? trace.push(bytes) : trace.fail(lost))
    }
    for (const side of ['client', 'server'] as const) {
      await this.#show(connection, side, traces[side].end())
    }
  }

  async #show(connection: number, side: Side, items: readonly Item[]): Promise<void> {
    if (items.length === 0) return
    this.failed ||= items.some(({ type }) => type === 'error')
    const lines = items.map((item) => `${itemText(connection, side, item, this.#look)}\n`)
    await print(lines.join(''), this.#run)
  }
}
