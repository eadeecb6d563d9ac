import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { curveKeyPair } from 'zerowire'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { RawPeer, route } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { GREETING_SIZE, takeFrame } from '../support/wire.js'
import { latin1, titled } from './attack.js'
import { failuresOf } from './driver.js'

/** What somebody in the middle makes of the third message, having seen those before it. */
type Tamper = (third: Buffer, earlier: readonly Buffer[]) => Buffer[]

/** A frame of CURVE's messages: flags, length, the name of the command, the nonce, the box. */
const NONCE_AT = 2 + 8
const BOX_AT = NONCE_AT + 8

function flipped(frame: Buffer, at: number): Buffer {
  const copy = Buffer.from(frame)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

function shortened(frame: Buffer, size: number): Buffer {
  const copy = Buffer.from(frame.subarray(0, size))
  copy[1] = size - 2
  return copy
}

const tampers: readonly { title: string; tamper: Tamper }[] = [
  { title: 'sends it again (CVE-2014-7203)', tamper: (third) => [third, third] },
  { title: 'sends the first again (CVE-2014-7203)', tamper: (third, [first = third]) => [first] },
  { title: 'sends the second in its place', tamper: (third, [, second = third]) => [second] },
  {
    title: 'numbers an earlier one as it (CVE-2014-7203)',
    tamper: (third, [first = third]) => {
      const copy = Buffer.from(first)
      third.copy(copy, NONCE_AT, NONCE_AT, BOX_AT)
      return [copy]
    },
  },
  ...[NONCE_AT, NONCE_AT + 7, BOX_AT, BOX_AT + 15, BOX_AT + 16, -1].map((at) => ({
    title: `flips a bit of byte ${at}`,
    tamper: (frame: Buffer) => [flipped(frame, at < 0 ? frame.length + at : at)],
  })),
  ...[3, NONCE_AT, BOX_AT, BOX_AT + 15, BOX_AT + 16].map((size) => ({
    title: `keeps ${size} bytes of it`,
    tamper: (frame: Buffer) => [shortened(frame, size)],
  })),
  {
    title: 'puts a message in clear in its place',
    tamper: () => [Buffer.concat([Buffer.of(0, 2), latin1('in')])],
  },
]

type Side = 'connecter' | 'binder'

/** Somebody in the middle passes on all but the third message of one side. */
async function relay(target: string, from: Side, tamper: Tamper) {
  const recorded: Buffer[] = []
  const server = createServer((connecter) => {
    const binder = connect(route(target))
    const [watched, other] = from === 'connecter' ? [connecter, binder] : [binder, connecter]
    const messages: Buffer[] = []
    let greeting = GREETING_SIZE
    let unread: Buffer = Buffer.alloc(0)
    const pass = (bytes: Buffer): void => {
      recorded.push(bytes)
      other.write(bytes)
    }
    watched.on('data', (chunk) => {
      const ofGreeting = chunk.subarray(0, greeting)
      greeting -= ofGreeting.length
      if (ofGreeting.length > 0) pass(ofGreeting)
      unread = Buffer.concat([unread, chunk.subarray(ofGreeting.length)])
      for (let taken = takeFrame(unread); taken !== undefined; taken = takeFrame(unread)) {
        const bytes = unread.subarray(0, unread.length - taken.rest.length)
        unread = taken.rest
        const isMessage = taken.frame.body.subarray(0, 8).equals(latin1('\x07MESSAGE'))
        if (isMessage && messages.push(bytes) === 3) tamper(bytes, messages).forEach(pass)
        else pass(bytes)
      }
    })
    other.on('data', (chunk) => watched.write(chunk))
    for (const [socket, peer] of [
      [connecter, binder],
      [binder, connecter],
    ] as const) {
      socket.on('error', () => undefined)
      socket.on('close', () => peer.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  return { address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, recorded }
}

const keys = curveKeyPair()
const own = curveKeyPair()
const serverOptions = { curveServer: true, curveSecretKey: keys.secretKey, linger: 0 }
const clientOptions = {
  ...{ curveServerKey: keys.publicKey, linger: 0, reconnectInterval: -1 },
  ...{ curvePublicKey: own.publicKey, curveSecretKey: own.secretKey },
}

/** Two with CURVE and the one in the middle; the victim is who receives. */
async function scene(from: Side, tamper: Tamper) {
  const [ofPush, ofPull] =
    from === 'connecter' ? [clientOptions, serverOptions] : [serverOptions, clientOptions]
  const push = track(new zerowire.Push(ofPush))
  const pull = track(new zerowire.Pull(ofPull))
  const log = new EventLog(pull)
  const [binder, connecter] = from === 'connecter' ? [pull, push] : [push, pull]
  const target = await bindFresh(binder)
  const { address, recorded } = await relay(target, from, tamper)
  connecter.connect(address)
  await log.until('handshake')
  return { push, pull, log, target, recorded }
}

const receive = async (pull: { receive(): Promise<Buffer[]> }): Promise<string> =>
  String((await pull.receive())[0])

describe.each(['connecter', 'binder'] as const)(
  'in CURVE, from the %s, somebody in between',
  (from) => {
    it.each(titled(tampers))('%s, and it ends there', async (_title, { tamper }) => {
      const { push, pull, log } = await scene(from, tamper)
      const texts = ['first', 'second', 'third', 'fourth']
      for (const text of texts.slice(0, 2)) {
        await push.send(text)
        expect(await receive(pull)).toBe(text)
      }
      await push.send('third')
      const { error } = await log.until('disconnect')
      expect(error?.code).toMatch(/^(ERR_ZMTP_\w+|EPROTO)$/)
      expect(failuresOf(log)).toHaveLength(1)
      // The third may have come, once, in its own words.
      if (pull.readable) expect(await receive(pull)).toBe('third')
      expect(pull.readable).toBe(false)
    })
  },
)

it('a conversation of CURVE that is said again to the same server is refused (CVE-2014-7203, omq.rs#206)', async () => {
  const { push, pull, log, target, recorded } = await scene('connecter', (third) => [third])
  await push.send('once')
  expect(await receive(pull)).toBe('once')
  const stranger = await RawPeer.connect(target)
  stranger.write(...recorded)
  await stranger.closed
  await log.until('disconnect')
  expect(failuresOf(log)[0]?.type).toBe('handshake:error:protocol')
  await push.send('afterwards')
  expect(await receive(pull)).toBe('afterwards')
  expect(pull.readable).toBe(false)
})
