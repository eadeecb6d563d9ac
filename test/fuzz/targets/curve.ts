import type { ZmqError } from '../../../src/errors.js'
import '../../../src/node/system-options.js'
import { initialOptions } from '../../../src/options.js'
import { newKeyPair, random, type Boxes, type Engine } from '../../../src/security/box.js'
import { CurveClient } from '../../../src/security/curve-client.js'
import { CurveServer } from '../../../src/security/curve-server.js'
import { PREFIXES } from '../../../src/security/curve.js'
import { loadEngine } from '../../../src/security/engines/node.js'
import type { Mechanism } from '../../../src/security/mechanism.js'
import { OVERHEAD, Sealer } from '../../../src/security/sealed.js'
import { encodeZ85 } from '../../../src/util/z85.js'
import type { Codec } from '../../../src/wire/codec.js'
import { FrameDecoder } from '../../../src/wire/frame-decoder.js'
import { FrameEncoder } from '../../../src/wire/frame-encoder.js'
import { frame } from '../../support/wire.js'
import { action, hex, input, property, text } from '../build.js'
import { bytesOf, type Facts, type Input } from '../input.js'
import { expectDocumented, expectSame, PROTOCOL_CODES, randomly, Violation } from '../oracle.js'
import type { Target } from '../target.js'
import { blurred } from './decoding.js'
import { isFit } from './slow-handshake.js'

/*
 * CURVE against a peer who has every key that a peer has, and is one of ours but for what it changes:
 * bytes of its commands outside of the boxes, bytes within them before they are sealed, its metadata,
 * and messages that are sealed whatever is in them. The first node of an input is the metadata.
 */

const engine = await loadEngine()
const server = newKeyPair(engine, random)
const client = newKeyPair(engine, random)

/** Which command or box of the peer is changed, how, and where. */
interface Change {
  readonly index: number
  readonly kind: string
  readonly at: number
}

const KINDS = ['flip', 'cut', 'grow', 'again', 'never']
const PLACES = [0, 1, 7, 8, 9, 15, 16, 31, 32, 47, 48, 80, 96, 104, 127, 128, 160, 200]

const changes = (kinds: readonly string[], indices: readonly number[]): string[] => [
  ...indices.flatMap((index) =>
    kinds.flatMap((kind) => PLACES.map((at) => `${String(index)} ${kind} ${String(at)}`)),
  ),
]

function changeOf(fact = 'none'): Change | undefined {
  const [index, kind = '', at] = fact.split(' ')
  return fact === 'none' ? undefined : { index: Number(index), kind, at: Number(at) }
}

/** The engine of the peer: it knows how its messages are sealed, and changes what is in a box. */
class Tampering implements Engine {
  readonly name = 'tampering'
  readonly #inside: Change | undefined
  #sealed = 0
  /** For messages. */
  key: Uint8Array | undefined
  changed = false

  constructor(inside: Change | undefined) {
    this.#inside = inside
  }

  publicKey(secretKey: Uint8Array): Uint8Array {
    return engine.publicKey(secretKey)
  }

  sharedKey(publicKey: Uint8Array, secretKey: Uint8Array): Uint8Array | undefined {
    return engine.sharedKey(publicKey, secretKey)
  }

  boxes(key: Uint8Array, prefix: Uint8Array): Boxes {
    if (prefix === PREFIXES.client || prefix === PREFIXES.server) this.key = Uint8Array.from(key)
    const boxes = engine.boxes(key, prefix)
    return {
      seal: (high, low, first, body, out, at) => {
        const plaintext = Buffer.concat([Buffer.of(first), body])
        const { index, at: place } = this.#inside ?? { index: -1, at: 0 }
        if (this.#sealed++ === index && place < plaintext.length) {
          plaintext[place] = (plaintext[place] ?? 0) ^ 0x40
          this.changed = true
        }
        boxes.seal(high, low, plaintext[0] ?? 0, plaintext.subarray(1), out, at)
      },
      open: (...bytes) => boxes.open(...bytes),
      wipe: () => {
        boxes.wipe()
      },
    }
  }
}

