import { COMMAND, frame, MORE, takeFrame } from './wire.js'

/** A command by its body, or a message by its parts; text has one character a byte. */
export type Item = { readonly command: string } | { readonly message: readonly string[] }

/** ZMTP 3.1 traffic the obvious way (RFC 37 "Framing"): the yardstick for the fast codec. */
export function slowEncode(items: readonly Item[]): Buffer {
  const frames: Buffer[] = []
  for (const item of items) {
    if ('command' in item) {
      frames.push(frame(COMMAND, Buffer.from(item.command, 'latin1')))
      continue
    }
    item.message.forEach((part, index) => {
      const more = index < item.message.length - 1
      frames.push(frame(more ? MORE : 0, Buffer.from(part, 'latin1')))
    })
  }
  return Buffer.concat(frames)
}

/** What whole frames at the start of the bytes mean. */
export function slowDecode(bytes: Buffer): Item[] {
  const items: Item[] = []
  let parts: string[] = []
  for (let taken = takeFrame(bytes); taken !== undefined; taken = takeFrame(taken.rest)) {
    const { flags, body } = taken.frame
    const text = body.toString('latin1')
    if ((flags & COMMAND) !== 0) {
      items.push({ command: text })
      continue
    }
    parts.push(text)
    if ((flags & MORE) !== 0) continue
    items.push({ message: parts })
    parts = []
  }
  return items
}
