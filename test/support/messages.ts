import type { Part } from './implementations.js'

interface Receiver {
  receive(): Promise<Uint8Array[]>
}

/** Parts as text, one character a byte, so that binary parts compare as well. */
export function texts(parts: readonly Uint8Array[]): string[] {
  return parts.map((part) => Buffer.from(part).toString('latin1'))
}

/** The counterpart of texts() for what is to be sent. */
export function bytes(...parts: string[]): Buffer[] {
  return parts.map((part) => Buffer.from(part, 'latin1'))
}

export async function receiveTexts(socket: Receiver): Promise<string[]> {
  return texts(await socket.receive())
}

/** The next `count` messages, each as the texts of its parts. */
export async function receiveMany(socket: Receiver, count: number): Promise<string[][]> {
  const messages: string[][] = []
  while (messages.length < count) messages.push(await receiveTexts(socket))
  return messages
}

/** Single-part messages up to a marker, which is left out: proof that nothing else came. */
export async function receiveUntil(socket: Receiver, marker: string): Promise<string[]> {
  const messages: string[] = []
  for (;;) {
    const text = (await receiveTexts(socket)).join('|')
    if (text === marker) return messages
    messages.push(text)
  }
}

/** Bytes that no shift or truncation of themselves equals. */
export function pattern(size: number, seed = 0): Buffer {
  const period = Buffer.from(Array.from({ length: 251 }, (_, index) => (index + seed) % 256))
  return Buffer.alloc(size, period)
}

export function toBuffers(parts: readonly Part[]): Buffer[] {
  return parts.map((part) => Buffer.from(part))
}