/** What arrives in place of a command. */
function changed(command: Buffer, { kind, at }: Change): Buffer[] {
  if (kind === 'never') return []
  if (kind === 'again') return [command, command]
  if (kind === 'cut') return [command.subarray(0, Math.min(at, command.length - 1))]
  if (kind === 'grow') return [Buffer.concat([command, Buffer.alloc(at + 1)])]
  const copy = Buffer.from(command)
  const place = at % copy.length
  copy[place] = (copy[place] ?? 0) ^ 0x01
  return [copy]
}

interface End {
  readonly mechanism: Mechanism
  readonly said: Buffer[]
  readonly items: string[]
}

function end(asServer: boolean, crypto: Engine, properties: Buffer, maxMessageSize: number): End {
  const said: Buffer[] = []
  const items: string[] = []
  const { publicKey, secretKey } = asServer ? server : client
  const options = initialOptions({
    mechanism: 'CURVE',
    asServer,
    curvePublicKey: encodeZ85(publicKey),
    curveSecretKey: encodeZ85(secretKey),
    curveServerKey: encodeZ85(server.publicKey),
  })
  const decoder = new FrameDecoder({ maxMessageSize }, (body) => {
    items.push(`! ${Buffer.from(body).toString('latin1')}`)
  })
  const codec: Codec = { encoder: new FrameEncoder(), decoder }
  const host = {
    say: (command: Uint8Array) => void said.push(Buffer.from(command)),
    ...{ properties, options, codec, accepted: asServer, authenticator: undefined },
  }
  const tools = { engine: crypto, random, now: () => 0 }
  const mechanism = asServer ? new CurveServer(host, tools) : new CurveClient(host, tools)
  return { mechanism, said, items }
}

const CODES = /^(EACCES|EPROTO|EMSGSIZE|ERR_ZMTP_[A-Z_]+)$/

/** Lets the two talk until one of them fails, or has nothing more to say. @returns how the victim failed. */
async function shake(
  victim: End,
  peer: End,
  outside: Change | undefined,
): Promise<ZmqError | undefined> {
  void victim.mechanism.start()
  void peer.mechanism.start()
  let peerLives = true
  for (let index = 0; ;) {
    const toPeer = victim.said.shift()
    const toVictim = peer.said.shift()
    if (toPeer === undefined && toVictim === undefined) return undefined
    if (toPeer !== undefined && peerLives && peer.mechanism.outcome === undefined) {
      try {
        await peer.mechanism.receive(toPeer)
      } catch {
        peerLives = false
      }
    }
    if (toVictim === undefined) continue
    const arrives = outside?.index === index++ ? changed(toVictim, outside) : [toVictim]
    try {
      for (const command of arrives) {
        if (victim.mechanism.outcome === undefined) await victim.mechanism.receive(command)
      }
    } catch (error) {
      return expectDocumented(error, CODES)
    }
  }
}

/** The zeros of HELLO say nothing, nor what its box holds; nor does what comes when all is done. */
function matters(asServer: boolean, { index, kind, at }: Change): boolean {
  if (kind === 'again') return index === 0
  if (kind === 'flip' && asServer && index === 0 && at >= 8 && at < 80) return false
  return index < 2
}

/** Whether the victim must not be content. */
function mustFail({ outside, inside }: Facts, asServer: boolean, peer: Tampering): boolean {
  const [out, within] = [changeOf(outside), changeOf(inside)]
  if (out !== undefined && matters(asServer, out)) return true
  if (within === undefined || !peer.changed) return false
  // The vouch, and who it is for; what the server is called in this connection.
  if (asServer) return within.index === 1 || (within.index === 2 && within.at < 128)
  return within.index === 1
}

interface Sent {
  readonly bytes: Buffer[]
  readonly expected: string[]
}

/** Messages, sealed whatever they are; and what of them is to be heard. */
function messages({ nodes }: Input, sealer: Sealer): Sent {
  const bytes: Buffer[] = []
  const expected: string[] = []
  let parts: string[] = []
  let sound = true
  let next = ''
  for (const node of nodes.slice(1)) {
    if (node.kind === 'do') {
      next = node.what
      if (next === 'replay' && bytes.length > 0) {
        bytes.push(Buffer.from(bytes.at(-1) ?? []))
        sound = false
      }
      continue
    }
    const plaintext = bytesOf([node])
    if (plaintext.length === 0) continue
    const [flags = 0] = plaintext
    const whole = Buffer.alloc(OVERHEAD + plaintext.length - 1)
    sealer.seal(flags, plaintext.subarray(1), whole)
    if (next === 'flip') whole[whole.length - 1] = (whole.at(-1) ?? 0) ^ 1
    if (next === 'flip' || next === 'bare') sound = false
    bytes.push(frame(0, next === 'bare' ? plaintext : whole))
    next = ''
    if (!sound) continue
    const body = plaintext.toString('latin1', 1)
    if ((flags & 2) !== 0) {
      expected.push(`! ${body}`)
      continue
    }
    parts.push(body)
    if ((flags & 1) !== 0) continue
    expected.push(parts.join('|'))
    parts = []
  }
  return { bytes, expected }
}

