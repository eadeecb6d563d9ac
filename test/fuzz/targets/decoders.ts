import * as ws from 'ws'
import { IrregularFrames, loadReceiver } from '../../../src/node/ws-receiver.js'
import type { Decoder } from '../../../src/wire/decoder.js'
import { FrameDecoder } from '../../../src/wire/frame-decoder.js'
import { MessageDecoder } from '../../../src/wire/message-codec.js'
import { RawDecoder } from '../../../src/wire/raw.js'
import { V1Decoder } from '../../../src/wire/v1-decoder.js'
import { WebSocketDecoder } from '../../../src/wire/websocket-decoder.js'
import {
  box,
  hex,
  input,
  message,
  text,
  times,
  traffic,
  v1Framing,
  zmtpFraming,
  zwsFraming,
} from '../build.js'
import { bytesOf, chunksOf, type Facts, type Input } from '../input.js'
import { expectSame, splittings, Violation } from '../oracle.js'
import type { Target } from '../target.js'
import { decode, outcome, type Heard } from './decoding.js'
import { slowDecode, v1Header, zmtpHeader } from './slow.js'

const receiverClass = await loadReceiver()

const facts = {
  maxMessageSize: ['-1', '0', '1', '255', '65536'],
  most: ['Infinity', '1', '3'],
}

type Create = (facts: Facts, onCommand: (body: Uint8Array) => void) => Decoder

const sizeOf = ({ maxMessageSize = '-1' }: Facts): number => Number(maxMessageSize)

/** Every splitting must come to the same. */
function decodeAll({ facts: said, nodes }: Input, create: Create): { bytes: Buffer; heard: Heard } {
  const bytes = bytesOf(nodes)
  const heard = splittings(bytes).map((chunks) =>
    decode(chunks, (onCommand) => create(said, onCommand), Number(said['most'] ?? 'Infinity')),
  )
  const [first, ...others] = heard
  if (first === undefined) throw new Error('no way of splitting')
  for (const other of others) expectSame('it depends on how bytes are split', first, other)
  return { bytes, heard: first }
}

const codeOf = (error: string | undefined): string | undefined => error?.split(' ', 1)[0]

function stream(
  name: string,
  create: Create,
  header: Parameters<typeof slowDecode>[1],
): Pick<Target, 'name' | 'run'> {
  return {
    name,
    run(tried) {
      const { bytes, heard } = decodeAll(tried, create)
      const slow = slowDecode(bytes, header, sizeOf(tried.facts))
      expectSame('the obvious decoder differs', slow, { ...heard, error: codeOf(heard.error) })
      return outcome(heard)
    },
  }
}

const frames: Target = {
  ...stream(
    'frames',
    (said, onCommand) => new FrameDecoder({ maxMessageSize: sizeOf(said) }, onCommand),
    zmtpHeader,
  ),
  facts,
  layouts: ['zmtp', 'zmtp', 'zmtp-long', 'u8'],
  weight: 6,
  seeds: [
    input('frames', {}, ...traffic(zmtpFraming)),
    input('frames', {}, ...message(zmtpFraming, 'x'.repeat(70_000), 'y'.repeat(20_000)), text('z')),
    input('frames', { most: '3' }, times(20, ...message(zmtpFraming, 'part', 'other'))),
    input('frames', {}, times(65_535, box('zmtp', 1)), box('zmtp', 0)),
    input('frames', {}, { ...box('zmtp', 0), claim: 2n ** 64n - 1n }),
    input('frames', {}, { ...box('zmtp', 4), claim: 2n ** 31n }),
  ],
}

const v1: Target = {
  ...stream(
    'frames-1.0',
    (said, onCommand) => new V1Decoder({ maxMessageSize: sizeOf(said) }, onCommand),
    v1Header,
  ),
  facts,
  layouts: ['v1', 'v1', 'v1-long', 'u8'],
  weight: 4,
  seeds: [
    input('frames-1.0', {}, ...traffic(v1Framing)),
    input('frames-1.0', {}, { ...box('v1', 0), claim: 0n }, { ...box('v1-long', 0), claim: 0n }),
    input('frames-1.0', {}, ...message(v1Framing, 'x'.repeat(254), 'y'.repeat(70_000))),
  ],
}

/** What `ws` makes of it, and ZWS of that; whatever is wrong with it. */
function wsDecode(bytes: Buffer, isServer: boolean): Heard {
  const { Receiver } = ws as unknown as {
    Receiver: new (options: object) => {
      readonly errored: Error | null
      write(bytes: Uint8Array): boolean
      on(event: string, listener: (...details: never[]) => void): void
    }
  }
  const receiver = new Receiver({ isServer, maxPayload: 0x7fff_ffff, allowSynchronousEvents: true })
  const items: string[] = []
  let parts: string[] = []
  let error: string | undefined
  receiver.on('error', () => undefined)
  receiver.on('conclude', () => {
    if (error === undefined) items.push(`! ${GOODBYE.toString()}`)
  })
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    const flags = data[0]
    if (!isBinary || flags === undefined) error ??= 'no frame of ZWS'
    if (error !== undefined) return
    const body = data.toString('latin1', 1)
    if (((flags ?? 0) & 2) !== 0) {
      items.push(`! ${body}`)
      return
    }
    parts.push(body)
    if (((flags ?? 0) & 1) !== 0) return
    items.push(parts.join('|'))
    parts = []
  })
  receiver.write(bytes)
  return { items, error: error ?? receiver.errored?.message }
}

