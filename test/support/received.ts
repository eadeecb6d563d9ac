import { describeMessage } from './far/parts.js'

interface Receiver {
  receive(): Promise<Uint8Array[]>
}

/** The next messages as far ends report theirs. Unlike those of messages.ts it needs no Buffer. */
export async function received(socket: Receiver, count = 1): Promise<string[][]> {
  const messages: string[][] = []
  while (messages.length < count) messages.push(describeMessage(await socket.receive()))
  return messages
}
