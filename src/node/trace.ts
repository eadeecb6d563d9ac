import { channel, type Channel } from 'node:diagnostics_channel'
import type { DropEvent, Event, PeerInfo } from '../events.js'
import type { Parts } from '../message.js'

/*
 * What tools that trace may subscribe to (`node:diagnostics_channel`). Every message has `socket`, the
 * socket as its user has it. Subscribers are called at once, and must not throw.
 *
 *   zerowire:socket:open, zerowire:socket:close         { socket }
 *   zerowire:socket:event                               { socket, event }    every event of an observer
 *   zerowire:connection:open, zerowire:connection:close { socket, event }    of type handshake, disconnect
 *   zerowire:connection:error                           { socket, event }    every event with an error
 *   zerowire:message:send                               { socket, message, parts, bytes }
 *   zerowire:message:receive                            { socket, message, parts, bytes, peer }
 *   zerowire:message:drop                               { socket, reason, count }
 *
 * While a channel has no subscriber its `hasSubscribers` is a constant to the compiler: asking for
 * it with each message costs nothing that could be measured.
 */

export const SENDS: Channel = channel('zerowire:message:send')
export const RECEIVES: Channel = channel('zerowire:message:receive')
const drops = channel('zerowire:message:drop')
const opens = channel('zerowire:socket:open')
const closes = channel('zerowire:socket:close')
const events = channel('zerowire:socket:event')
const connections = channel('zerowire:connection:open')
const disconnections = channel('zerowire:connection:close')
const errors = channel('zerowire:connection:error')

/** A socket was made, its options are set. */
export function traceOpen(socket: object): void {
  opens.publish({ socket })
}

/** A message was accepted, or handed over. */
export function traceMessage(
  to: Channel,
  socket: object | undefined,
  message: Parts,
  peer?: { readonly peer: PeerInfo | undefined },
): void {
  const bytes = message.reduce((sum, { length }) => sum + length, 0)
  to.publish({ socket, message, parts: message.length, bytes, ...peer })
}

/** Something happened to a socket, its endpoints or connections. */
export function traceEvent(socket: object | undefined, event: Event | DropEvent): void {
  if (event.type === 'drop') {
    drops.publish({ socket, reason: event.reason, count: event.count })
    return
  }
  events.publish({ socket, event })
  if ('error' in event) errors.publish({ socket, event })
  if (event.type === 'handshake') connections.publish({ socket, event })
  else if (event.type === 'disconnect') disconnections.publish({ socket, event })
  else if (event.type === 'end') closes.publish({ socket })
}