async function run(tried: Input): Promise<string> {
  const { facts, nodes } = tried
  const asServer = facts['victim'] !== 'client'
  const said = bytesOf(nodes.slice(0, 1))
  // No box of ours is empty, for everybody says of what type it is.
  const metadata = said.length === 0 ? bytesOf(property('Socket-Type', 'DEALER')) : said
  const crypto = new Tampering(changeOf(facts['inside']))
  const victim = end(asServer, engine, Buffer.alloc(0), -1)
  const peer = end(!asServer, crypto, metadata, -1)
  const outside = changeOf(facts['outside'])
  const error = await shake(victim, peer, outside)
  const { outcome } = victim.mechanism
  const failing = mustFail(facts, asServer, crypto)
  if (outcome !== undefined && failing) throw new Violation('a forged handshake was believed')
  const honest = outside === undefined && !crypto.changed
  if (honest && (outcome !== undefined) !== isFit(metadata, () => true)) {
    throw new Violation('an honest handshake was judged otherwise', { cause: error })
  }
  if (outcome?.codec === undefined)
    return `${String(asServer)} ${blurred(error?.reason ?? 'waits')}`
  if (outside === undefined) return hear(tried, victim, outcome.codec, crypto, asServer)
  return 'done'
}

/** What is delivered was genuine, whole, new and in its turn. */
function hear(
  tried: Input,
  victim: End,
  { decoder, wipe }: Codec,
  crypto: Tampering,
  asServer: boolean,
): string {
  const { key } = crypto
  // A client that has not heard READY would know it; this one has no need to.
  if (key === undefined) return 'no key'
  const prefix = asServer ? PREFIXES.client : PREFIXES.server
  const { bytes, expected } = messages(tried, new Sealer(engine.boxes(key, prefix), 1000))
  let error: ZmqError | undefined
  decoder.expectTraffic()
  try {
    for (const piece of randomly(Buffer.concat(bytes))) {
      decoder.push(piece)
      for (let message = decoder.next(); message !== undefined; message = decoder.next()) {
        victim.items.push(message.map((part) => Buffer.from(part).toString('latin1')).join('|'))
      }
    }
  } catch (caught) {
    error = expectDocumented(caught, PROTOCOL_CODES)
  }
  wipe?.()
  expectSame('what was sealed is not what is heard', expected, victim.items)
  return `${String(Math.min(expected.length, 3))} ${blurred(error?.reason ?? '')}`
}

export const curve: Target = {
  name: 'curve',
  facts: {
    victim: ['server', 'client'],
    outside: ['none', 'none', ...changes(KINDS, [0, 1])],
    inside: ['none', 'none', ...changes(['flip'], [0, 1, 2])],
  },
  actions: ['flip', 'bare', 'replay'],
  layouts: ['u8', 'u32', 'zmtp'],
  weight: 1,
  run,
  seeds: ['server', 'client'].flatMap((victim) => [
    input(
      'curve',
      { victim },
      hex(''),
      ...['\0one', '\x01two', '\0parts', '\x02\x04PING'].map(text),
    ),
    input(
      'curve',
      { victim },
      { kind: 'times', count: 1, children: property('Socket-Type', 'DEALER') },
      text('\0a'),
      action('flip'),
      text('\0b'),
    ),
    input('curve', { victim }, hex(''), text('\0a'), action('replay'), text('\0b')),
    input('curve', { victim }, hex(''), text('\0a'), action('bare'), text('\0b')),
    input('curve', { victim, outside: '1 flip 128' }, hex('')),
    input('curve', { victim, inside: '2 flip 0' }, hex('')),
    input('curve', { victim, inside: '1 flip 31' }, hex('')),
  ]),
}
