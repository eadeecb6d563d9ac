import type { ZmqError } from '../../../src/errors.js'
import type { Batch, Decoder } from '../../../src/wire/decoder.js'
import {
  expectDocumented,
  expectModest,
  memoryTaken,
  PROTOCOL_CODES,
  Violation,
} from '../oracle.js'

/** What a decoder heard in the order in which it came. */
export interface Heard {
  readonly items: readonly string[]
  readonly error: string | undefined
}

type Create = (onCommand: (body: Uint8Array) => void) => Decoder

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** Feeds it as a session does, and takes what was found only when everything has come. */
export function decode(chunks: readonly Buffer[], create: Create, most: number): Heard {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const before = memoryTaken()
  const found: (string | Batch)[] = []
  let error: ZmqError | undefined
  try {
    const decoder = create((body) => found.push(`! ${latin1(body)}`))
    decoder.expectTraffic()
    for (const chunk of chunks) feed(decoder, chunk, most, found)
  } catch (caught) {
    error = expectDocumented(caught, PROTOCOL_CODES)
  }
  const items = found.flatMap(texts)
  expectModest(size, before)
  return { items, error: error && `${error.code} ${error.reason ?? ''}` }
}

function feed(decoder: Decoder, chunk: Buffer, most: number, found: (string | Batch)[]): void {
  for (let rest: Uint8Array = chunk; rest.length > 0;) {
    const target = decoder.target()
    if (target === undefined) {
      // It belongs to the decoder from now on.
      decoder.push(Buffer.from(rest))
      rest = rest.subarray(rest.length)
    } else {
      if (target.length === 0) throw new Violation('a target without room')
      const taken = rest.subarray(0, target.length)
      target.set(taken)
      decoder.filled(taken.length)
      rest = rest.subarray(taken.length)
    }
    for (;;) {
      const batch = decoder.run(most)
      if (batch !== undefined) {
        if (batch.count < 1 || batch.count > most) throw new Violation(`a batch of ${batch.count}`)
        found.push(batch)
        continue
      }
      const message = decoder.next()
      if (message === undefined) break
      found.push(message.map(latin1).join('|'))
    }
  }
}

function texts(found: string | Batch): string[] {
  if (typeof found === 'string') return [found]
  const messages: string[] = []
  while (found.count > 0) messages.push(found.next().map(latin1).join('|'))
  return messages
}

/** What it came to, in a few words. */
export function outcome({ items, error }: Heard): string {
  const commands = items.filter((item) => item.startsWith('! ')).length
  return `${Math.min(items.length - commands, 3)}m ${Math.min(commands, 2)}c ${blurred(error ?? '')}`
}

/** Numbers and names of peers aside, errors are a few. */
export function blurred(reason: string): string {
  return reason
    .replaceAll(/"(?:\\[^]|[^"\\])*"?/g, '""')
    .replace(/which an? [A-Z]+/, 'which it')
    .replaceAll(/\d+/g, '#')
    .slice(0, 120)
}
