import { describe, expect, it } from 'vitest'
import { far, near } from '../support/everywhere.js'
import { EventLog } from '../support/events.js'
import { zmtpCommand, zmtpOpening } from '../support/far/zmtp.js'
import { received } from '../support/received.js'

/** A listener that says hello, and then only what it is told to. */
const silent = { protocol: 'zmtp-stream', greets: [zmtpOpening('PULL')] }

/** What it hears, up to the text. */
async function heard(end: { receive(): Promise<string[][]> }, text: string): Promise<string> {
  let all = ''
  while (!all.includes(text)) all += (await end.receive()).flat().join('')
  return all
}

describe('heartbeats', () => {
  it('a listener that does not answer is given up', async () => {
    const end = await far('ws', 'Pull', { options: silent })
    const push = near('Push', end, { heartbeatInterval: 50 })
    const log = new EventLog(push)
    const { error } = await log.until('disconnect')
    expect(error).toMatchObject({ code: 'ETIMEDOUT' })
    expect(await heard(end, '\x04PING')).toContain(zmtpCommand('\x04PING\0\0'))
    await log.until('handshake', 2)
  })

  it('those of the listener are answered', async () => {
    const end = await far('ws', 'Pull', { options: silent })
    const push = near('Push', end)
    await new EventLog(push).until('handshake')
    await end.send([zmtpCommand('\x04PING\0\0context')])
    expect(await heard(end, 'context')).toContain(zmtpCommand('\x04PONGcontext'))
  })

  it('a page that does not come to answer is given up by the listener', async () => {
    const options = { heartbeatInterval: 200 }
    const pull = await far('zerowire', 'Pull', { options })
    const url = new URL('./busy-worker.ts', import.meta.url)
    const worker = new Worker(url, { type: 'module' })
    try {
      worker.postMessage(pull.endpoint)
      expect(await pull.receive()).toEqual([['about to be busy']])
      expect(await pull.until('disconnect')).toMatchObject({ code: 'ETIMEDOUT' })
    } finally {
      worker.terminate()
    }
  })

  it('both sides may send them', async () => {
    const options = { heartbeatInterval: 1, heartbeatTimeout: 10_000 }
    const pair = await far('zerowire', 'Pair', { options })
    const socket = near('Pair', pair, options)
    const echo = pair.echo(100)
    for (let i = 0; i < 100; i += 1) {
      await socket.send(String(i))
      expect(await received(socket)).toEqual([[String(i)]])
    }
    await echo
    expect(socket.stats).toMatchObject({ connections: 1, peers: 1 })
  })

  it('towards libzmq there are none, for no script can send the PINGs of WebSocket', async () => {
    const pair = await far('zeromq', 'Pair')
    const socket = near('Pair', pair, { heartbeatInterval: 1 })
    const echo = pair.echo(100)
    for (let i = 0; i < 100; i += 1) {
      await socket.send(String(i))
      expect(await received(socket)).toEqual([[String(i)]])
    }
    await echo
    expect(socket.stats).toMatchObject({ connections: 1, peers: 1 })
  })
})
