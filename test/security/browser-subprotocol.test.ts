import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseEndpoint } from '../../src/endpoint.js'
import { WebSocketTransport } from '../../src/transport/websocket.js'
import { TestEnd } from '../support/test-ends.js'

/** A WebSocket that lets its listener choose whatever it likes, as some outside of browsers do. */
function lenientWebSocket(protocol: string, sent: unknown[]): unknown {
  return class {
    readonly protocol = protocol
    readonly OPEN = 1
    readonly CLOSING = 2
    readonly bufferedAmount = 0
    readyState = 1
    onopen: (() => void) | null = null
    constructor() {
      queueMicrotask(() => this.onopen?.())
    }
    send(data: unknown): void {
      sent.push(data)
    }
    close(): void {
      this.readyState = this.CLOSING
    }
  }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

const secured = { mechanism: 'CURVE', curveServerKey: 'x', handshakeInterval: 50 } as const

describe('the WebSocket of a browser', () => {
  it.each([
    { chosen: '', options: secured },
    { chosen: 'ZWS2.0', options: secured },
    { chosen: 'zws2.0', options: {} },
    { chosen: '', options: {} },
  ])('says nothing to a listener that has chosen "$chosen"', async ({ chosen, options }) => {
    const sent: unknown[] = []
    vi.stubGlobal('WebSocket', lenientWebSocket(chosen, sent))
    const transport = new WebSocketTransport('ws')
    const end = new TestEnd({ options })
    const { signal } = new AbortController()
    const attempt = transport.connect(parseEndpoint('ws://127.0.0.1:5555/'), end, signal)
    await expect(attempt).rejects.toMatchObject({
      code: 'EPROTO',
      reason: `the listener chose the subprotocol "${chosen}"`,
    })
    expect(end.events.map(({ type }) => type)).toEqual(['connect:delay', 'close'])
    expect(sent).toEqual([])
  })
})
