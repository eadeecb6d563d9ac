import { describe, expect, it } from 'vitest'
import { native, ours } from '../support/drafts.js'
import type { AnySocket } from '../support/implementations.js'
import { pattern } from '../support/messages.js'
import { open } from '../support/scope.js'
import { attemptUntil } from '../support/turn.js'
import { onFreePort, UdpPeer } from '../support/udp.js'
import { untilHeard } from '../support/until-heard.js'

/** What a Dish binds to, and a Radio connects to. */
const places = [
  { title: 'one address', host: '127.0.0.1' },
  { title: 'a multicast address', host: '127.0.0.1;239.255.43.21' },
]

/** Binds to a free port, and returns the endpoint, which the reference does not tell. */
function bind(socket: AnySocket, host: string): Promise<string> {
  return onFreePort(async (port) => {
    const address = `udp://${host}:${String(port)}`
    await socket.bind(address)
    return address
  })
}

/** Ours chooses a port itself. */
async function bindOurs(socket: AnySocket, host: string): Promise<string> {
  await socket.bind(`udp://${host}:*`)
  return String(socket.lastEndpoint)
}

const arrangements = [
  { title: 'our Radio, native Dish', mine: ours, theirs: native, binds: bind },
  { title: 'native Radio, our Dish', mine: native, theirs: ours, binds: bindOurs },
  { title: 'our Radio, our Dish', mine: ours, theirs: ours, binds: bindOurs },
]

describe.each(arrangements)('$title over UDP', ({ mine, theirs, binds }) => {
  it.each(places)('exchange messages at $title', async ({ host }) => {
    const dish = open(theirs, 'Dish')
    dish.join('group')
    const address = await binds(dish, host)
    const radio = open(mine, 'Radio')
    radio.connect(address)
    for (const payload of [Buffer.alloc(0), pattern(300), pattern(8192 - 6)]) {
      const send = async (): Promise<void> => {
        await radio.send('for others', { group: 'other' })
        await radio.send(Buffer.from(payload), { group: 'group' })
      }
      const [, about] = await untilHeard(send, dish, ([body]) => {
        expect(String(body)).not.toBe('for others')
        return body?.equals(payload) ?? false
      })
      expect(about).toEqual({ group: Buffer.from('group') })
    }
  })
})

describe('a Radio over UDP', () => {
  it.each([
    { library: 'ours', classes: ours },
    { library: 'native', classes: native },
  ])('sends a byte of length, the group and the body: $library', async ({ classes }) => {
    const peer = await UdpPeer.open()
    const radio = open(classes, 'Radio')
    radio.connect(`udp://${peer.address}`)
    await radio.send('body', { group: 'GRP' })
    expect((await peer.receive()).data).toEqual(Buffer.from('\x03GRPbody'))
  })

  it('reaches every Dish at a multicast address, ours and native', async () => {
    const dishes = [open(ours, 'Dish'), open(native, 'Dish'), open(ours, 'Dish')]
    const address = await onFreePort(async (port) => {
      const place = `udp://127.0.0.1;239.255.43.22:${String(port)}`
      for (const dish of dishes) {
        dish.join('all')
        await dish.bind(place)
      }
      return place
    })
    const radio = open(ours, 'Radio')
    radio.connect(address)
    const heard = Promise.all(dishes.map(async (dish) => String((await dish.receive())[0])))
    let everybody = false
    void heard.then(() => (everybody = true))
    // libzmq joins the address some time after its bind() has settled.
    await attemptUntil(
      () => everybody,
      () => radio.send('hello', { group: 'all' }),
    )
    expect(await heard).toEqual(['hello', 'hello', 'hello'])
  })
})

describe.each([
  { title: 'our Datagram, native Datagram', mine: ours, theirs: native },
  { title: 'native Datagram, our Datagram', mine: native, theirs: ours },
])('$title', ({ mine, theirs }) => {
  it('send each other datagrams, and know where they come from', async () => {
    const [a, b] = [open(mine, 'Datagram'), open(theirs, 'Datagram')]
    const [bindA, bindB] = mine === ours ? [bindOurs, bind] : [bind, bindOurs]
    await bindA(a, '127.0.0.1')
    const to = await bindB(b, '127.0.0.1')
    for (const payload of [Buffer.alloc(0), Buffer.from('data'), pattern(8192)]) {
      const target = `${to.replace('udp://', '')}\0`
      const [from = ''] = await untilHeard(
        () => a.send([target, Buffer.from(payload)]),
        b,
        ([, data]) => data?.equals(payload) ?? false,
      )
      expect(String(from)).toMatch(/^127\.0\.0\.1:\d+\0$/)
      const answer = `answer to ${String(payload.length)}`
      const [back] = await untilHeard(
        () => b.send([from, answer]),
        a,
        ([, data]) => String(data) === answer,
      )
      expect(String(back)).toBe(target)
    }
  })
})