/** In place of a command that no peer can send. */
const GOODBYE = Buffer.from('goodbye')

/** Nobody listens to what comes later. */
function untilGoodbye({ items, error }: Heard): Heard {
  const end = items.indexOf(`! ${GOODBYE.toString()}`)
  return end < 0 ? { items, error } : { items: items.slice(0, end + 1), error: undefined }
}

const websocket: Target = {
  name: 'websocket',
  facts: { ...facts, from: ['client', 'server'] },
  layouts: ['ws', 'ws', 'ws16', 'ws64', 'u8'],
  weight: 4,
  run(tried) {
    const isServer = tried.facts['from'] !== 'server'
    const create: Create = (said, onCommand) => {
      const irregular = new IrregularFrames(receiverClass, isServer, {
        command: () => undefined,
        onPing: () => undefined,
        goodbye: () => onCommand(GOODBYE),
      })
      return new WebSocketDecoder({ maxMessageSize: sizeOf(said) }, onCommand, isServer, irregular)
    }
    const { bytes, heard } = decodeAll(tried, create)
    const slow = untilGoodbye(wsDecode(Buffer.from(bytes), isServer))
    const code = codeOf(heard.error)
    const { items } = heard
    // Limits are judged before what is judged is there.
    if (code === 'EMSGSIZE' || heard.error?.includes('parts') === true) {
      expectSame('ws hears something else', slow.items.slice(0, items.length), items)
    } else {
      expectSame('ws hears something else', slow.items, items)
      // It judges the first two bytes of a header, where the decoder waits for all of it.
      const more = { ...tried, nodes: [...tried.nodes, times(16, hex('00'))] }
      const later = slow.error === undefined ? heard : decodeAll(more, create).heard
      // To it the flags of ZWS are part of what is limited.
      const isLimit = slow.error?.includes('Max payload') === true
      if ((slow.error === undefined) !== (later.error === undefined) && !isLimit) {
        throw new Violation('ws judges otherwise', { facts: { ws: slow.error, ours: heard.error } })
      }
    }
    return outcome(heard)
  },
  seeds: [
    input('websocket', { from: 'client' }, ...traffic(zwsFraming(0x1020304))),
    input('websocket', { from: 'server' }, ...traffic(zwsFraming())),
    input(
      'websocket',
      { from: 'server' },
      ...[0x02, 0x00, 0x89, 0x80].map((head) => box('ws', head, hex('00'), text('piece'))),
      box('ws', 0x8a),
      box('ws', 0x88, hex('03e8')),
    ),
    input(
      'websocket',
      { from: 'client' },
      {
        ...box('ws', 0x82, hex('00'), text('x'.repeat(70_000))),
        key: 0x7a6b5c4d,
      },
    ),
    input('websocket', { from: 'server' }, box('ws', 0x81, text('text')), box('ws', 0x82)),
    input('websocket', { from: 'server' }, { ...box('ws', 0x82), claim: 2n ** 63n }),
  ],
}

/** Each node is a message of WebSocket, as in a browser. */
const messages: Target = {
  name: 'messages',
  facts,
  layouts: ['u8'],
  weight: 2,
  run({ nodes, facts: said }) {
    const chunks = chunksOf(nodes) ?? []
    const create = (onCommand: (body: Uint8Array) => void): Decoder =>
      new MessageDecoder({ maxMessageSize: sizeOf(said) }, onCommand)
    return outcome(
      decode(
        chunks.filter(({ length }) => length > 0),
        create,
        Infinity,
      ),
    )
  },
  seeds: [
    input(
      'messages',
      {},
      ...['\0a', '\x01a', '\0b', '\x02\x04PING', '\x03'].map(text),
      times(300, text('\x01')),
    ),
  ],
}

const raw: Target = {
  name: 'raw',
  facts: {},
  layouts: ['u8'],
  weight: 1,
  run({ nodes }) {
    const bytes = bytesOf(nodes)
    const heard = decode(
      [bytes],
      (onCommand) => new RawDecoder({ maxMessageSize: -1 }, onCommand),
      1,
    )
    const expected = bytes.length === 0 ? [] : [bytes.toString('latin1')]
    expectSame('bytes are not what came', expected, heard.items)
    return outcome(heard)
  },
  seeds: [input('raw', {}, text('GET / HTTP/1.1\r\n\r\n'))],
}

export const decoders: readonly Target[] = [frames, v1, websocket, messages, raw]
