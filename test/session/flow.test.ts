import { describe, expect, it } from 'vitest'
import * as counting from '../../src/session/flow.js'
import * as nothing from '../../src/session/no-flow.js'

const message = [Buffer.from('four'), Buffer.from('')]

/** The end of a connection, with room for what is under way. */
function end(flow: counting.Flow | undefined) {
  return { flow, unwritten: 0, encoder: { bytes: 0 } }
}

describe('the flow of a connection', () => {
  it('counts bytes when they are written or come, and messages when the system has them', () => {
    const one = end(counting.newFlow())
    one.encoder.bytes = 12
    one.unwritten = 2
    counting.wrote(one)
    expect(one.flow).toMatchObject({ sent: 0, bytesSent: 12, bytesReceived: 0 })
    counting.took(one)
    counting.came(one, Buffer.alloc(5))
    expect(one.flow).toMatchObject({ sent: 2, bytesSent: 12, bytesReceived: 5 })
  })

  it('counts at both ends where messages go from one to the other', () => {
    const [one, other] = [end(counting.newFlow()), end(counting.newFlow())]
    counting.join(one, other)
    counting.gave(one, message)
    counting.gave(one, message)
    counting.gave(other, message)
    expect(one.flow).toMatchObject({ sent: 2, bytesSent: 8, bytesReceived: 4 })
    expect(other.flow).toMatchObject({ sent: 1, bytesSent: 4, bytesReceived: 8 })
  })

  it('counts at the end that others have left', () => {
    const alone = end(counting.newFlow())
    counting.gave(alone, message)
    expect(alone.flow).toMatchObject({ sent: 1, bytesSent: 4 })
  })

  it.each([
    ['as Node has it', counting],
    ['as pages have it', nothing],
  ])('is no more than a place where there is none, %s', (_where, way) => {
    const [one, other] = [end(undefined), end(undefined)]
    way.join(one, other)
    way.gave(one, message)
    way.wrote(one)
    way.took(one)
    way.came(one, message[0] as Uint8Array)
    expect(one).toEqual(end(undefined))
  })

  it('is not there on pages', () => {
    expect(nothing.newFlow()).toBeUndefined()
  })
})
