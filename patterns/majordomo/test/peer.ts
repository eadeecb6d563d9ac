import * as native from 'zeromq'
import { ManualClock } from 'zerowire/patterns/clock'
import { Broker, type BrokerOptions, type Version } from 'zerowire/patterns/majordomo'
import { bytes, texts } from '../../../test/support/messages.js'
import { track } from '../../../test/support/track.js'
import { until } from '../../../test/support/turn.js'
import { trackAll } from '../../common/test/tracked.js'

/** The commands of workers, as the RFCs number them. */
export const WORKER = {
  '0.1': {
    ...{ head: ['', 'MDPW01'], ready: '\x01', request: '\x02' },
    ...{ final: '\x03', heartbeat: '\x04', disconnect: '\x05' },
  },
  '0.2': {
    ...{ head: ['MDPW02'], ready: '\x01', request: '\x02', partial: '\x03' },
    ...{ final: '\x04', heartbeat: '\x05', disconnect: '\x06' },
  },
} as const

/** What clients put before the name of a service, and find before it in a last reply. */
export const CLIENT = {
  '0.1': { request: ['', 'MDPC01'], final: ['', 'MDPC01'] },
  '0.2': {
    ...{ request: ['MDPC02', '\x01'], final: ['MDPC02', '\x03'] },
    partial: ['MDPC02', '\x02'],
  },
} as const

export const VERSIONS = ['0.1', '0.2'] as const

/** A DEALER of libzmq that says only the frames that a test tells it to. */
export class Peer {
  readonly #socket: native.Dealer

  constructor(endpoint: string, options: native.SocketOptions<native.Dealer> = {}) {
    this.#socket = track(new native.Dealer({ linger: 0, ...options }))
    this.#socket.connect(endpoint)
  }

  say(...frames: string[]): Promise<void> {
    return this.#socket.send(bytes(...frames))
  }

  async hear(): Promise<string[]> {
    return texts(await this.#socket.receive())
  }

  /** Ends its connection. */
  leave(): void {
    this.#socket.close()
  }
}

export interface Station {
  readonly broker: Broker
  readonly clock: ManualClock
  readonly endpoint: string
}

/** A broker for the running test. */
export async function station(options: BrokerOptions = {}): Promise<Station> {
  const clock = new ManualClock()
  const broker = trackAll(new Broker({ clock, ...options }))
  return { broker, clock, endpoint: await broker.bind('tcp://127.0.0.1:*') }
}

/** A worker of libzmq that the broker knows. */
export async function ready(
  { broker, endpoint }: Station,
  service = 'echo',
  version: Version = '0.2',
): Promise<Peer> {
  const { workers } = broker.stats
  const worker = new Peer(endpoint)
  await worker.say(...WORKER[version].head, WORKER[version].ready, service)
  await until(() => broker.stats.workers === workers + 1)
  return worker
}

/** A client of libzmq that has asked. */
export async function asking(
  { endpoint }: Station,
  service: string,
  ...body: string[]
): Promise<Peer> {
  const client = new Peer(endpoint)
  await client.say(...CLIENT['0.2'].request, service, ...body)
  return client
}
