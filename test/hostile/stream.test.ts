import { describe, expect, it } from 'vitest'
import { Stream } from 'zerowire'
import { EventLog } from '../support/events.js'
import { RawListener, RawPeer } from '../support/raw-peer.js'
import { track } from '../support/scope.js'
import { bindFresh } from '../support/transports.js'
import { titled, type Speaker } from './attack.js'
import { failuresOf } from './driver.js'
import { handshakeAttacks } from './zmtp-handshake-attacks.js'
import { trafficAttacks } from './zmtp-traffic-attacks.js'

/** To a Stream whatever comes is what somebody has said: it hands it on, all of it and nothing else. */
const attacks = [...handshakeAttacks, ...trafficAttacks]

interface Scene {
  readonly stream: Stream
  readonly log: EventLog
  readonly stranger: RawPeer
  readonly friend: RawPeer
}

async function atListener(): Promise<Scene> {
  const stream = track(new Stream({ linger: 0 }))
  const log = new EventLog(stream)
  const address = await bindFresh(stream)
  const [friend, stranger] = [await RawPeer.connect(address), await RawPeer.connect(address)]
  return { stream, log, stranger, friend }
}

async function atDialler(): Promise<Scene> {
  const stream = track(new Stream({ linger: 0, reconnectInterval: -1 }))
  const log = new EventLog(stream)
  const dial = async (): Promise<RawPeer> => {
    const listener = await RawListener.listen()
    stream.connect(listener.address)
    return listener.accept()
  }
  return { stream, log, friend: await dial(), stranger: await dial() }
}

/** All that two peers say, until both have nothing more to say: by their names, the shorter text last. */
async function heard({ stream }: Scene): Promise<Buffer[]> {
  const texts = new Map<string, Buffer[]>()
  const ended = new Set<string>()
  while (ended.size < 2) {
    const [id, data] = await stream.receive()
    const name = id.toString('hex')
    const said = texts.get(name)
    if (said === undefined) texts.set(name, [])
    else if (data.length === 0) ended.add(name)
    else said.push(data)
  }
  return [...texts.values()].map((chunks) => Buffer.concat(chunks))
}

describe.each([
  { where: 'bound', scene: atListener },
  { where: 'that dials', scene: atDialler },
])('a Stream $where hands on', ({ scene: open }) => {
  it.each(titled(attacks))('%s', async (_title, { act }) => {
    const scene = await open()
    const { friend, stranger, log } = scene
    const said: Uint8Array[] = []
    const speaker: Speaker = {
      write: (...chunks) => {
        said.push(...chunks)
        stranger.write(...chunks)
      },
      end: () => {
        stranger.end()
      },
    }
    act(speaker, 'PUSH')
    friend.write(Buffer.from('from a friend'))
    stranger.end()
    friend.end()
    const texts = await heard(scene)
    const all = Buffer.concat(said)
    expect(texts.some((text) => text.equals(all))).toBe(true)
    expect(texts.map(String)).toContain('from a friend')
    expect(failuresOf(log)).toEqual([])
  })
})
