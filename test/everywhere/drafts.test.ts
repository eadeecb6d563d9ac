import { describe, expect, it } from 'vitest'
import { Channel, Client, Dish, Gather, Peer, Radio, Scatter, Server } from 'zerowire/draft'
import { far, untilPeers } from '../support/everywhere.js'
import { track } from '../support/track.js'
import { attemptUntil } from '../support/turn.js'

const options = { linger: 0, reconnectInterval: 1 }

describe('draft types over inproc', () => {
  it('Client asks, Server answers', async () => {
    const [server, client] = [track(new Server(options)), track(new Client(options))]
    await server.bind('inproc://server')
    client.connect('inproc://server')
    await client.send('question')
    const [question, { routingId }] = await server.receive()
    await server.send(`${question.toString()} answered`, { routingId })
    expect(String((await client.receive())[0])).toBe('question answered')
  })

  it('Radio speaks to the groups of a Dish', async () => {
    const [radio, dish] = [track(new Radio(options)), track(new Dish(options))]
    dish.join('group')
    await radio.bind('inproc://radio')
    dish.connect('inproc://radio')
    await radio.send('missed', { group: 'groups' })
    await radio.send('heard', { group: 'group' })
    const [message, { group }] = await dish.receive()
    expect([message.toString(), group.toString()]).toEqual(['heard', 'group'])
  })

  it('Peers and Channels speak to each other', async () => {
    const [one, other] = [track(new Peer(options)), track(new Peer(options))]
    await other.bind('inproc://peer')
    await one.send('hello', { routingId: one.connectPeer('inproc://peer') })
    const [, from] = await other.receive()
    await other.send('welcome', from)
    expect(String((await one.receive())[0])).toBe('welcome')

    const [near, far] = [track(new Channel(options)), track(new Channel(options))]
    await near.bind('inproc://channel')
    far.connect('inproc://channel')
    await far.send('hello')
    expect(String(await near.receive())).toBe('hello')
  })
})

describe.each(['zerowire', 'zeromq'] as const)('draft types over ws:// to %s', (way) => {
  it('Scatter sends', async () => {
    const end = await far(way, 'Gather')
    const scatter = track(new Scatter(options))
    scatter.connect(end.endpoint)
    await scatter.send('work')
    expect(await end.receive()).toEqual([['work']])
    await end.close()
  })

  it('Gather receives', async () => {
    const end = await far(way, 'Scatter')
    const gather = track(new Gather(options))
    gather.connect(end.endpoint)
    await untilPeers(gather)
    await end.send(['work'])
    expect(String(await gather.receive())).toBe('work')
    await end.close()
  })

  it('Radio hears which groups are joined', async () => {
    const end = await far(way, 'Dish', { subscribe: ['group'] })
    const radio = track(new Radio(options))
    radio.connect(end.endpoint)
    const heard = end.receive()
    let over = false
    void heard.then(() => (over = true))
    await attemptUntil(
      () => over,
      async () => {
        await radio.send('missed', { group: 'groups' })
        await radio.send('heard', { group: 'group' })
      },
    )
    expect((await heard)[0]?.[0]).toBe('heard')
    await end.close()
  })
})
