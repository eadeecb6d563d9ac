import { describe, expect, it } from 'vitest'
import { far, near, ways } from '../support/everywhere.js'

const isEagain = { code: 'EAGAIN', message: 'Operation was not possible or timed out' }
const isBusy = expect.objectContaining({ code: 'EBUSY' }) as Error

describe.each(ways)('over %s', (way) => {
  it('a receive ends when its time is up, and takes nothing along', async () => {
    const push = await far(way, 'Push')
    const pull = near('Pull', push)
    await expect(pull.receive({ timeout: 1 })).rejects.toMatchObject(isEagain)
    await expect(pull.receive({ timeout: 0 })).rejects.toMatchObject(isEagain)
    pull.receiveTimeout = 1
    await expect(pull.receive()).rejects.toMatchObject(isEagain)
    const message = pull.receive({ timeout: -1 })
    await push.send(['still there'])
    expect(String((await message)[0])).toBe('still there')
  })

  it('a receive ends when it is aborted, with the reason', async () => {
    const push = await far(way, 'Push')
    const pull = near('Pull', push)
    const reason = new Error('enough')
    const controller = new AbortController()
    const message = pull.receive({ signal: controller.signal })
    controller.abort(reason)
    await expect(message).rejects.toBe(reason)
    await expect(pull.receive({ signal: controller.signal })).rejects.toBe(reason)
    await push.send(['still there'])
    expect(String((await pull.receive())[0])).toBe('still there')
  })

  it('several receives wait in line when they may', async () => {
    const push = await far(way, 'Push')
    const pull = near('Pull', push, { maxPendingOperations: 3 })
    const messages = [pull.receive(), pull.receive(), pull.receive()]
    expect(() => pull.receive()).toThrow(isBusy)
    await push.send(['1'], ['2'], ['3'])
    expect((await Promise.all(messages)).map(String)).toEqual(['1', '2', '3'])
  })

  it('iteration hands over messages until the socket is closed', async () => {
    const push = await far(way, 'Push')
    const pull = near('Pull', push)
    await push.send(['1', 'x'], ['2'], ['3', 'y', 'z'])
    const messages: string[][] = []
    for await (const message of pull) {
      messages.push(message.map(String))
      if (messages.length === 3) void pull.close()
    }
    expect(messages).toEqual([['1', 'x'], ['2'], ['3', 'y', 'z']])
  })

  it('iteration that waits ends when the socket is closed', async () => {
    const pull = near('Pull', await far(way, 'Push'))
    const next = pull[Symbol.asyncIterator]().next()
    await pull.close()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('a loop that sends lets timers fire', async () => {
    const push = near('Push', await far(way, 'Pull'), { sendHighWaterMark: 0 })
    let fired = false
    setTimeout(() => {
      fired = true
    })
    while (!fired) await push.send('again')
  })

  it('a linger keeps what was sent, and close() tells when it has left', async () => {
    const pull = await far(way, 'Pull')
    const push = near('Push', pull, { linger: -1 })
    const numbers = Array.from({ length: 1000 }, (_, index) => [String(index)])
    for (const number of numbers) await push.send(number)
    const all = pull.receive(numbers.length)
    await push.close()
    expect(await all).toEqual(numbers)
    expect(push.stats).toMatchObject({ queued: { outgoing: 0 }, dropped: { total: 0 }, peers: 0 })
  })

  it('the end of a block disposes of its sockets', async () => {
    const pull = await far(way, 'Pull')
    const sockets = await (async () => {
      await using push = near('Push', pull)
      using other = near('Push', pull)
      await push.send('x')
      await pull.receive()
      return [push, other]
    })()
    expect(sockets.map((socket) => socket.closed)).toEqual([true, true])
  })
})

describe('without anybody at the other end', () => {
  it('a send ends when its time is up, or it is aborted', async () => {
    const push = near('Push', undefined, { sendTimeout: 1 })
    await expect(push.send('x')).rejects.toMatchObject(isEagain)
    const controller = new AbortController()
    const sent = push.send('x', { timeout: -1, signal: controller.signal })
    expect(() => push.send('y')).toThrow(isBusy)
    controller.abort()
    await expect(sent).rejects.toBe(controller.signal.reason)
  })

  it('no linger: what was queued is dropped, and counted', async () => {
    const push = near('Push')
    push.connect('ws://127.0.0.1:1')
    await push.send('x')
    await push.send('y')
    await push.close()
    expect(push.stats).toMatchObject({ sent: 2, dropped: { closed: 2, total: 2 } })
  })

  it('what waits is given up when the socket is closed', async () => {
    const [push, pull] = [near('Push'), near('Pull')]
    const operations = [push.send('x'), pull.receive()]
    void push.close()
    void pull.close()
    for (const result of await Promise.allSettled(operations)) {
      expect(result).toMatchObject({ status: 'rejected', reason: isEagain })
    }
  })
})
