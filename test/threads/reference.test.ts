import { describe, expect, it } from 'vitest'
import { native, ours, type AnySocket } from '../support/implementations.js'
import { receiveTexts } from '../support/messages.js'
import { open } from '../support/scope.js'
import { Thread } from '../support/thread.js'
import { bindFresh, freshAddress, rebind } from '../support/transports.js'

/** What both libraries do: the same programs run with each. */
describe.each([
  { library: 'zerowire', module: ours },
  { library: 'zeromq', module: native },
] as const)('$library', ({ library, module }) => {
  it('connects sockets within a thread', async () => {
    const thread = await Thread.start({ library, data: freshAddress('inproc') }, async (tools) => {
      const { Pair } = tools.library
      const [one, other] = [new Pair({ linger: 0 }), new Pair({ linger: 0 })]
      await other.bind(tools.data)
      one.connect(tools.data)
      await one.send(['foo', 'bar'])
      return (await other.receive()).map(String)
    })
    expect(await thread.result).toEqual(['foo', 'bar'])
  })

  it('connects a thread with the main thread', async () => {
    const pair = open(module, 'Pair')
    const address = await bindFresh(pair, 'inproc')
    const sent = pair.send(['foo', 'bar'])
    await Thread.start({ library, data: address }, async (tools) => {
      const socket = new tools.library.Pair({ linger: 0 })
      socket.connect(tools.data)
      await socket.send(await socket.receive())
    })
    await sent
    expect(await receiveTexts(pair)).toEqual(['foo', 'bar'])
  })

  it('connects two threads, whichever comes first', async () => {
    const data = freshAddress('inproc')
    const binds = await Thread.start({ library, data }, async (tools) => {
      const socket = new tools.library.Pair({ linger: 0 })
      await socket.bind(tools.data)
      await socket.send(['foo', 'bar'])
      return (await socket.receive()).map(String)
    })
    await Thread.start({ library, data }, async (tools) => {
      const socket = new tools.library.Pair({ linger: 0 })
      socket.connect(tools.data)
      await socket.send(await socket.receive())
    })
    expect(await binds.result).toEqual(['foo', 'bar'])
  })

  it('keeps what is sent before anybody binds', async () => {
    const push = open(module, 'Push')
    const address = freshAddress('inproc')
    push.connect(address)
    const pull = await Thread.start({ library, data: address }, async (tools) => {
      const { Pull } = tools.library
      const socket = new Pull()
      await tools.told()
      await socket.bind(tools.data)
      return [String(await socket.receive()), String(await socket.receive())]
    })
    await push.send('one')
    await push.send('two')
    pull.tell('bind')
    expect(await pull.result).toEqual(['one', 'two'])
  })

  it('has each name once in all threads', async () => {
    const pair = open(module, 'Pair')
    const address = await bindFresh(pair, 'inproc')
    const thread = await Thread.start({ library, data: address }, async (tools) => {
      const socket = new tools.library.Pair()
      const codes: string[] = []
      await socket.bind(tools.data).catch((error: unknown) => {
        codes.push((error as { code: string }).code)
      })
      tools.say('refused')
      await tools.told()
      await socket.bind(tools.data)
      tools.say('bound')
      await tools.told()
      return codes
    })
    await thread.heard()
    await pair.unbind(address)
    thread.tell('now it is free')
    await thread.heard()
    await expect(pair.bind(address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    thread.tell('enough')
    expect(await thread.result).toEqual(['EADDRINUSE'])
  })

  it('frees a name whose socket is closed in another thread', async () => {
    const thread = await Thread.start({ library, data: freshAddress('inproc') }, async (tools) => {
      const socket = new tools.library.Pair()
      await socket.bind(tools.data)
      tools.say(tools.data)
      await tools.told()
      socket.close()
      tools.say('closed')
      await tools.told()
    })
    const address = String(await thread.heard())
    const pair = open(module, 'Pair')
    await expect(pair.bind(address)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    thread.tell('close')
    await thread.heard()
    // The reference closes in a thread of its own.
    await rebind(pair, address)
    thread.tell('enough')
    await thread.result
  })

  it.each([
    { send: 3, receive: 4 },
    { send: 1, receive: 1 },
    { send: 1, receive: 50 },
  ])(
    'stops at the sum of both marks, $send and $receive, also when a thread does not run',
    async (marks) => {
      // Ours needs both threads in order to connect; the reference counts what was read before, too.
      const meets = library === 'zerowire'
      const data = { address: freshAddress('inproc'), receiveHighWaterMark: marks.receive, meets }
      const thread = await Thread.start({ library, data }, async (tools) => {
        const { address, receiveHighWaterMark, meets } = tools.data
        const pull = new tools.library.Pull({ receiveHighWaterMark })
        await pull.bind(address)
        tools.say('bound')
        if (meets) tools.say(String(await pull.receive()))
        tools.block()
        const count = Number(await tools.told())
        const messages: string[] = []
        while (messages.length < count) messages.push(String(await pull.receive()))
        return messages
      })
      await thread.heard()
      const push = open(module, 'Push', { sendHighWaterMark: marks.send })
      push.connect(data.address)
      if (meets) {
        await push.send('first')
        await thread.heard()
      }
      push.sendTimeout = 0
      const count = await fill(push)
      push.sendTimeout = -1
      const more = push.send(String(count))
      thread.release()
      thread.tell(count + 1)
      const numbers = Array.from({ length: count + 1 }, (_, index) => String(index))
      expect(await thread.result).toEqual(numbers)
      await more
      expect(count).toBe(marks.send + marks.receive)
    },
  )

  it('has one default context in all threads, and others that are private', async () => {
    const data = freshAddress('inproc')
    const thread = await Thread.start({ library, data }, async (tools) => {
      const { Context, Pair } = tools.library
      const other = new Pair({ context: new Context() })
      await other.bind(tools.data)
      tools.say('bound')
      await tools.told()
      return 'free'
    })
    await thread.heard()
    const pair = open(module, 'Pair')
    await pair.bind(data)
    thread.tell('end')
    expect(await thread.result).toBe('free')
  })
})

/** Sends numbers until there is no room. @returns how many. */
async function fill(push: AnySocket): Promise<number> {
  for (let count = 0; ; count += 1) {
    try {
      await push.send(String(count))
    } catch {
      return count
    }
  }
}
