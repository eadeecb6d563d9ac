import { describe, expect, it } from 'vitest'
import { far, near } from '../support/everywhere.js'
import { EventLog } from '../support/events.js'
import { zmtpCommand, zmtpOpening } from '../support/far/zmtp.js'

/** The first message of each protocol. */
const openings = { 'ZWS2.0': '\0', 'zmtp-stream': zmtpOpening('PULL') }

/** What means nothing in them. */
const nonsense = {
  'ZWS2.0': { says: '', reason: 'an empty WebSocket message, without flags' },
  'zmtp-stream': { says: zmtpCommand('\x04PING'), reason: 'a PING without a time to live' },
}

const protocols = ['ZWS2.0', 'zmtp-stream'] as const

const isText = { code: 'EPROTO', reason: 'a WebSocket message of text, where all are binary' }

describe.each(protocols)('a server of %s', (protocol) => {
  it('that begins with text is left, and tried again', async () => {
    const end = await far('ws', 'Pull', { options: { protocol, speaksText: true } })
    const push = near('Push', end)
    const log = new EventLog(push)
    await log.until('connect')
    await end.send(['hello'])
    expect((await log.until('handshake:error:protocol')).error).toMatchObject(isText)
    await log.until('connect', 2)
    expect(push.stats).toMatchObject({ connections: 0, peers: 0 })
  })

  it('that falls into text is left, and tried again', async () => {
    const options = { protocol, speaksText: true, greets: [openings[protocol]] }
    const end = await far('ws', 'Pull', { options })
    const push = near('Push', end)
    const log = new EventLog(push)
    await log.until('handshake')
    await end.send(['hello'])
    expect((await log.until('disconnect')).error).toMatchObject(isText)
    await log.until('handshake', 2)
  })

  it('that speaks nonsense is left', async () => {
    const options = { protocol, greets: [openings[protocol]] }
    const end = await far('ws', 'Pull', { options })
    const push = near('Push', end)
    const log = new EventLog(push)
    await log.until('handshake')
    await end.send([nonsense[protocol].says])
    const { reason } = nonsense[protocol]
    expect((await log.until('disconnect')).error).toMatchObject({ code: 'EPROTO', reason })
  })
})

describe('a server', () => {
  it('that speaks another protocol is not spoken to', async () => {
    const end = await far('ws', 'Pull', { options: { protocol: 'chat' } })
    const push = near('Push', end)
    const { error } = await new EventLog(push).until('close')
    expect(error).toMatchObject({ code: 'ECONNREFUSED', reason: 'the browser could not connect' })
  })

  it('may leave', async () => {
    const end = await far('zerowire', 'Pull')
    const push = near('Push', end)
    const log = new EventLog(push)
    await log.until('handshake')
    await end.close()
    await log.until('disconnect')
    expect(push.stats).toMatchObject({ connections: 1, peers: 0 })
  })
})
