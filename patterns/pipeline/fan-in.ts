import type { MessageLike, Pull } from 'zerowire'
import type { Message } from 'zerowire/extra'

/** The last message of an input: an empty frame, and its name. Other messages must not begin with an empty frame. */
export function endMarker(input: string): MessageLike[] {
  return ['', input]
}

/**
 * The plain form, over PUSH and PULL alone (RFC 30), where whatever a dead peer had is lost: messages
 * of several inputs until each of them has sent its end marker. An end that nobody expects, or that
 * comes again, is left out.
 */
export async function* fanIn(
  pull: Pull,
  inputs: Iterable<string>,
): AsyncGenerator<Message[], void, undefined> {
  const open = new Set(inputs)
  while (open.size > 0) {
    const message = await pull.receive()
    const [first, input] = message
    if (first?.length === 0) open.delete(String(input))
    else yield message
  }
}
