import * as zerowire from 'zerowire'
import type { FarSocket } from '../../support/far/far.js'
import { factoryOf } from '../../support/far/far.js'
import type { SocketName } from '../../support/implementations.js'
import { obey } from '../../support/in-station.js'
import { heldBytes } from '../../support/memory.js'
import { nextTurn } from '../../support/turn.js'

/* A process that sends or receives millions of numbers, and keeps none. */

interface Bulk extends FarSocket {
  connect(address: string): void
  sendMany(messages: Uint8Array[][]): Promise<void>
  receiveMany(): Promise<Uint8Array[][]>
}

const SIZE = 16
const BATCH = 100
const sockets = new Map<string, Bulk>()
const came = new Map<string, { count: number; wrong: number }>()

function socket(name: string): Bulk {
  const found = sockets.get(name)
  if (found === undefined) throw new Error(`no socket ${name}`)
  return found
}

function numbered(number: number): Uint8Array[] {
  const message = Buffer.alloc(SIZE)
  message.writeUInt32LE(number)
  return [message]
}

const commands = {
  /** @returns the endpoint. */
  async open(name: string, type: SocketName, options: object, bind?: string, connect?: string) {
    const make = factoryOf(zerowire)
    const made = (await make({
      library: 'zerowire',
      type,
      address: '',
      options: { ...options },
    })) as Bulk
    sockets.set(name, made)
    if (type === 'Subscriber') made.subscribe('')
    if (bind) await made.bind(bind)
    if (connect) made.connect(connect)
    return made.lastEndpoint ?? ''
  },

  /** Sends the numbers from one up to another; half of them by the batch, and half one by one. */
  async send(name: string, from: number, to: number) {
    const out = socket(name)
    for (let number = from; number < to;) {
      const batch: Uint8Array[][] = []
      while (batch.length < BATCH && number < to) batch.push(numbered(number++))
      if ((number / BATCH) % 2 < 1) await out.sendMany(batch)
      else for (const message of batch) await out.send(message)
    }
  },

  /** Receives for good, and checks that each is the one after the last. */
  receive(name: string) {
    const tally = { count: 0, wrong: 0 }
    came.set(name, tally)
    const from = socket(name)
    void (async () => {
      for (;;) {
        for (const message of await from.receiveMany()) {
          const number = Buffer.from(message.at(-1) ?? []).readUInt32LE()
          if (number !== tally.count) tally.wrong += 1
          tally.count += 1
        }
      }
    })()
  },

  /** Sends back whatever comes. */
  answer(name: string) {
    const both = socket(name)
    void (async () => {
      for (;;) await both.sendMany(await both.receiveMany())
    })()
  },

  came: (name: string) => came.get(name) ?? { count: 0, wrong: 0 },
  stats: (name: string) => (socket(name) as unknown as zerowire.Socket).stats,
  /** What subscribers have asked a publisher for, so far. */
  topics: (name: string) => (socket(name) as unknown as zerowire.Publisher).topicsCount,

  async held() {
    for (let turn = 0; turn < 10; turn += 1) await nextTurn()
    return { bytes: heldBytes(), resident: process.memoryUsage.rss() }
  },
}

export type BulkProgram = typeof commands

obey(commands)
