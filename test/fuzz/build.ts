import type { Action, Box, Bytes, Facts, Input, Layout, Node, Times } from './input.js'

/* Inputs in a few words. */

export function text(value: string): Bytes {
  return { kind: 'bytes', bytes: Buffer.from(value, 'latin1') }
}

export function hex(value: string): Bytes {
  return { kind: 'bytes', bytes: Buffer.from(value.replaceAll(' ', ''), 'hex') }
}

export function box(layout: Layout, head: number, ...children: Node[]): Box {
  return { kind: 'box', layout, head, children }
}

export function sized(layout: 'u8' | 'u16' | 'u32' | 'u64', value: string): Box {
  return box(layout, 0, text(value))
}

export function times(count: number, ...children: Node[]): Times {
  return { kind: 'times', count, children }
}

export function action(what: string): Action {
  return { kind: 'do', what }
}

export function input(target: string, facts: Facts, ...nodes: Node[]): Input {
  return { target, facts, nodes }
}

// --- ZMTP

/** How commands and messages are framed. */
export interface Framing {
  readonly message: (more: boolean, ...body: Node[]) => Node
  readonly command: (...body: Node[]) => Node
}

export const zmtpFraming: Framing = {
  message: (more, ...body) => box('zmtp', more ? 1 : 0, ...body),
  command: (...body) => box('zmtp', 4, ...body),
}

export const v1Framing: Framing = {
  message: (more, ...body) => box('v1', more ? 1 : 0, ...body),
  command: (...body) => box('v1', 0, ...body),
}

/** @param key masks what comes from a client. */
export function zwsFraming(key?: number): Framing {
  const frame = (flags: number, body: Node[]): Node => ({
    ...box('ws', 0x82, hex(flags.toString(16).padStart(2, '0')), ...body),
    key,
  })
  return {
    message: (more, ...body) => frame(more ? 1 : 0, body),
    command: (...body) => frame(2, body),
  }
}

export function greeting(minor = 1, mechanism = 'NULL', asServer = 0): Node[] {
  return [
    hex('ff0000000000000001 7f'),
    hex(`03 0${String(minor)}`),
    text(mechanism),
    hex('00'.repeat(20 - mechanism.length)),
    hex(`0${String(asServer)}`),
    hex('00'.repeat(31)),
  ]
}

export function property(name: string, value: string): Node[] {
  return [sized('u8', name), sized('u32', value)]
}

export function ready({ command }: Framing, socketType: string, identity?: string): Node {
  return command(
    sized('u8', 'READY'),
    ...property('Socket-Type', socketType),
    ...(identity === undefined ? [] : property('Identity', identity)),
  )
}

export function message({ message: frame }: Framing, ...parts: string[]): Node[] {
  return parts.map((part, index) => frame(index < parts.length - 1, text(part)))
}

export function command({ command: frame }: Framing, name: string, data = ''): Node {
  return frame(sized('u8', name), text(data))
}

/** One of each kind of thing that peers say after the handshake. */
export function traffic(framing: Framing): Node[] {
  return [
    ...message(framing, 'a', 'b'),
    ...message(framing, ''),
    ...message(framing, '', 'hi'),
    ...message(framing, 'x'.repeat(300)),
    ...message(framing, '\x01A'),
    ...message(framing, '\0A'),
    command(framing, 'SUBSCRIBE', 'A'),
    command(framing, 'CANCEL', 'A'),
    command(framing, 'PING', '\0\x05context'),
    command(framing, 'PONG', 'context'),
    command(framing, 'JOIN', 'GRP'),
    command(framing, 'LEAVE', 'GRP'),
    command(framing, 'ERROR', '\x03400'),
    ...message(framing, 'GRP', 'hello'),
  ]
}
