import { Namespace } from '../support/network.js'
import type { Station } from '../support/station.js'
import type { BadWireProgram } from './programs/bad-wire.js'

const PROGRAM = 'test/soak/programs/bad-wire.ts'

/** Packets that carry others have to fit the cables that carry them. */
const LONGEST_PACKET = '1400'

/** Two hosts, and between them a third one whose program carries their packets as badly as it is told to. */
export class BadNetwork {
  readonly addresses: readonly [string, string] = ['10.203.8.1', '10.203.8.2']
  readonly near: Namespace = new Namespace()
  readonly far: Namespace = new Namespace()
  readonly wire: Station<BadWireProgram>
  readonly #middle = new Namespace()

  private constructor() {
    this.#lay(this.near, 'left', this.addresses[0], '10.204.1')
    this.#lay(this.far, 'right', this.addresses[1], '10.204.2')
    this.wire = this.#middle.run<BadWireProgram>(PROGRAM)
  }

  static async open(): Promise<BadNetwork> {
    const network = new BadNetwork()
    await network.wire.call('open', ['10.204.1.1', '10.204.2.1'])
    return network
  }

  /** A cable to the middle, and a tunnel through it. */
  #lay(end: Namespace, side: string, address: string, net: string): void {
    const middle = this.#middle
    end.ip('link', 'add', 'cable', 'type', 'veth', 'peer', 'name', side, 'netns', middle.name)
    end.ip('address', 'add', `${net}.1/24`, 'dev', 'cable')
    end.ip('link', 'set', 'cable', 'up')
    middle.ip('address', 'add', `${net}.2/24`, 'dev', side)
    middle.ip('link', 'set', side, 'up')
    const tunnel = ['type', 'vxlan', 'id', '7', 'remote', `${net}.2`, 'dstport', '4789']
    end.ip('link', 'add', 'tunnel', ...tunnel)
    end.ip('address', 'add', `${address}/24`, 'dev', 'tunnel')
    // One packet at a time: nobody on the way cuts up what the kernel would hand over in one piece.
    end.ip('link', 'set', 'tunnel', 'mtu', LONGEST_PACKET, 'gso_max_segs', '1', 'up')
  }

  close(): void {
    for (const namespace of [this.near, this.far, this.#middle]) namespace.close()
  }
}
