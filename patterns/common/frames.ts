import type { Message } from 'zerowire/extra'

/** What a message is made of: the way back, which ends with an empty frame, and the rest. */
export interface Letter {
  readonly envelope: Message[]
  readonly body: Message[]
}

/** Cuts a message behind its first empty frame. Undefined when there is none, or nothing behind it. */
export function opened(message: Message[]): Letter | undefined {
  const end = message.findIndex((frame) => frame.length === 0) + 1
  if (end === 0 || end === message.length) return undefined
  return { envelope: message.slice(0, end), body: message.slice(end) }
}

/** A routing id as the key of a table: any bytes, one character each. */
export function keyOf(id: Uint8Array): string {
  let key = ''
  // As many arguments at once as any engine takes.
  for (let at = 0; at < id.length; at += 8192) {
    key += String.fromCharCode(...id.subarray(at, at + 8192))
  }
  return key
}

/** Whether a frame is this text, of plain characters. */
export function isText(frame: Uint8Array | undefined, text: string): boolean {
  return frame?.length === text.length && keyOf(frame) === text
}
