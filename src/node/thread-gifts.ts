import {
  MessageChannel,
  receiveMessageOnPort,
  threadId,
  type MessagePort,
} from 'node:worker_threads'
import { View } from '../util/bytes.js'
import { moveTo } from '../util/transfer.js'
import type { Link } from './thread-link.js'
import { expectPort, handOver } from './thread-ports.js'

/** From here on it is faster to move memory than to copy it through the ring. */
const WORTH_MOVING = 65_536

/** Ends that have been made: both may be in one thread, each with a name of its own. */
const nameOf = (bell: string, end: number): string => `${bell}:${String(end)}`

/**
 * Large memory on its way between two threads, each way through a port of its own, beside the ring of
 * their connection. There is no port before there is something large, and until the other end has said
 * that it has one, everything goes through the ring.
 */
export class Gifts {
  readonly #link: Link
  readonly #name: string
  readonly #forget: () => void
  #out: MessagePort | undefined
  #in: MessagePort | undefined

  constructor(link: Link, bell: string) {
    this.#link = link
    this.#name = nameOf(bell, 1 - link.end)
    this.#forget = expectPort(nameOf(bell, link.end), (port) => {
      this.#in ??= port
      link.set('open', 1)
    })
    // From one, since memory begins with none.
    link.set('thread', threadId + 1)
  }

  /** Moves memory, or a copy of it, if that is worth it and there is room. */
  give(bytes: Uint8Array): boolean {
    const { length } = bytes
    if (length < WORTH_MOVING) return false
    const port = (this.#out ??= this.#offer())
    const link = this.#link
    if (link.theirs('open') === 0 || !link.mayMove(length)) return false
    moveTo(port, [bytes], (memory) => memory[0])
    // Only now can it be looked for.
    link.moved(length)
    return true
  }

  /** The next memory that was moved here; undefined if somebody has meddled with the port. */
  fetch(): Uint8Array | undefined {
    const letter = this.#in === undefined ? undefined : receiveMessageOnPort(this.#in)
    if (letter === undefined) return undefined
    const memory = letter.message as ArrayBuffer
    this.#link.fetched(memory.byteLength)
    return new View(memory, 0, memory.byteLength)
  }

  close(): void {
    this.#forget()
    this.#in?.close()
    this.#out?.close()
  }

  #offer(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    handOver(this.#link.theirs('thread') - 1, this.#name, port2)
    return port1
  }
}
