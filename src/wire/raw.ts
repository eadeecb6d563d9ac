import type { Parts } from '../message.js'
import { Decoder } from './decoder.js'
import { Encoder } from './encoder.js'

/*
 * No framing at all: what STREAM sockets speak to programs that know nothing of ZeroMQ.
 */

/** Writes the parts of messages as they are. There is nothing else to say. */
export class RawEncoder extends Encoder {
  message(parts: Parts): void {
    for (const part of parts) this.append(part)
  }

  command(): void {
    // no such thing
  }

  ping(): void {
    // no such thing
  }
}

/** Makes a message of whatever has come. */
export class RawDecoder extends Decoder {
  run(): undefined {
    return undefined
  }

  protected header(): number {
    this.length = this.chunk.bytes.length - this.at
    return this.length === 0 ? -1 : this.at
  }

  /** The peer has not said how much it would send. */
  protected override judge(): void {
    // Nothing is assembled, so nothing can grow.
  }
}
