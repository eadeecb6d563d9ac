import { onTestFinished } from 'vitest'
import type { Speak } from '../../src/session/dialect.js'
import { olderZmtp } from '../../src/session/older-zmtp.js'
import { StreamSession } from '../../src/session/stream-session.js'
import { MemoryStream } from './memory-stream.js'
import { TestEnd } from './test-ends.js'
import { TestPipe } from './test-pipe.js'
import { greeting, ready, takeFrame, type Frame } from './wire.js'

type Facts = NonNullable<ConstructorParameters<typeof TestEnd>[0]> & {
  /** The peer came to us. */
  readonly accepted?: boolean
  /** What it speaks, if not ZMTP as over TCP. */
  readonly speak?: Speak
}

/** A session of ours on a stream in memory, its handshake begun. */
export function sessionOn(stream: MemoryStream, facts: Facts = {}, number = 1) {
  const end = new TestEnd(facts)
  const connection = {
    endpoint: 'tcp://127.0.0.1:5555',
    remoteAddress: `tcp://127.0.0.1:4000${String(number)}`,
    connection: number,
    accepted: facts.accepted === true,
  }
  const session = new StreamSession(stream, end, connection, facts.speak ?? olderZmtp)
  const handshake = session.handshake()
  // Tests that expect it to fail look at it later.
  handshake.catch(() => undefined)
  onTestFinished(() => session.destroy())
  return { stream, end, session, handshake }
}

/** Two sessions of ours, and between them what is cut into pieces of `pieces` bytes. */
export function twoSessions(near: Facts = {}, far: Facts = {}, pieces = Infinity) {
  const [nearStream, farStream] = MemoryStream.pair()
  nearStream.pieces = farStream.pieces = pieces
  return [sessionOn(nearStream, near, 1), sessionOn(farStream, far, 2)] as const
}

/** The far end of a connection: says only what a test tells it to, and records what it hears. */
export class MemoryPeer {
  readonly stream: MemoryStream
  received: Buffer = Buffer.alloc(0)
  closed = false

  constructor(stream: MemoryStream) {
    this.stream = stream
    stream.attach({
      onData: (chunk) => {
        this.received = Buffer.concat([this.received, chunk])
      },
      target: () => undefined,
      largeFrames: false,
      onFilled: () => undefined,
      onDrain: () => undefined,
      onEnd: () => undefined,
      onClose: () => {
        this.closed = true
      },
    })
  }

  write(...chunks: Uint8Array[]): void {
    this.stream.write([Buffer.concat(chunks)])
  }

  /** What was received since the last call. */
  take(): Buffer {
    const taken = this.received
    this.received = Buffer.alloc(0)
    return taken
  }

  /** The frames received since the last call. */
  takeFrames(): Frame[] {
    const frames: Frame[] = []
    for (let next = takeFrame(this.take()); next !== undefined; next = takeFrame(next.rest)) {
      frames.push(next.frame)
    }
    return frames
  }

  /** Frames as text: their bodies, with `!` before those of commands. */
  takeTexts(): string[] {
    return this.takeFrames().map(({ flags, body }) => {
      return `${(flags & 4) === 0 ? '' : '!'}${body.toString('latin1')}`
    })
  }
}

/** A session of ours and a peer made by hand, which has not said anything. */
export function sessionAndPeer(facts: Facts = {}) {
  const [near, far] = MemoryStream.pair()
  const peer = new MemoryPeer(far)
  return { ...sessionOn(near, facts), peer }
}

/** The same after a handshake, with messages flowing; at most `capacity` wait unread. */
export async function started(facts: Facts & { capacity?: number; minor?: number } = {}) {
  const { capacity = Infinity, minor = 1 } = facts
  const all = sessionAndPeer(facts)
  all.peer.write(greeting({ minor }), ready(all.end.socketType))
  await all.handshake
  const pipe = new TestPipe(all.session, capacity).start()
  await all.stream.quiet()
  all.peer.take()
  all.stream.log.length = 0
  return { ...all, pipe }
}
