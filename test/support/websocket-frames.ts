import * as ws from 'ws'
import type { Item } from './slow-codec.js'

/*
 * Frames of RFC 6455 and the payloads of ZWS 2.0 in them, made by `ws` or by hand, apart from the code
 * under test.
 */

export const TEXT = 1
export const BINARY = 2
export const CONTINUATION = 0
export const CLOSE = 8
export const PING = 9
export const PONG = 10

/** Flags of ZWS. */
export const ZWS_MORE = 1
export const ZWS_COMMAND = 2

interface FrameOptions {
  readonly opcode?: number
  readonly final?: boolean
  /** Masks the payload, as whatever comes from a client. */
  readonly key?: Uint8Array | undefined
}

interface WsSender {
  frame(
    data: Buffer,
    options: {
      readonly fin: boolean
      readonly opcode: number
      readonly mask: boolean
      readonly readOnly: boolean
      readonly generateMask: (mask: Buffer) => void
    },
  ): Buffer[]
}

interface WsReceiver {
  write(bytes: Uint8Array): boolean
  on(event: 'message' | 'ping' | 'pong', listener: (data: Buffer) => void): void
  on(event: 'conclude', listener: (code: number) => void): void
}

/** Its types leave out what it exports for others to build on. */
const { Sender, Receiver } = ws as unknown as {
  Sender: WsSender
  Receiver: new (options: { isServer: boolean }) => WsReceiver
}

/** A frame as `ws` makes it. */
export function wsFrame(payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = BINARY, final = true, key } = options
  return Buffer.concat(
    Sender.frame(Buffer.from(payload), {
      fin: final,
      opcode,
      mask: key !== undefined,
      readOnly: true,
      generateMask: (mask) => {
        mask.set(key ?? [])
      },
    }),
  )
}

/** What `ws` hears, frame after frame: the kind of each and what it holds. */
export function wsReceive(chunks: readonly Uint8Array[], isServer: boolean): string[] {
  const receiver = new Receiver({ isServer })
  const heard: string[] = []
  for (const kind of ['message', 'ping', 'pong'] as const) {
    receiver.on(kind, (data) => heard.push(`${kind} ${data.toString('latin1')}`))
  }
  receiver.on('conclude', (code) => heard.push(`close ${code}`))
  // `ws` takes off masks where they are.
  for (const chunk of chunks) receiver.write(Buffer.from(chunk))
  return heard
}

/** The payloads of ZWS for a message or a command. */
export function zwsPayloads(item: Item): Buffer[] {
  const payload = (flags: number, text: string): Buffer =>
    Buffer.concat([Buffer.of(flags), Buffer.from(text, 'latin1')])
  if ('command' in item) return [payload(ZWS_COMMAND, item.command)]
  const last = item.message.length - 1
  return item.message.map((part, index) => payload(index < last ? ZWS_MORE : 0, part))
}

export interface WebSocketFrame {
  readonly opcode: number
  readonly final: boolean
  readonly key: Buffer | undefined
  readonly payload: Buffer
}

/** The frame at the start of the bytes and what follows it; undefined if it is not complete. */
export function takeWebSocketFrame(
  bytes: Buffer,
): { frame: WebSocketFrame; rest: Buffer } | undefined {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return undefined
  const code = second & 0x7f
  let at = { 126: 4, 127: 10 }[code] ?? 2
  if (bytes.length < at) return undefined
  const length =
    code === 127 ? Number(bytes.readBigUInt64BE(2)) : code === 126 ? bytes.readUInt16BE(2) : code
  const key = second < 0x80 ? undefined : bytes.subarray(at, (at += 4))
  if (bytes.length < at + length) return undefined
  const payload = Buffer.from(bytes.subarray(at, at + length))
  if (key !== undefined) payload.forEach((byte, i) => (payload[i] = byte ^ (key[i & 3] ?? 0)))
  return {
    frame: { opcode: first & 0x0f, final: first >= 0x80, key, payload },
    rest: bytes.subarray(at + length),
  }
}

/** All whole frames at the start of the bytes. */
export function takeWebSocketFrames(bytes: Buffer): WebSocketFrame[] {
  const frames: WebSocketFrame[] = []
  for (let taken = takeWebSocketFrame(bytes); taken; taken = takeWebSocketFrame(taken.rest)) {
    frames.push(taken.frame)
  }
  return frames
}
