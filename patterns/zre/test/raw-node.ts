import { onTestFinished } from 'vitest'
import * as zmq from 'zeromq'
import { track } from '../../../test/support/track.js'
import type { MemoryNetwork } from './memory-beacon.js'
import type { Seen } from './nodes.js'

/** Bytes of hexadecimal digits and of texts, for frames that are written by hand. */
export function frame(...parts: (string | { text: string } | { long: string })[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part.replaceAll(' ', ''), 'hex')
      const bytes = Buffer.from('text' in part ? part.text : part.long)
      const length = Buffer.alloc('text' in part ? 1 : 4)
      length.writeUIntBE(bytes.length, 0, length.length)
      return Buffer.concat([length, bytes])
    }),
  )
}

let last = 0

/** A node of which every byte is written by hand, of the sockets of libzmq. */
export class RawNode {
  readonly uuid: Buffer
  readonly endpoint: string
  readonly #inbox: zmq.Router
  readonly #network: MemoryNetwork

  private constructor(inbox: zmq.Router, network: MemoryNetwork) {
    this.uuid = Buffer.alloc(16, ++last)
    this.endpoint = String(inbox.lastEndpoint)
    this.#inbox = inbox
    this.#network = network
  }

  static async open(network: MemoryNetwork): Promise<RawNode> {
    const inbox = track(new zmq.Router({ linger: 0, handover: true }))
    await inbox.bind('tcp://127.0.0.1:*')
    return new RawNode(inbox, network)
  }

  get id(): string {
    return this.uuid.toString('hex').toUpperCase()
  }

  /** Lets its beacon be seen. */
  announce(endpoint: string | null = this.endpoint): void {
    this.#network.announce({ uuid: this.uuid, endpoint })
  }

  /** A socket that talks to a node, under the name of this one or of another. */
  talkTo({ node }: Seen, uuid: Buffer = this.uuid): (...frames: Buffer[]) => Promise<void> {
    const routingId = Buffer.concat([Buffer.of(1), uuid])
    return anybody(node.endpoint, routingId)
  }

  /** Its HELLO, and what follows its name: no headers. */
  hello({
    sequence = '0001',
    endpoint = this.endpoint,
    name = 'raw',
    groups = '00000000',
  } = {}): Buffer {
    return frame(
      `aaa1 01 02 ${sequence}`,
      { text: endpoint },
      groups,
      '00',
      { text: name },
      '00000000',
    )
  }

  /** What comes into its inbox: the name of the sender, and the frames. */
  async receive(): Promise<[from: string, ...frames: string[]]> {
    const [from, ...frames] = await this.#inbox.receive()
    return [String(from?.toString('hex')), ...frames.map((each) => each.toString('hex'))]
  }

  /** Closes its inbox, as the end of its process would. */
  close(): void {
    this.#inbox.close()
  }
}

/** A socket that talks to an endpoint under any name. */
export function anybody(
  endpoint: string | null,
  routingId: Buffer,
): (...frames: Buffer[]) => Promise<void> {
  const dealer = new zmq.Dealer({ linger: 0, routingId: routingId as Buffer & string })
  onTestFinished(() => dealer.close())
  dealer.connect(String(endpoint))
  return (...frames) => dealer.send(frames)
}
