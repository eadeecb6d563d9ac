/** Where the messages of all queues are, the ids of all producers, and the numbers that are given out. */
export const MESSAGES = 'qm/'
export const IDS = 'qi/'
export const NUMBERS: Uint8Array = plain('qn/')

/** A key of words, and of a number that keeps the order. */
export function keyOf(kind: string, words: readonly string[], number: number): Uint8Array {
  const text = `${kind}${words.join('\0')}\0`
  const key = new Uint8Array(text.length + 8)
  writeText(key, 0, text)
  writeNumber(key, text.length, number)
  return key
}

/** The words and the number of a key. */
export function partsOf(kind: string, key: Uint8Array): { words: string[]; number: number } {
  const text = readText(key.subarray(kind.length, -9))
  return { words: text.split('\0'), number: readNumber(key, key.length - 8) }
}

/** Before and after all keys of a kind. */
export function boundsOf(kind: string): [from: Uint8Array, to: Uint8Array] {
  const to = plain(kind)
  to[to.length - 1] = (to.at(-1) ?? 0) + 1
  return [plain(kind), to]
}

/** Text of ASCII. */
export function plain(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  writeText(bytes, 0, text)
  return bytes
}

export function readText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

export function readNumber(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
}

export function writeNumber(bytes: Uint8Array, at: number, number: number): void {
  const halves = [Math.floor(number / 2 ** 32), number >>> 0] as const
  for (let i = 0; i < 8; i++) bytes[at + i] = halves[i < 4 ? 0 : 1] >>> (24 - 8 * (i % 4))
}

/** Characters of one byte each. */
export function writeText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
}
