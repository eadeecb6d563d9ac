import { describe, expect, it } from 'vitest'
import { raw } from '../../src/session/raw.js'
import { sessionAndPeer } from '../support/memory-session.js'
import { texts } from '../support/messages.js'
import { TestPipe } from '../support/test-pipe.js'

describe('a conversation without a protocol', () => {
  it('begins at once, and is messages of whatever came together', async () => {
    const { peer, stream, handshake, end } = sessionAndPeer({ speak: raw })
    const pipe = new TestPipe(await handshake).start()
    expect(pipe.session.peer).toMatchObject({ protocol: 'raw', socketType: '', userId: '' })
    expect(end.events.map(({ type }) => type)).toEqual(['handshake'])
    peer.write(Buffer.from('GET / HTTP/1.0\r\n\r\n'))
    expect(texts(await pipe.read())).toEqual(['GET / HTTP/1.0\r\n\r\n'])
    pipe.send('HTTP/1.0 ', '204\r\n\r\n')
    await stream.quiet()
    expect(String(peer.take())).toBe('HTTP/1.0 204\r\n\r\n')
  })

  it('has no heartbeats and no last words', async () => {
    const { peer, stream, handshake, session } = sessionAndPeer({ speak: raw })
    const pipe = new TestPipe(await handshake).start()
    session.ping()
    await stream.quiet()
    void session.close()
    await stream.quiet()
    expect(peer.take()).toHaveLength(0)
    expect(pipe.ends).toEqual([undefined])
  })
})
